//! The integration tests: one binary, so that the workspace links once for all of them.

mod dependence;
mod transport_contract;
