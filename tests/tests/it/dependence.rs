//! Who may use whom: design.md's rules, held against what cargo sees.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// What each of our crates may use of ours; `tests` and the binary may use all.
const RULES: [(&str, &[&str]); 11] = [
    ("rapport-domain", &[]),
    ("rapport-security", &[]),
    ("rapport-runtime", &[]),
    ("rapport-proto", &["rapport-domain"]),
    ("rapport-messaging", &["rapport-proto"]),
    ("rapport-store", &["rapport-domain", "rapport-proto", "rapport-security", "rapport-messaging"]),
    ("rapport-intake", CRATES),
    ("rapport-worker", CRATES),
    ("rapport-notifier", CRATES),
    ("rapport-console", &["rapport-domain", "rapport-proto", "rapport-runtime"]),
    ("rapport-fuzz", &["rapport-domain"]),
];

const CRATES: &[&str] =
    &["rapport-domain", "rapport-messaging", "rapport-proto", "rapport-runtime", "rapport-security", "rapport-store"];

/// Crates with one home; whatever else touches them has crossed a boundary.
const HOMES: [(&str, &str); 4] = [
    ("sea-orm", "rapport-store"),
    ("sea-orm-migration", "rapport-store"),
    ("lapin", "rapport-messaging"),
    ("lettre", "rapport-notifier"),
];

/// May use anything: it is used by nothing.
const TESTS: &str = "rapport-tests";
/// The one binary knows every service.
const BINARY: &str = "rapport";

#[test]
fn every_crate_uses_only_what_it_may() {
    let packages = packages();
    let ours: BTreeSet<_> = packages.keys().cloned().collect();
    let rules = BTreeMap::from(RULES);
    for (name, package) in &packages {
        if [TESTS, BINARY].contains(&name.as_str()) {
            continue;
        }
        let allowed =
            rules.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no rule: give it one, and design.md"));
        for used in used_by(package).filter(|used| ours.contains(*used)) {
            assert!(allowed.contains(&used), "{name} must not use {used}");
        }
    }
}

#[test]
fn only_its_home_uses_a_library_that_has_one() {
    for (name, package) in packages().iter().filter(|(name, _)| *name != TESTS) {
        for (library, home) in HOMES {
            assert!(
                name == home || !used_by(package).any(|used| used == library),
                "{name} uses {library}, {home} alone may"
            );
        }
    }
}

#[test]
fn nothing_uses_the_tests_or_the_binary() {
    for (name, package) in packages() {
        assert!(!used_by(&package).any(|used| used == TESTS), "{name} uses the tests");
        assert!(name == TESTS || !used_by(&package).any(|used| used == BINARY), "{name} uses the binary");
    }
}

/// Such a cycle compiles a crate twice, with types that do not match.
#[test]
fn no_dev_dependency_closes_a_cycle() {
    let packages = packages();
    for (name, package) in &packages {
        let dev = package.dependencies.iter().filter(|used| used.kind == DependencyKind::Development);
        for used in dev.map(|used| used.name.as_str()) {
            assert!(!reaches(&packages, used, name), "{name} tests with {used}, which uses {name}");
        }
    }
}

fn packages() -> BTreeMap<String, Package> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata answers");
    metadata.packages.into_iter().map(|package| (package.name.to_string(), package)).collect()
}

/// Whatever stands in its manifest, to build and to test.
fn used_by(package: &Package) -> impl Iterator<Item = &str> {
    package.dependencies.iter().map(|used| used.name.as_str())
}

fn reaches(packages: &BTreeMap<String, Package>, from: &str, to: &str) -> bool {
    let Some(package) = packages.get(from) else { return false };
    from == to || used_by(package).any(|used| used != from && reaches(packages, used, to))
}
