//! With whom: therapists, filters, ranking.
