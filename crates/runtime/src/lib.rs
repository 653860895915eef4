//! What every role does at its edge: the only place that reads the clock, makes
//! ids, reads the environment, installs logging and listens for signals.
//!
//! Read [`clock`] and [`ids`] first (what the rest of the code is handed instead
//! of asking the machine), then [`config`] (settings from defaults, file,
//! environment and flags), [`telemetry`], and [`shutdown`] and [`mod@supervise`]
//! (how roles end, and how one that died is started again).

pub mod clock;
pub mod config;
pub mod ids;
pub mod shutdown;
pub mod supervise;
pub mod telemetry;

pub use clock::{Clock, ManualClock, SystemClock};
pub use ids::{Ids, SystemIds};
pub use supervise::supervise;
