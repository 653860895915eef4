//! Whom alerts go to, in which order, and how each of them is reached.

use jiff::Timestamp;

use super::{
    Practice,
    load::{number, text, window},
    section::{Section, Source},
};
use crate::{
    calendar::{hours::on_day, week::WeeklyWindow},
    contact::EmailAddress,
};

/// Somebody on call.
#[derive(Clone)]
pub struct OnCall {
    /// Who.
    pub name: String,
    /// Where alerts go.
    pub email: EmailAddress,
    /// Where else they go.
    pub webhook: Option<Webhook>,
    /// How long they have before the next one is told.
    pub minutes: u32,
    /// When they are on duty; empty: always.
    pub hours: Vec<WeeklyWindow>,
}

/// A program of somebody else's that takes alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What it understands.
    pub provider: Provider,
    /// Its address: https, or of this very machine.
    pub url: String,
}

/// What a webhook's receiver understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// `{"text": …}`, as Slack takes it.
    Slack,
    /// A message with an adaptive card, as Teams takes it.
    Teams,
    /// An event that pages somebody, as PagerDuty takes it.
    PagerDuty,
    /// `{"text": …, "case": …, "id": …}`, for anything else.
    Plain,
}

/// What happens when the chain is at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertPolicy {
    /// All of it is told again after these minutes.
    pub again_minutes: u32,
    /// And that so many times.
    pub rounds: u32,
}

impl Practice {
    /// Whether somebody is on duty then.
    #[must_use]
    pub fn is_on_duty(&self, person: &OnCall, at: Timestamp) -> bool {
        let today = on_day(&self.zone, &person.hours, self.today(at));
        person.hours.is_empty() || today.iter().any(|on| on.starts_at <= at && at < on.ends_at)
    }
}

/// The chain, in its order.
pub(super) fn chain(source: &Source<'_>, root: &mut Section<'_, '_>) -> Vec<OnCall> {
    let at = root.at();
    let people = root.sections("on_call");
    if people.is_empty() {
        source.error(&at, "nobody is on call", "add at least one [[on_call]]");
    }
    people.into_iter().filter_map(|section| person(source, section)).collect()
}

/// What happens at its end.
pub(super) fn policy(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<AlertPolicy> {
    let again_minutes = number(source, &mut section, "again_minutes", 1..=240);
    let rounds = number(source, &mut section, "rounds", 1..=100);
    section.finish();
    Some(AlertPolicy { again_minutes: again_minutes?, rounds: rounds? })
}

fn person(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<OnCall> {
    let name = text(&mut section, "name");
    let email = section.parsed("email", EmailAddress::parse);
    let minutes = number(source, &mut section, "minutes", 1..=240);
    let hours = section.parsed_list("hours", window);
    let webhook = section.optional_section("webhook").and_then(webhook);
    section.finish();
    Some(OnCall { name: name?, email: email?, webhook, minutes: minutes?, hours })
}

fn webhook(mut section: Section<'_, '_>) -> Option<Webhook> {
    let provider = section.parsed("provider", |text| match text {
        "slack" => Ok(Provider::Slack),
        "teams" => Ok(Provider::Teams),
        "pagerduty" => Ok(Provider::PagerDuty),
        "plain" => Ok(Provider::Plain),
        _ => Err("must be \"slack\", \"teams\", \"pagerduty\" or \"plain\""),
    });
    let url = section.parsed("url", |text| match is_private(text) {
        true => Ok(text.to_owned()),
        false => Err("must be an address like https://hooks.example.com/alerts, without a user or password"),
    });
    section.finish();
    Some(Webhook { provider: provider?, url: url? })
}

/// Whether what is sent there is read by nobody on the way.
fn is_private(url: &str) -> bool {
    let (encrypted, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((ip, _)) => ip,
        None => authority.split(':').next().unwrap_or_default(),
    };
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let plain = url.len() <= 500 && url.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    plain && !host.is_empty() && !authority.contains('@') && (encrypted || here)
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn alerts_leave_this_machine_encrypted_or_not_at_all() {
        for url in ["https://hooks.example.com/a/b?c=d", "http://127.0.0.1:9/x", "http://localhost", "http://[::1]:80/"]
        {
            assert!(is_private(url), "{url}");
        }
        for url in [
            "http://hooks.example.com",
            "http://127.0.0.1.example.com/",
            "https://",
            "https://user:word@example.com/",
            "http://localhost@example.com/",
            "ftp://example.com",
            "https://example.com/ a",
        ] {
            assert!(!is_private(url), "{url}");
        }
    }
}
