//! The memory that the worst rule files take which still load: nobody's file may bring a worker down.
//!
//! How it is measured: the kernel's own high-water mark of this process (`VmHWM`), set back before
//! (`/proc/self/clear_refs`), read after. It counts whole pages, and what the allocator keeps. The
//! one test of this file has the process to itself.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where something is not as it should be")]

use std::{fs, hint::black_box};

use rapport_domain::{intake::Care, protocol::Subject};

#[path = "../benches/decide/worst.rs"]
mod worst;

/// What one intake may take.
const MOST_KILOBYTES: u64 = 16 * 1024;

/// In kilobytes.
fn status(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn the_worst_files_that_load_decide_within_16_megabytes() {
    for worst in worst::Worst::ALL {
        let protocol = worst.protocol();
        let answers = worst::Worst::answers(&protocol);
        fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = status("VmRSS:");
        let result = protocol.triage(&Subject { answers: &answers, age: Some(36), care: Care::Individual });
        black_box(serde_json::to_vec(&result).unwrap());
        let taken = status("VmHWM:").saturating_sub(before);
        println!("{worst:?}: {taken} kB");
        assert!(taken < MOST_KILOBYTES, "{worst:?} took {taken} kB");
    }
}
