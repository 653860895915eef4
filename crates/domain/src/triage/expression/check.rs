//! CEL's AST → a checked [`Expression`], or every reason why not.
//!
//! The subset: comparison, `&& || !`, `? :`, arithmetic on numbers of one type,
//! `in`, `has`, `size`, and un-nested `exists` and `all` over repeated items.
//! Names, codes, bands and types are held against the instruments and scales, so
//! that a mistyped rule does not load instead of never firing.

mod idle;
mod names;
mod operators;

pub(in crate::triage) use names::nearest;

use std::{collections::BTreeSet, mem};

use cel::{
    common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators as cel_operators},
    parser::Parser,
};

use super::{Expression, ItemRef, Source};
use crate::{screening::Questionnaire, triage::scale::Scale};

/// What a rule may name.
#[derive(Clone, Copy)]
pub(in crate::triage) struct Vocabulary<'a> {
    pub(in crate::triage) instruments: &'a [Questionnaire],
    pub(in crate::triage) scales: &'a [Scale],
    pub(in crate::triage) unread: &'a Unread,
    /// Whether answers to questions that are switched off count too, as they do for a safety rule.
    pub(in crate::triage) as_if_asked: bool,
}

/// What is there and could not be read: it has a problem of its own already, and naming it is none.
#[derive(Debug, Default)]
pub(in crate::triage) struct Unread {
    pub(in crate::triage) instruments: BTreeSet<String>,
    pub(in crate::triage) scales: BTreeSet<String>,
}

/// A checked condition or formula and what it looks at, in the order in which it names it.
pub(in crate::triage) struct Checked {
    pub(in crate::triage) expression: Expression,
    pub(in crate::triage) sources: Vec<Source>,
    /// Why a condition tells no intakes apart, where it does not.
    pub(in crate::triage) idle: Option<Refusal>,
}

/// What is wrong with a condition, from which byte of its text on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::triage) struct Refusal {
    pub(in crate::triage) at: usize,
    pub(in crate::triage) what: String,
    pub(in crate::triage) hint: String,
}

/// A longer condition should be several rules; the parser's recursion is bounded by these two.
const MOST_CHARACTERS: usize = 1_000;
/// Brackets and `?` within one another.
const DEEPEST: usize = 16;

/// Checks a condition as a whole. It is refused for no reason where it names what is [`Unread`].
pub(in crate::triage) fn check(text: &str, vocabulary: Vocabulary<'_>) -> Result<Checked, Vec<Refusal>> {
    let (root, mut checker) = parse(text, vocabulary)?;
    let expression = checker.flag(&root);
    let mut checked = checker.checked(expression)?;
    checked.idle = idle::find(&root, &checked.expression, &mut checker);
    Ok(checked)
}

/// Checks a formula, which must come to a number.
pub(in crate::triage) fn check_number(text: &str, vocabulary: Vocabulary<'_>) -> Result<Checked, Vec<Refusal>> {
    let (root, mut checker) = parse(text, vocabulary)?;
    let expression = checker.operand(&root).and_then(|operand| match operand {
        Operand::Int(expression) | Operand::Double(expression) => Some(expression),
        other => checker.refuse(&root, format!("{} is not a number", other.what()), "a scale is a number"),
    });
    checker.checked(expression)
}

fn parse<'a>(text: &str, vocabulary: Vocabulary<'a>) -> Result<(IdedExpr, Checker<'a>), Vec<Refusal>> {
    if let Some(at) = too_much(text) {
        let what = format!("is longer than {MOST_CHARACTERS} characters or nests deeper than {DEEPEST}");
        return Err(vec![Refusal { at, what, hint: "make it several rules".to_owned() }]);
    }
    let (root, places) = Parser::new().parse_with_source_info(text).map_err(|errors| {
        let refusals = errors.errors.into_iter().map(|error| {
            let (line, column) = error.pos;
            Refusal {
                at: byte_at(text, line, column),
                what: format!("cannot be read: {}", error.msg),
                hint: String::new(),
            }
        });
        refusals.collect::<Vec<_>>()
    })?;
    Ok((root, Checker { vocabulary, places, sources: Vec::new(), refusals: Vec::new(), element: None }))
}

