//! Compiles `proto/` without protoc.

use std::{env, fs, path::PathBuf};

#[expect(clippy::disallowed_methods, reason = "cargo talks to build scripts through the environment")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    let files = [
        "rapport/errors/v1/reason.proto",
        "rapport/events/v1/event.proto",
        "rapport/intake/v1/intake_service.proto",
        "rapport/staff/v1/account_service.proto",
        "rapport/staff/v1/audit_service.proto",
        "rapport/staff/v1/operations_service.proto",
        "rapport/staff/v1/protocol_service.proto",
        "rapport/staff/v1/roster_service.proto",
        "rapport/staff/v1/triage_service.proto",
    ];
    println!("cargo::rerun-if-changed={}", root.display());
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true).open_files(files)?;
    // The encoded form keeps options that the typed form would drop.
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("rapport.bin"), compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
