//! Names in a rule: `instrument.item`, `instrument["linkId"]`, `scales.id`,
//! `bands.id`, `client.age`, `client.care`, and the variable of `exists`.

use cel::common::ast::{Expr, IdedExpr, LiteralValue};

use super::{Checker, Operand};
use crate::{
    screening::{Item, Kind, Value, questionnaire::code_of},
    triage::expression::{Expression, ItemRef, Source},
};

impl Checker<'_> {
    /// A name, or `has(name)`.
    pub(super) fn named(&mut self, at: &IdedExpr) -> Option<Operand> {
        let (operand, tested) = match &at.expr {
            Expr::Ident(name) => return self.variable(at, name),
            Expr::Select(select) => (self.member(at, &select.operand, &select.field)?, select.test),
            Expr::Call(call) => match call.args.as_slice() {
                [root, IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. }] => {
                    (self.member(at, root, name.inner())?, false)
                }
                _ => return self.refuse(at, "only a linkId can stand in brackets", "instrument[\"linkId\"]"),
            },
            _ => return self.refuse(at, "this is no name", ""),
        };
        if !tested {
            return Some(operand);
        }
        Some(Operand::Flag(match operand {
            Operand::Flag(Expression::Of(source))
            | Operand::Int(Expression::Of(source))
            | Operand::Double(Expression::Of(source))
            | Operand::Names { source, .. }
            | Operand::Opaque { source, .. } => Expression::Has(source),
            Operand::Repeated { item, .. } => Expression::Has(Source::Item(item)),
            other => return self.refuse(at, format!("has() does not fit {}", other.what()), ""),
        }))
    }

    fn variable(&mut self, at: &IdedExpr, name: &str) -> Option<Operand> {
        if let Some((variable, item)) = self.element.clone()
            && variable == name
        {
            return self.item(item).map(|found| operand(found, Source::Element, name));
        }
        self.refuse(
            at,
            format!("\"{name}\" alone is no name"),
            "write instrument.item, scales.id, bands.id or client.age",
        )
    }

    fn member(&mut self, at: &IdedExpr, root: &IdedExpr, field: &str) -> Option<Operand> {
        let Expr::Ident(root) = &root.expr else {
            return self.refuse(at, "names have two parts", "instrument.item, scales.id, bands.id or client.age");
        };
        match root.as_str() {
            "client" => self.client(at, field),
            "scales" | "bands" => self.scale(at, root == "bands", field),
            _ => self.instrument(at, root, field),
        }
    }

    fn client(&mut self, at: &IdedExpr, field: &str) -> Option<Operand> {
        match field {
            "age" => {
                self.look_at(Source::Age);
                Some(Operand::Int(Expression::Of(Source::Age)))
            }
            "care" => {
                self.look_at(Source::Care);
                let possible = vec!["couple".to_owned(), "individual".to_owned()];
                Some(Operand::Names { source: Source::Care, possible, what: "client.care".to_owned() })
            }
            _ => {
                self.refuse(at, format!("a client has no \"{field}\" in rules"), "there are client.age and client.care")
            }
        }
    }

    fn scale(&mut self, at: &IdedExpr, band: bool, id: &str) -> Option<Operand> {
        let scales = self.vocabulary.scales;
        let Some((index, scale)) = scales.iter().enumerate().find(|(_, scale)| scale.id == id) else {
            if self.vocabulary.unread.scales.contains(id) {
                return None;
            }
            let hint = nearest(id, scales.iter().map(|scale| scale.id.as_str()));
            return self.refuse(at, format!("there is no scale \"{id}\""), hint);
        };
        if band {
            if scale.bands.is_empty() {
                return self.refuse(at, format!("the scale \"{id}\" has no bands"), format!("use scales.{id}"));
            }
            self.look_at(Source::Band(index));
            let possible = scale.bands.iter().map(|band| band.id.clone()).collect();
            return Some(Operand::Names { source: Source::Band(index), possible, what: format!("bands.{id}") });
        }
        self.look_at(Source::Scale(index));
        Some(Operand::Double(Expression::Of(Source::Scale(index))))
    }

    fn instrument(&mut self, at: &IdedExpr, name: &str, link_id: &str) -> Option<Operand> {
        let instruments = self.vocabulary.instruments;
        let Some((instrument, questionnaire)) = instruments.iter().enumerate().find(|(_, one)| one.name() == name)
        else {
            if self.vocabulary.unread.instruments.contains(name) {
                return None;
            }
            let names = instruments.iter().map(|one| one.name()).chain(["scales", "bands", "client"]);
            return self.refuse(at, format!("there is no instrument \"{name}\""), nearest(name, names));
        };
        let Some((index, item)) = questionnaire.item(link_id).filter(|(_, item)| item.answerable()) else {
            let answerable = questionnaire.items().iter().filter(|item| item.answerable());
            let hint = nearest(link_id, answerable.map(|item| item.link_id.as_str()));
            return self.refuse(at, format!("{name} asks no \"{link_id}\""), hint);
        };
        let what = format!("{name}.{link_id}");
        let item_ref = ItemRef { instrument, item: index };
        if item.options.is_empty() && matches!(item.kind, Kind::Choice) {
            let hint = "list its answerOption in the file, or use it through a scale with weights";
            return self.refuse(at, format!("the options of {what} are not known"), hint);
        }
        self.look_at(Source::Item(item_ref));
        if item.repeats {
            return Some(Operand::Repeated { item: item_ref, what });
        }
        Some(operand(item, Source::Item(item_ref), &what))
    }

    fn item(&self, item: ItemRef) -> Option<&Item> {
        self.vocabulary.instruments.get(item.instrument)?.items().get(item.item)
    }

    /// The codes that a choice can have.
    pub(super) fn names_of(&self, item: ItemRef) -> Vec<String> {
        self.item(item).map(codes).unwrap_or_default()
    }

    fn look_at(&mut self, source: Source) {
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
    }
}

