//! The service as its callers meet it: over the wire, on a database of its own.

#![expect(clippy::unwrap_used, reason = "what the tests share may end a test as they do themselves")]

mod accounts;
mod appointments;
mod audits;
mod call_requests;
mod calls;
mod cases;
mod decisions;
mod desk;
mod drafts;
mod edges;
mod house;
mod invitations;
mod letters;
mod matches;
mod matrix;
mod moves;
mod operations;
mod partners;
mod people;
mod protocols;
mod revealed;
mod roster;
mod staff_times;
mod submissions;
