//! Builds the binary anew when the sample practice changes, which is compiled in.

fn main() {
    println!("cargo::rerun-if-changed=../../deploy/charlotte");
}
