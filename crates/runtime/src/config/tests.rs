use std::io::Write;

use serde::Deserialize;

use super::*;

const DEFAULTS: &str = r#"
[intake]
listen = "127.0.0.1:50051"
reflection = true
cors_origins = []
[security]
master_key = ""
"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    intake: Intake,
    security: Security,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Intake {
    listen: std::net::SocketAddr,
    reflection: bool,
    cors_origins: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Security {
    master_key: String,
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn read(file: Option<&tempfile::NamedTempFile>, env: &[(&str, &str)], flags: &[&str]) -> Result<Settings, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let sources = Sources {
        file: file.map(|file| file.path().to_owned()),
        environment: env.iter().map(owned).collect(),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
    };
    load(DEFAULTS, &sources, "RAPPORT__", &["security.master_key"]).map_err(|error| {
        let name = file.map(|file| file.path().display().to_string()).unwrap_or_default();
        if name.is_empty() { error.to_string() } else { error.to_string().replace(&name, "FILE") }
    })
}

#[test]
fn each_layer_wins_over_the_one_below() {
    let file = file("[intake]\nlisten = \"127.0.0.1:1\"\nreflection = false\n");
    let settings = read(
        Some(&file),
        &[("RAPPORT__INTAKE__LISTEN", "127.0.0.1:2"), ("RAPPORT__INTAKE__CORS_ORIGINS", "a, b"), ("PATH", "x")],
        &["intake.listen=127.0.0.1:3"],
    )
    .unwrap();
    assert_eq!(settings.intake.listen.port(), 3);
    assert!(!settings.intake.reflection);
    assert_eq!(settings.intake.cors_origins, ["a", "b"]);
}

#[test]
fn everything_wrong_is_said_at_once_with_its_source_and_never_its_value() {
    let file = file("[intake]\nlisten = \"nonsense\"\nreflectoin = true\n[security]\nmaster_key = \"hush\"\n");
    let problems = read(
        Some(&file),
        &[("RAPPORT__INTAKE__REFLECTION", "perhaps"), ("RAPPORT__INTAKE__LISTN", "x"), ("RAPPORT__X", "x")],
        &["nothing"],
    )
    .unwrap_err();
    assert_eq!(
        problems,
        "FILE:3:1: there is no such setting; did you mean reflection in [intake]?\n\
         FILE:5:1: a secret does not stand in a settings file; name one that holds it: master_key_file\n\
         RAPPORT__INTAKE__REFLECTION: must be true or false\n\
         RAPPORT__INTAKE__LISTN: there is no such setting; did you mean RAPPORT__INTAKE__LISTEN?\n\
         RAPPORT__X: there is no such setting\n\
         --set: must be section.key=value\n\
         FILE:2:1: invalid socket address syntax"
    );
}

#[test]
fn a_secret_comes_from_the_environment_or_a_file_that_it_names() {
    let secret = file("hush\n");
    let path = secret.path().display().to_string();
    let from_env = read(None, &[("RAPPORT__SECURITY__MASTER_KEY_FILE", &path)], &[]).unwrap();
    assert_eq!(from_env.security.master_key, "hush");
    let settings = file(&format!("[security]\nmaster_key_file = \"{path}\"\n"));
    assert_eq!(read(Some(&settings), &[], &[]).unwrap().security.master_key, "hush");
    let missing = read(None, &[("RAPPORT__SECURITY__MASTER_KEY_FILE", "/nowhere/at/all")], &[]).unwrap_err();
    assert!(missing.starts_with("RAPPORT__SECURITY__MASTER_KEY_FILE: cannot read the file that it names"), "{missing}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_at_its_place() {
    let problems = read(Some(&file("[intake]\nlisten = = 3\n")), &[], &[]).unwrap_err();
    assert!(problems.starts_with("FILE:2:10: "), "{problems}");
}
