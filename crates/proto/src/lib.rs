//! The contract in `proto/` as Rust types, and what turns domain types into them.
//!
//! [`intake`], [`staff`], [`events`] and [`errors`] are generated;
//! [`FILE_DESCRIPTOR_SET`] describes them for reflection and [`json`] reads and
//! writes them as protobuf JSON. [`event`], [`enums`], [`week`] and [`time`] are
//! the conversions.

pub mod enums;
pub mod event;
pub mod json;
pub mod time;
pub mod week;

#[expect(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes,
    clippy::too_many_lines,
    reason = "generated; documented in proto/"
)]
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

/// What [`FILE_DESCRIPTOR_SET`] says, for walking through it.
///
/// # Panics
/// Never: the set was made by the build.
#[must_use]
#[expect(clippy::expect_used, reason = "the build made the set; one that cannot be read is no program at all")]
pub fn descriptor() -> prost_reflect::DescriptorPool {
    static POOL: std::sync::LazyLock<prost_reflect::DescriptorPool> = std::sync::LazyLock::new(|| {
        prost_reflect::DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build's own descriptor set")
    });
    POOL.clone()
}
