//! A tree as text: one line per value wherever the format allows it, so that a
//! failing input can be cut down line by line.

use std::fmt::Write as _;

use super::{Format, Node};

impl Node {
    /// The document. `style` chooses among the ways in which the format can write the same text.
    pub(crate) fn write(&self, format: Format, style: u64) -> String {
        let mut writer = Writer { out: String::new(), style, turn: 0 };
        match (format, self) {
            (Format::Json, node) => writer.json(node, 0),
            (Format::Csv, Self::List(rows)) => rows.iter().for_each(|row| writer.row(row)),
            (Format::Csv, other) => writer.cell(other),
            (Format::Yaml, node) => writer.yaml(node, 0),
            (Format::Toml, Self::Map(fields)) => writer.table("", fields),
            (Format::Toml, other) => writer.inline(other),
        }
        writer.out
    }
}

struct Writer {
    out: String,
    style: u64,
    turn: u32,
}

/// `"…"` as JSON, YAML and TOML all read it.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

impl Writer {
    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn scalar(&mut self, node: &Node) {
        match node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Node::Number(text) | Node::Raw(text) => self.out.push_str(text),
            Node::Text(text) => self.out.push_str(&quoted(text)),
            Node::List(_) | Node::Map(_) => {}
        }
    }

    fn json(&mut self, node: &Node, indent: usize) {
        let (open, close) = match node {
            Node::List(_) => ('[', ']'),
            Node::Map(_) => ('{', '}'),
            scalar => return self.scalar(scalar),
        };
        self.out.push(open);
        match node {
            Node::List(values) => {
                for (position, value) in values.iter().enumerate() {
                    self.separate(position, indent);
                    self.json(value, indent + 1);
                }
            }
            Node::Map(fields) => {
                for (position, (key, value)) in fields.iter().enumerate() {
                    self.separate(position, indent);
                    let _ = write!(self.out, "{}: ", quoted(key));
                    self.json(value, indent + 1);
                }
            }
            _ => {}
        }
        self.out.push(close);
    }

    /// Commas lead their line: a line that is left out takes its own with it.
    fn separate(&mut self, position: usize, indent: usize) {
        self.line(indent);
        if position > 0 {
            self.out.push_str(", ");
        }
    }

    fn yaml(&mut self, node: &Node, indent: usize) {
        match node {
            Node::List(values) if !values.is_empty() && self.next(8) > 0 => {
                for value in values {
                    self.line(indent);
                    self.out.push_str("- ");
                    self.yaml(value, indent + 2);
                }
            }
            Node::Map(fields) if !fields.is_empty() && self.next(8) > 0 => {
                for (key, value) in fields {
                    self.line(indent);
                    let plain = key.chars().all(|char| char.is_ascii_lowercase() || char == '_') && !key.is_empty();
                    self.out.push_str(&if plain { key.clone() } else { quoted(key) });
                    self.out.push_str(": ");
                    self.yaml(value, indent + 2);
                }
            }
            Node::List(_) | Node::Map(_) => self.json(node, indent),
            Node::Text(text) => self.yaml_text(text, indent),
            scalar => self.scalar(scalar),
        }
    }

    /// The ways in which YAML writes a text: places within it are computed in each of them.
    fn yaml_text(&mut self, text: &str, indent: usize) {
        let printable = !text.is_empty() && text.chars().all(|char| !char.is_control() || char == '\n');
        match self.next(6) {
            // One line break at most ends a block, and none of its lines but the first says where it begins.
            0 if printable && !text.starts_with([' ', '\n']) && !text.ends_with("\n\n") => {
                self.out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
                for line in text.lines() {
                    self.line(indent.max(1));
                    self.out.push_str(line);
                }
            }
            1 if printable && !text.contains('\n') && text.split(' ').all(|word| !word.is_empty()) => {
                self.out.push_str(">-");
                for line in text.split_inclusive(' ') {
                    self.line(indent.max(1));
                    self.out.push_str(line.trim_end());
                }
            }
            2 if printable && !text.contains('\n') => {
                let _ = write!(self.out, "'{}'", text.replace('\'', "''"));
            }
            3 if printable && text.chars().all(|char| char.is_alphanumeric() || " _.()<>=&|".contains(char)) => {
                self.out.push_str(text);
            }
            _ => self.out.push_str(&quoted(text)),
        }
    }

    fn next(&mut self, choices: u64) -> u64 {
        self.turn = self.turn.wrapping_add(1);
        // Multiplied by an odd constant (Knuth's), so that neighbours differ.
        (self.style ^ u64::from(self.turn)).wrapping_mul(6_364_136_223_846_793_005).rotate_left(21) % choices
    }

    /// What is neither a table nor a list of them first: TOML has no way back to a table that has ended.
    fn table(&mut self, path: &str, fields: &[(String, Node)]) {
        let is_table = |node: &Node| match node {
            Node::Map(_) => true,
            Node::List(values) => !values.is_empty() && values.iter().all(|value| matches!(value, Node::Map(_))),
            _ => false,
        };
        for (key, value) in fields.iter().filter(|(_, value)| !is_table(value)) {
            let _ = write!(self.out, "{} = ", toml_key(key));
            self.inline(value);
            self.out.push('\n');
        }
        for (key, value) in fields.iter().filter(|(_, value)| is_table(value)) {
            let path = if path.is_empty() { toml_key(key) } else { format!("{path}.{}", toml_key(key)) };
            let (open, close, tables) = match value {
                Node::List(values) => ("[[", "]]", values.as_slice()),
                other => ("[", "]", std::slice::from_ref(other)),
            };
            for table in tables {
                let _ = writeln!(self.out, "{open}{path}{close}");
                if let Node::Map(fields) = table {
                    self.table(&path, fields);
                }
            }
        }
    }

    fn row(&mut self, row: &Node) {
        let cells = if let Node::List(cells) = row { cells.as_slice() } else { std::slice::from_ref(row) };
        for (position, cell) in cells.iter().enumerate() {
            if position > 0 {
                self.out.push(',');
            }
            self.cell(cell);
        }
        self.out.push('\n');
    }

    fn cell(&mut self, cell: &Node) {
        match cell {
            Node::Text(text) if text.contains([',', '"', '\n']) && self.next(8) > 0 => {
                let _ = write!(self.out, "\"{}\"", text.replace('"', "\"\""));
            }
            Node::Text(text) => self.out.push_str(text),
            Node::List(_) | Node::Map(_) => self.json(cell, 0),
            scalar => self.scalar(scalar),
        }
    }

    fn inline(&mut self, node: &Node) {
        match node {
            Node::List(values) => {
                self.out.push('[');
                for value in values {
                    self.inline(value);
                    self.out.push_str(", ");
                }
                self.out.push(']');
            }
            Node::Map(fields) => {
                self.out.push('{');
                for (position, (key, value)) in fields.iter().enumerate() {
                    self.out.push_str(if position > 0 { ", " } else { " " });
                    let _ = write!(self.out, "{} = ", toml_key(key));
                    self.inline(value);
                }
                self.out.push_str(" }");
            }
            Node::Null => self.out.push_str("\"\""),
            scalar => self.scalar(scalar),
        }
    }
}

fn toml_key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-');
    if bare { key.to_owned() } else { quoted(key) }
}
