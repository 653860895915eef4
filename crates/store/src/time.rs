//! Instants at the database's edge.
