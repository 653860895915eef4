//! What other files would have decided about past intakes: before somebody's
//! change of the rules goes live, they see whom it would have touched.
//!
//! Read [`Refit`] (one older protocol against the candidate: the answers of the
//! one as answers of the other), [`Change`] (what differs for one intake, and
//! why) and [`Tally`] (what is counted over all of them). Only the counters stay;
//! changes are handed out one by one, so that a hundred thousand intakes need
//! no more memory than a hundred.

mod change;
mod refit;
mod tally;

pub use change::{Change, Difference, Verdict};
pub use refit::{Refit, Weighed};
pub use tally::Tally;
