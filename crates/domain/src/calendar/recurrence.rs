//! A start on the wall clock that comes again: DTSTART, RRULE, RDATE and EXDATE of RFC 5545.
//!
//! All of it is floating time: which dates a rule names ([`expand`]) does not depend on a zone, and what a wall time is in
//! one stands in [`super::hours`]. A rule ([`rule`]) has at most one start a day and is refused where it could cost more
//! than it says.

use std::collections::BTreeSet;

use jiff::{
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

mod expand;
mod rule;
#[cfg(test)]
mod tests;

use rule::Rule;
pub use rule::RuleError;

/// Dates beside a rule's own, and dates left out, at most.
const MOST_DATES: usize = 400;

/// Starts that one look gives at most: far above what a year of daily ones has.
const MOST_STARTS: usize = 2_000;

/// A start on the wall clock, and when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Recurrence {
    starts: DateTime,
    rule: Option<Rule>,
    also: BTreeSet<DateTime>,
    except: BTreeSet<DateTime>,
}

impl Recurrence {
    /// A start that comes once.
    #[must_use]
    pub const fn once(starts: DateTime) -> Self {
        Self { starts, rule: None, also: BTreeSet::new(), except: BTreeSet::new() }
    }

    /// A start that comes every week.
    #[must_use]
    pub fn weekly(starts: DateTime) -> Self {
        Self { rule: Some(Rule::weekly(starts.weekday())), ..Self::once(starts) }
    }

    /// The day of a rule that comes every week and no more: no interval, no end, no day beside it or left out.
    #[must_use]
    pub fn plain_week(&self) -> Option<Weekday> {
        let day = self.starts.weekday();
        let plain = self.rule == Some(Rule::weekly(day)) && self.also.is_empty() && self.except.is_empty();
        plain.then_some(day)
    }

    /// A start with a rule (`FREQ=WEEKLY;BYDAY=MO`; may be empty), starts beside it and those left out. Instants in an
    /// UNTIL are read as the zone's wall clock shows them.
    ///
    /// # Errors
    /// Where the rule is none, never comes, has more than one start a day, or there are too many dates.
    pub fn parse(
        starts: DateTime,
        rule: &str,
        also: impl IntoIterator<Item = DateTime>,
        except: impl IntoIterator<Item = DateTime>,
        zone: &TimeZone,
    ) -> Result<Self, RuleError> {
        let rule = if rule.is_empty() { None } else { Some(Rule::parse(rule, zone)?) };
        let recurrence = Self { starts, rule, also: also.into_iter().collect(), except: except.into_iter().collect() };
        if recurrence.also.len() > MOST_DATES || recurrence.except.len() > MOST_DATES {
            return Err(RuleError::TooManyDates);
        }
        recurrence.first_by_rule()?;
        Ok(recurrence)
    }

    /// Its first start.
    #[must_use]
    pub const fn starts(&self) -> DateTime {
        self.starts
    }

    /// Its rule in the form of RFC 5545; empty where it comes once.
    #[must_use]
    pub fn rule(&self) -> &str {
        self.rule.as_ref().map_or("", Rule::text)
    }

    /// Starts beside the rule's own.
    #[must_use]
    pub const fn also(&self) -> &BTreeSet<DateTime> {
        &self.also
    }

    /// Starts that are left out.
    #[must_use]
    pub const fn except(&self) -> &BTreeSet<DateTime> {
        &self.except
    }

    /// The first start that the rule itself names, which may not be the one it was begun on; `None` without a rule.
    ///
    /// # Errors
    /// Where the rule never comes.
    pub fn first_by_rule(&self) -> Result<Option<DateTime>, RuleError> {
        let Some(rule) = &self.rule else { return Ok(None) };
        rule.first(self.starts).map(Some).ok_or(RuleError::Never)
    }

    /// Every start from one date on and before another, in order. The first one always counts, as RFC 5545 has it.
    #[must_use]
    pub fn between(&self, from: Date, to: Date) -> Vec<DateTime> {
        let beside = self.also.iter().copied().chain([self.starts]);
        let mut starts: BTreeSet<DateTime> = beside.filter(|at| (from..to).contains(&at.date())).collect();
        if let Some(rule) = &self.rule {
            starts.extend(rule.between(self.starts, from, to).take(MOST_STARTS));
        }
        starts.retain(|at| !self.except.contains(at));
        starts.into_iter().take(MOST_STARTS).collect()
    }

    /// Whether anything can still come from a date on.
    #[must_use]
    pub fn ends_before(&self, date: Date) -> bool {
        let date = date.at(0, 0, 0, 0);
        let last = self.also.last().copied().map_or(self.starts, |last| last.max(self.starts));
        let rule_is_over = self.rule.as_ref().is_none_or(|rule| rule.until.is_some_and(|until| until < date));
        last < date && rule_is_over
    }
}

/// As it is stored.
#[derive(Serialize, Deserialize)]
struct Parts {
    starts: DateTime,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rule: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<DateTime>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    except: Vec<DateTime>,
}

/// What was stored was checked before: only its form is read again.
impl TryFrom<Parts> for Recurrence {
    type Error = RuleError;

    fn try_from(parts: Parts) -> Result<Self, RuleError> {
        let rule = if parts.rule.is_empty() { None } else { Some(Rule::parse(&parts.rule, &TimeZone::UTC)?) };
        let (also, except) = (parts.also.into_iter().collect(), parts.except.into_iter().collect());
        Ok(Self { starts: parts.starts, rule, also, except })
    }
}

impl From<Recurrence> for Parts {
    fn from(it: Recurrence) -> Self {
        let rule = it.rule().to_owned();
        let (also, except) = (it.also.into_iter().collect(), it.except.into_iter().collect());
        Self { starts: it.starts, rule, also, except }
    }
}