/// What one value of an item is to a rule.
fn operand(item: &Item, source: Source, what: &str) -> Operand {
    let of = Expression::Of(source);
    let whole_numbers = || item.options.iter().all(|option| matches!(option.value, Value::Integer(_)));
    match item.kind {
        Kind::Boolean => Operand::Flag(of),
        Kind::Integer => Operand::Int(of),
        Kind::Decimal => Operand::Double(of),
        Kind::Choice | Kind::OpenChoice if !item.options.is_empty() => {
            let possible = codes(item);
            if possible.len() == item.options.len() {
                Operand::Names { source, possible, what: what.to_owned() }
            } else if item.kind == Kind::Choice && whole_numbers() {
                Operand::Int(of)
            } else {
                Operand::Opaque { source, what: what.to_owned() }
            }
        }
        _ => Operand::Opaque { source, what: what.to_owned() },
    }
}

fn codes(item: &Item) -> Vec<String> {
    item.options.iter().filter_map(|option| code_of(&option.value)).map(str::to_owned).collect()
}

/// Another name is no misspelling of one from which it is farther than this.
const FAR: usize = 3;

/// "did you mean …", or what there is.
pub(in crate::triage) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names = names.peekable();
    if names.peek().is_none() {
        return "there are none".to_owned();
    }
    // Names are at least as far from one another as their lengths: a very long one is compared with none.
    let length = name.chars().count();
    let near = names.filter(|one| one.chars().count().abs_diff(length) <= FAR);
    match near.map(|one| (distance(name, one), one)).min().filter(|(far, _)| *far <= FAR) {
        Some((_, one)) => format!("did you mean \"{one}\"?"),
        None => "check its spelling".to_owned(),
    }
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, one) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut last = above + 1;
        let mut next = vec![last];
        for (other, up) in right.iter().zip(row.iter().skip(1)) {
            last = (diagonal + usize::from(one != *other)).min(*up + 1).min(last + 1);
            diagonal = *up;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
