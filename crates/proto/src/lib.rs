//! The contract in `proto/` as Rust types.
//!
//! [`intake`], [`staff`], [`events`] and [`errors`] are generated;
//! [`FILE_DESCRIPTOR_SET`] describes them for reflection and for reading
//! protobuf JSON.

#[expect(missing_docs, clippy::all, unreachable_pub, reason = "generated; documented in proto/")]
mod generated {
    pub mod rapport {
        pub mod errors {
            pub mod v1 {
                tonic::include_proto!("rapport.errors.v1");
            }
        }
        pub mod events {
            pub mod v1 {
                tonic::include_proto!("rapport.events.v1");
            }
        }
        pub mod intake {
            pub mod v1 {
                tonic::include_proto!("rapport.intake.v1");
            }
        }
        pub mod staff {
            pub mod v1 {
                tonic::include_proto!("rapport.staff.v1");
            }
        }
    }
}

pub use generated::rapport::{errors::v1 as errors, events::v1 as events, intake::v1 as intake, staff::v1 as staff};

/// The encoded `FileDescriptorSet` of all of it, imports included.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rapport.bin"));