/// Where a condition becomes too much for the parser's stack. Quotes are not minded: this only
/// has to be right about what is too deep.
fn too_much(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (count, (at, char)) in text.char_indices().enumerate() {
        match char {
            '(' | '[' | '{' | '?' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST || count >= MOST_CHARACTERS {
            return Some(at);
        }
    }
    None
}

fn byte_at(text: &str, line: isize, column: isize) -> usize {
    let lines = usize::try_from(line - 1).unwrap_or(0);
    let before: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
    before + usize::try_from(column).unwrap_or(0).saturating_sub(1)
}

/// What a part of a condition is, as far as the parts around it care.
enum Operand {
    Flag(Expression),
    Int(Expression),
    Double(Expression),
    /// A code, band or kind of care: comparable with the names that it can have.
    Names {
        source: Source,
        possible: Vec<String>,
        what: String,
    },
    /// A text that the rule itself spells out.
    Spelled(String),
    /// A repeated item.
    Repeated {
        item: ItemRef,
        what: String,
    },
    /// There, but not comparable: text, days, quantities.
    Opaque {
        source: Source,
        what: String,
    },
}

struct Checker<'a> {
    vocabulary: Vocabulary<'a>,
    places: SourceInfo,
    sources: Vec<Source>,
    refusals: Vec<Refusal>,
    /// Within `exists` and `all`: the variable, and the item that it runs over.
    element: Option<(String, ItemRef)>,
}

