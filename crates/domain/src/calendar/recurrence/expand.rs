//! Which dates a rule names: period by period, each a set of days that fit.

use jiff::{
    Span,
    civil::{Date, DateTime, Weekday},
};

use super::rule::{Freq, Rule};

/// A rule that names nothing for so many years after its start never comes: 29 February comes every eight at the longest.
const SEARCHED_YEARS: i64 = 12;

impl Rule {
    /// The first start that it names.
    pub(super) fn first(&self, starts: DateTime) -> Option<DateTime> {
        let end = starts.date().checked_add(Span::new().years(SEARCHED_YEARS)).unwrap_or(Date::MAX);
        self.between(starts, starts.date(), end).next()
    }

    /// Every start that it names from one date on and before another, in order. Where it counts, the count runs from the
    /// first start; else nothing before the dates is worked out.
    pub(super) fn between(&self, starts: DateTime, from: Date, to: Date) -> impl Iterator<Item = DateTime> {
        let rule = self.filled(starts);
        let first = if rule.count.is_some() { 0 } else { rule.periods_before(starts.date(), from) };
        let until = rule.until.unwrap_or(DateTime::MAX);
        let most = rule.count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
        (first..)
            .map_while(move |number| {
                rule.period(starts.date(), number).filter(|(begins, _)| *begins < to).map(|it| rule.days_of(it))
            })
            .flatten()
            .map(move |date| date.to_datetime(starts.time()))
            .filter(move |at| *at >= starts)
            .take_while(move |at| *at <= until)
            .take(most)
            .filter(move |at| (from..to).contains(&at.date()))
    }

    /// What the rule leaves open is as the start has it (RFC 5545, 3.3.10).
    fn filled(&self, starts: DateTime) -> Self {
        let mut rule = self.clone();
        let has_days =
            !(rule.days.is_empty() && rule.month_days.is_empty() && rule.year_days.is_empty() && rule.weeks.is_empty());
        if has_days {
            return rule;
        }
        match rule.freq {
            Freq::Daily => {}
            Freq::Weekly => rule.days.push((0, starts.weekday())),
            Freq::Monthly => rule.month_days.push(i64::from(starts.day())),
            Freq::Yearly => {
                if rule.months.is_empty() {
                    rule.months.push(i64::from(starts.month()));
                }
                rule.month_days.push(i64::from(starts.day()));
            }
        }
        rule
    }

    /// How many periods end before a date for certain.
    fn periods_before(&self, start: Date, from: Date) -> i64 {
        let days = i64::from((from - start).get_days());
        let months = (i64::from(from.year()) - i64::from(start.year())) * 12 + i64::from(from.month() - start.month());
        let periods = match self.freq {
            Freq::Daily => days,
            Freq::Weekly => days / 7,
            Freq::Monthly => months,
            Freq::Yearly => i64::from(from.year()) - i64::from(start.year()),
        };
        (periods / self.interval - 1).max(0)
    }

    /// The first and last day of a period; `None` where the calendar ends.
    fn period(&self, start: Date, number: i64) -> Option<(Date, Date)> {
        let steps = number.checked_mul(self.interval)?;
        let after = |date: Date, days: i64| date.checked_add(Span::new().try_days(days).ok()?).ok();
        match self.freq {
            Freq::Daily => after(start, steps).map(|day| (day, day)),
            Freq::Weekly => {
                let begins = after(week_from(start, self.week_start), steps.checked_mul(7)?)?;
                Some((begins, after(begins, 6)?))
            }
            Freq::Monthly => {
                let months = i64::from(start.year()) * 12 + i64::from(start.month()) - 1 + steps;
                let (year, month) =
                    (i16::try_from(months.div_euclid(12)).ok()?, i8::try_from(months.rem_euclid(12)).ok()?);
                let begins = Date::new(year, month + 1, 1).ok()?;
                Some((begins, begins.last_of_month()))
            }
            Freq::Yearly => {
                let year = i16::try_from(i64::from(start.year()) + steps).ok()?;
                Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
            }
        }
    }

    /// The days of a period that fit, or those of them that stand at the positions asked for.
    fn days_of(&self, (first, last): (Date, Date)) -> Vec<Date> {
        let all = std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(|date| *date <= last);
        let days: Vec<Date> = all.filter(|date| self.fits(*date)).collect();
        if self.positions.is_empty() {
            return days;
        }
        let mut chosen: Vec<Date> =
            self.positions.iter().filter_map(|position| at_position(&days, *position).copied()).collect();
        chosen.sort();
        chosen.dedup();
        chosen
    }

    fn fits(&self, date: Date) -> bool {
        let (day, days) = (i64::from(date.day()), i64::from(date.days_in_month()));
        let (year_day, year_days) = (i64::from(date.day_of_year()), i64::from(date.days_in_year()));
        let listed = |list: &[i64], number: i64, of: i64| {
            list.is_empty() || list.contains(&number) || list.contains(&(number - of - 1))
        };
        (self.months.is_empty() || self.months.contains(&i64::from(date.month())))
            && listed(&self.month_days, day, days)
            && listed(&self.year_days, year_day, year_days)
            && (self.weeks.is_empty() || self.is_in_week(date))
            && (self.days.is_empty() || self.days.iter().any(|(which, weekday)| self.is_day(date, *which, *weekday)))
    }

    /// Whether it is this weekday, or the one of its number in the month or year.
    fn is_day(&self, date: Date, which: i64, weekday: Weekday) -> bool {
        let within_month = self.freq == Freq::Monthly || !self.months.is_empty();
        let (day, of) = if within_month {
            (i64::from(date.day()), i64::from(date.days_in_month()))
        } else {
            (i64::from(date.day_of_year()), i64::from(date.days_in_year()))
        };
        date.weekday() == weekday && (which == 0 || which == (day - 1) / 7 + 1 || which == -((of - day) / 7 + 1))
    }

    /// Week 1 is the first with at least four days in its year.
    fn is_in_week(&self, date: Date) -> bool {
        let middle = |date: Date| week_from(date, self.week_start).checked_add(Span::new().days(3)).ok();
        let Some(it) = middle(date) else { return false };
        let number = (i64::from(it.day_of_year()) - 1) / 7 + 1;
        let last = Date::new(it.year(), 12, 31).ok().and_then(middle);
        let weeks = match last {
            Some(last) if last.year() == it.year() => (i64::from(last.day_of_year()) - 1) / 7 + 1,
            // The year's last days are those of the next one's first week.
            _ => last.map_or(52, |last| (i64::from(it.days_in_year()) + i64::from(last.day_of_year()) - 8) / 7 + 1),
        };
        self.weeks.contains(&number) || self.weeks.contains(&(number - weeks - 1))
    }
}

/// The first day of a day's week.
fn week_from(date: Date, week_start: Weekday) -> Date {
    let since = i64::from(date.weekday().since(week_start));
    date.checked_sub(Span::new().days(since)).unwrap_or(date)
}

/// From 1, or from the end where negative.
fn at_position(days: &[Date], position: i64) -> Option<&Date> {
    let index = usize::try_from(position.abs()).ok()?.checked_sub(1)?;
    if position > 0 { days.get(index) } else { days.iter().nth_back(index) }
}
