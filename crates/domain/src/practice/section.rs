//! Reading a TOML file key by key, so that everything wrong with it is found at once.

use std::{cell::RefCell, fmt, ops::Range};

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use crate::problem::FileProblem;

/// A file, and what is wrong with it so far.
pub(super) struct Source<'i> {
    file: &'i str,
    text: &'i str,
    problems: RefCell<Vec<FileProblem>>,
}

impl<'i> Source<'i> {
    pub(super) fn new(file: &'i str, text: &'i str) -> Self {
        Self { file, text, problems: RefCell::default() }
    }

    /// The whole file as one table; broken lines are noted and left out.
    pub(super) fn root(&self) -> Section<'_, 'i> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            self.error(&error.span().unwrap_or_default(), error.message(), "");
        }
        Section::new(self, table.span(), table.into_inner())
    }

    pub(super) fn error(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.borrow_mut().push(FileProblem::error(self.file, self.place(at), what, hint));
    }

    /// A problem at a place of another file.
    pub(super) fn note(&self, problem: FileProblem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Everything that was noted, in the file's order.
    pub(super) fn into_problems(self) -> Vec<FileProblem> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems
    }

    /// Line and column, from 1, in characters.
    fn place(&self, at: &Range<usize>) -> (u32, u32) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

/// One table. What has been asked for is taken out; [`Section::finish`] refuses what is left.
pub(super) struct Section<'s, 'i> {
    source: &'s Source<'i>,
    at: Range<usize>,
    left: DeTable<'i>,
}

impl<'s, 'i> Section<'s, 'i> {
    fn new(source: &'s Source<'i>, at: Range<usize>, left: DeTable<'i>) -> Self {
        Self { source, at, left }
    }

    /// Where it stands.
    pub(super) fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// A value that must be there.
    pub(super) fn required<T: Deserialize<'i>>(&mut self, key: &str) -> Option<Spanned<T>> {
        let value = self.take(key);
        if value.is_none() {
            self.missing(key);
        }
        self.read(value?)
    }

    /// A value that may be absent.
    pub(super) fn optional<T: Deserialize<'i>>(&mut self, key: &str) -> Option<Spanned<T>> {
        let value = self.take(key)?;
        self.read(value)
    }

    /// A text that must be there and parse.
    pub(super) fn parsed<T, E: fmt::Display>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.required::<String>(key)?;
        self.checked(&text, parse)
    }

    /// A text that may be absent, and must parse where it is there.
    pub(super) fn optional_parsed<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.optional::<String>(key)?;
        self.checked(&text, parse)
    }

    /// A list of texts that must each parse; absent is empty.
    pub(super) fn parsed_list<T, E: fmt::Display>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let texts: Option<Spanned<Vec<Spanned<String>>>> = self.optional(key);
        texts.iter().flat_map(Spanned::get_ref).filter_map(|text| self.checked(text, &parse)).collect()
    }

    /// A table that must be there.
    pub(super) fn section(&mut self, key: &str) -> Option<Self> {
        let value = self.take(key);
        if value.is_none() {
            self.missing(key);
        }
        self.table(value?)
    }

    /// A table that may be absent.
    pub(super) fn optional_section(&mut self, key: &str) -> Option<Self> {
        let value = self.take(key)?;
        self.table(value)
    }

    /// A list of tables; absent is empty.
    pub(super) fn sections(&mut self, key: &str) -> Vec<Self> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let at = value.span();
        match value.into_inner() {
            DeValue::Array(items) => items.into_iter().filter_map(|item| self.table(item)).collect(),
            _ => {
                self.source.error(&at, format!("`{key}` must be a list of tables"), format!("write [[{key}]]"));
                Vec::new()
            }
        }
    }

    /// Refuses every key that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _) in &self.left {
            let what = format!("`{}` is not a setting here", key.get_ref());
            self.source.error(&key.span(), what, "remove it or correct its spelling");
        }
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'i>>> {
        let (key, _) = self.left.iter().find(|(name, _)| name.get_ref() == key)?;
        let key = key.clone();
        self.left.remove(&key)
    }

    fn missing(&self, key: &str) {
        self.source.error(&self.at, format!("`{key}` is missing"), "add it to this table");
    }

    fn read<T: Deserialize<'i>>(&self, value: Spanned<DeValue<'i>>) -> Option<Spanned<T>> {
        let at = value.span();
        match Spanned::<T>::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.source.error(&error.span().unwrap_or(at), error.message(), "");
                None
            }
        }
    }

    fn checked<T, E: fmt::Display>(&self, text: &Spanned<String>, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        parse(text.get_ref()).map_err(|why| self.source.error(&text.span(), why.to_string(), "")).ok()
    }

    fn table(&self, value: Spanned<DeValue<'i>>) -> Option<Self> {
        let at = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some(Self::new(self.source, at, table)),
            _ => {
                self.source.error(&at, "this must be a table", "write it as { key = value }");
                None
            }
        }
    }
}