impl Checker<'_> {
    fn checked(&mut self, expression: Option<Expression>) -> Result<Checked, Vec<Refusal>> {
        match expression {
            Some(expression) if self.refusals.is_empty() => {
                Ok(Checked { expression, sources: mem::take(&mut self.sources), idle: None })
            }
            _ => Err(mem::take(&mut self.refusals)),
        }
    }

    /// Notes what is wrong; `None`, so that a caller can return it.
    fn refuse<T>(&mut self, at: &IdedExpr, what: impl Into<String>, hint: impl Into<String>) -> Option<T> {
        let at = self.place(at);
        self.refusals.push(Refusal { at, what: what.into(), hint: hint.into() });
        None
    }

    fn place(&self, at: &IdedExpr) -> usize {
        // The parser places a name at its dot or bracket; a reader looks at where it begins.
        let mut first = at;
        while let Some(root) = root(first) {
            first = root;
        }
        let (start, _) = self.places.offset_for(first.id).unwrap_or_default();
        usize::try_from(start).unwrap_or(0)
    }

    /// A part that must be true or false.
    fn flag(&mut self, at: &IdedExpr) -> Option<Expression> {
        match self.operand(at)? {
            Operand::Flag(expression) => Some(expression),
            Operand::Names { what, .. } => {
                self.refuse(at, format!("{what} is a code, not yes or no"), "compare it: … == \"code\"")
            }
            other => self.refuse(at, format!("{} is not yes or no", other.what()), "compare it with something"),
        }
    }

    fn operand(&mut self, at: &IdedExpr) -> Option<Operand> {
        match &at.expr {
            Expr::Literal(literal) => self.literal(at, literal),
            Expr::Ident(_) | Expr::Select(_) => self.named(at),
            Expr::Call(call) if call.func_name == cel_operators::INDEX => self.named(at),
            Expr::Call(call) => self.call(at, call),
            Expr::Comprehension(each) => self.each(at, each),
            Expr::List(_) => self.refuse(at, "a list stands alone", "lists belong behind \"in\""),
            Expr::Map(_) | Expr::Struct(_) => self.refuse(at, "maps and messages are not allowed", ""),
            Expr::Unspecified => self.refuse(at, "nothing stands here", ""),
        }
    }

    fn literal(&mut self, at: &IdedExpr, literal: &LiteralValue) -> Option<Operand> {
        Some(match literal {
            LiteralValue::Boolean(value) => Operand::Flag(Expression::Bool(*value.inner())),
            LiteralValue::Int(value) => Operand::Int(Expression::Int(*value.inner())),
            LiteralValue::Double(value) => Operand::Double(Expression::Double(*value.inner())),
            LiteralValue::String(value) => Operand::Spelled(value.inner().to_owned()),
            _ => return self.refuse(at, "bytes, null and unsigned numbers are not allowed", ""),
        })
    }

    fn call(&mut self, at: &IdedExpr, call: &CallExpr) -> Option<Operand> {
        let name = call.func_name.as_str();
        match (name, call.target.as_deref(), call.args.as_slice()) {
            (cel_operators::LOGICAL_AND | cel_operators::LOGICAL_OR, None, [left, right]) => {
                let (left, right) = (self.flag(left), self.flag(right));
                let (left, right) = (Box::new(left?), Box::new(right?));
                let and = name == cel_operators::LOGICAL_AND;
                Some(Operand::Flag(if and { Expression::And(left, right) } else { Expression::Or(left, right) }))
            }
            (cel_operators::LOGICAL_NOT, None, [inner]) => {
                Some(Operand::Flag(Expression::Not(Box::new(self.flag(inner)?))))
            }
            (cel_operators::CONDITIONAL, None, [condition, yes, no]) => self.conditional(at, condition, yes, no),
            (cel_operators::NEGATE, None, [inner]) => match self.operand(inner)? {
                Operand::Int(inner) => Some(Operand::Int(Expression::Negate(Box::new(inner)))),
                Operand::Double(inner) => Some(Operand::Double(Expression::Negate(Box::new(inner)))),
                other => self.refuse(at, format!("{} has no negative", other.what()), ""),
            },
            (cel_operators::IN, None, [left, right]) => self.within(at, left, right),
            ("size", None, [inner]) | ("size", Some(inner), []) => match self.operand(inner)? {
                Operand::Repeated { item, .. } => Some(Operand::Int(Expression::Size(item))),
                other => self.refuse(inner, format!("{} has no size", other.what()), "only items that repeat have one"),
            },
            (_, None, [left, right]) => match (operators::comparison(name), operators::operation(name)) {
                (Some(comparison), _) => self.compare(at, comparison, left, right),
                (_, Some(operation)) => self.calculate(at, operation, left, right),
                _ => self.unknown(at, name),
            },
            _ => self.unknown(at, name),
        }
    }

    fn unknown(&mut self, at: &IdedExpr, name: &str) -> Option<Operand> {
        let name = name.trim_matches(['_', '@']);
        self.refuse(
            at,
            format!("\"{name}\" is not allowed in a rule"),
            "rules know == != < <= > >= && || ! ?: + - * / % in has size exists all",
        )
    }

    fn conditional(&mut self, at: &IdedExpr, condition: &IdedExpr, yes: &IdedExpr, no: &IdedExpr) -> Option<Operand> {
        let (condition, yes, no) = (self.flag(condition), self.operand(yes), self.operand(no));
        let either = |yes, no| Some(Expression::If(Box::new(condition?), Box::new(yes), Box::new(no)));
        match (yes?, no?) {
            (Operand::Flag(yes), Operand::Flag(no)) => either(yes, no).map(Operand::Flag),
            (Operand::Int(yes), Operand::Int(no)) => either(yes, no).map(Operand::Int),
            (Operand::Double(yes), Operand::Double(no)) => either(yes, no).map(Operand::Double),
            (yes, no) => {
                let what = format!("the two sides of \":\" differ: {} and {}", yes.what(), no.what());
                self.refuse(at, what, "both must be yes or no, or numbers of one type")
            }
        }
    }

    fn each(&mut self, at: &IdedExpr, each: &ComprehensionExpr) -> Option<Operand> {
        if self.element.is_some() {
            return self.refuse(at, "exists and all do not nest", "split the rule");
        }
        let Operand::Repeated { item, .. } = self.operand(&each.iter_range)? else {
            return self.refuse(&each.iter_range, "this does not repeat", "exists and all run over items that repeat");
        };
        // The parser has already written the macro out: exists starts from false and steps by
        // `@result || body`, all from true by `@result && body`; the others look different.
        let all = match (&each.accu_init.expr, &each.loop_step.expr) {
            (Expr::Literal(LiteralValue::Boolean(start)), Expr::Call(step))
                if step.func_name == cel_operators::LOGICAL_OR && !start.inner() =>
            {
                Some((false, step))
            }
            (Expr::Literal(LiteralValue::Boolean(start)), Expr::Call(step))
                if step.func_name == cel_operators::LOGICAL_AND && *start.inner() =>
            {
                Some((true, step))
            }
            _ => None,
        };
        let Some((all, [_, body])) = all.map(|(all, step)| (all, step.args.as_slice())) else {
            return self.refuse(at, "only exists and all run over values", "use one of them");
        };
        self.element = Some((each.iter_var.clone(), item));
        let body = self.flag(body);
        self.element = None;
        Some(Operand::Flag(Expression::Each { item, all, body: Box::new(body?) }))
    }

    fn possible(&mut self, at: &IdedExpr, name: &str, possible: &[String], what: &str) -> Option<()> {
        if possible.iter().any(|one| one == name) {
            return Some(());
        }
        self.refuse(at, format!("{what} is never \"{name}\""), format!("it can be {}", possible.join(", ")))
    }
}

impl Operand {
    fn what(&self) -> String {
        match self {
            Self::Flag(_) => "a yes or no".to_owned(),
            Self::Int(_) => "a whole number".to_owned(),
            Self::Double(_) => "a decimal number".to_owned(),
            Self::Spelled(text) => format!("the text \"{text}\""),
            Self::Names { what, .. } | Self::Repeated { what, .. } | Self::Opaque { what, .. } => what.clone(),
        }
    }
}

/// What stands before the dot or bracket of a name.
fn root(of: &IdedExpr) -> Option<&IdedExpr> {
    match &of.expr {
        Expr::Select(select) => Some(&select.operand),
        Expr::Call(call) if call.func_name == cel_operators::INDEX => call.args.first(),
        _ => None,
    }
}
