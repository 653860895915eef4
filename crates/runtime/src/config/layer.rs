//! One layer of settings on top of another.

use std::path::Path;

use toml::{Table, Value, de::DeTable};

use super::{nearest::nearest, read_own_file};

/// A value for a key, and where it came from.
pub(super) struct Override {
    pub(super) source: String,
    section: String,
    key: String,
    value: Value,
}

impl Override {
    pub(super) fn apply(&self, settings: &mut Table) {
        if let Some(Value::Table(section)) = settings.get_mut(&self.section) {
            section.insert(self.key.clone(), self.value.clone());
        }
    }
}

/// Which keys there are, of which kind.
pub(super) struct Schema<'a> {
    defaults: &'a Table,
    prefix: &'a str,
    secrets: &'a [&'a str],
}

impl<'a> Schema<'a> {
    pub(super) fn new(defaults: &'a Table, prefix: &'a str, secrets: &'a [&'a str]) -> Self {
        Self { defaults, prefix, secrets }
    }

    pub(super) fn read_file(&self, path: &Path, overrides: &mut Vec<Override>, problems: &mut Vec<String>) {
        let name = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return problems.push(format!("{name}: cannot be read: {error}")),
        };
        let (spanned, table) = match (DeTable::parse(&text), text.parse::<Table>()) {
            (Ok(spanned), Ok(table)) => (spanned, table),
            (Err(error), _) | (_, Err(error)) => {
                let (line, column) = place(&text, error.span().map_or(0, |span| span.start));
                return problems.push(format!("{name}:{line}:{column}: {}", error.message()));
            }
        };
        for (section, inner) in spanned.get_ref() {
            let at = |offset: usize| {
                let (line, column) = place(&text, offset);
                format!("{name}:{line}:{column}")
            };
            let Some(keys) = inner.get_ref().as_table() else {
                problems.push(format!("{}: {} must be a section, [{0}]", at(section.span().start), section.get_ref()));
                continue;
            };
            for key in keys.keys() {
                let value = table.get(section.get_ref().as_ref()).and_then(|keys| keys.get(key.get_ref().as_ref()));
                let source = at(key.span().start);
                let given = Given { section: section.get_ref(), key: key.get_ref(), in_file: true };
                let read = value.cloned().ok_or_else(|| "cannot be read".to_owned());
                self.take(source, &given, |_| read, overrides, problems);
            }
        }
    }

    pub(super) fn read_environment(
        &self,
        environment: &[(String, String)],
        overrides: &mut Vec<Override>,
        problems: &mut Vec<String>,
    ) {
        for (name, text) in environment {
            let Some(rest) = name.strip_prefix(self.prefix) else { continue };
            let lower = rest.to_ascii_lowercase();
            let (section, key) = lower.split_once("__").unwrap_or((&lower, ""));
            let given = Given { section, key, in_file: false };
            self.take(name.clone(), &given, |kind| of_kind(text, kind), overrides, problems);
        }
    }

    pub(super) fn read_flags(&self, flags: &[String], overrides: &mut Vec<Override>, problems: &mut Vec<String>) {
        for flag in flags {
            let Some(((section, key), text)) =
                flag.split_once('=').and_then(|(name, text)| Some((name.split_once('.')?, text)))
            else {
                problems.push("--set: must be section.key=value".to_owned());
                continue;
            };
            let given = Given { section, key, in_file: false };
            self.take(format!("--set {section}.{key}"), &given, |kind| of_kind(text, kind), overrides, problems);
        }
    }

    /// Checks that the key exists, follows `…_file`, and notes the value.
    fn take(
        &self,
        source: String,
        given: &Given<'_>,
        read: impl FnOnce(&Value) -> Result<Value, String>,
        overrides: &mut Vec<Override>,
        problems: &mut Vec<String>,
    ) {
        let note = |key: &str, value| Override {
            source: source.clone(),
            section: given.section.to_owned(),
            key: key.to_owned(),
            value,
        };
        let text = Value::String(String::new());
        let is_text = |key: &&str| self.default(given.section, key).is_some_and(Value::is_str);
        let outcome = if let Some(default) = self.default(given.section, given.key) {
            if given.in_file && self.is_secret(given.section, given.key) {
                Err(format!("a secret does not stand in a settings file; name one that holds it: {}_file", given.key))
            } else {
                read(default).map(|value| note(given.key, value))
            }
        } else if let Some(key) = given.key.strip_suffix("_file").filter(is_text) {
            read(&text)
                .and_then(|path| path.as_str().map(str::to_owned).ok_or_else(|| "must be a path".to_owned()))
                .and_then(|path| read_own_file(Path::new(&path)))
                .map(|value| note(key, Value::String(value)))
        } else {
            Err(self.unknown(given))
        };
        match outcome {
            Ok(over) => overrides.push(over),
            Err(problem) => problems.push(format!("{source}: {problem}")),
        }
    }

    fn default(&self, section: &str, key: &str) -> Option<&Value> {
        self.defaults.get(section)?.get(key)
    }

    fn is_secret(&self, section: &str, key: &str) -> bool {
        self.secrets.iter().any(|secret| secret.split_once('.') == Some((section, key)))
    }

    fn unknown(&self, given: &Given<'_>) -> String {
        let known = self.defaults.iter().flat_map(|(section, keys)| {
            keys.as_table().into_iter().flat_map(move |keys| keys.keys().map(move |key| format!("{section}.{key}")))
        });
        let files = self.secrets.iter().map(|secret| format!("{secret}_file"));
        let wanted = format!("{}.{}", given.section, given.key);
        let shown = |name: &str| match name.split_once('.') {
            Some((section, key)) if !given.in_file => {
                format!("{}{}__{}", self.prefix, section.to_ascii_uppercase(), key.to_ascii_uppercase())
            }
            Some((section, key)) => format!("{key} in [{section}]"),
            None => name.to_owned(),
        };
        match nearest(&wanted, known.chain(files)) {
            Some(name) => format!("there is no such setting; did you mean {}?", shown(&name)),
            None => "there is no such setting".to_owned(),
        }
    }
}

/// A key as somebody gave it.
struct Given<'a> {
    section: &'a str,
    key: &'a str,
    in_file: bool,
}

/// Text from environment or flag as the kind of value that the default has.
fn of_kind(text: &str, kind: &Value) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        Value::Boolean(_) => text.parse().map(Value::Boolean).map_err(|_| "must be true or false".to_owned()),
        Value::Integer(_) => text.parse().map(Value::Integer).map_err(|_| "must be a whole number".to_owned()),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
        _ => Ok(Value::String(text.to_owned())),
    }
}

/// Line and column, from 1, in characters.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}
