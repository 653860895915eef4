//! What the queue lists, as its address says it.

use rapport_proto::staff::{CaseState, ListCasesRequest, Urgency};

use crate::form::Form;

/// A choice of the filter form: its name in the address, in words.
type Choice<T> = (&'static str, &'static str, T);

pub(crate) const URGENCIES: [Choice<Urgency>; 4] = [
    ("immediate", "Immediate", Urgency::Immediate),
    ("urgent", "Urgent", Urgency::Urgent),
    ("priority", "Priority", Urgency::Priority),
    ("routine", "Routine", Urgency::Routine),
];

pub(crate) const STATES: [Choice<CaseState>; 6] = [
    ("before-staff", "Before staff", CaseState::BeforeStaff),
    ("received", "Just in", CaseState::Received),
    ("triaged", "Being matched", CaseState::Triaged),
    ("held", "Time held", CaseState::Held),
    ("confirmed", "Session fixed", CaseState::Confirmed),
    ("closed", "Closed", CaseState::Closed),
];

/// One of each at most: what is asked together is asked for by the page's own order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    pub(crate) urgency: String,
    pub(crate) state: String,
    pub(crate) language: String,
    /// "mine", "nobody" or empty.
    pub(crate) whose: String,
    pub(crate) overdue: bool,
}

impl Filters {
    /// What the address says; what it says beside that is left out.
    pub(crate) fn read(query: &Form) -> Self {
        let one_of = |name: &str, known: &[&str]| {
            known.iter().find(|it| **it == query.text(name)).map_or_else(String::new, |it| (*it).to_owned())
        };
        Self {
            urgency: one_of("urgency", &URGENCIES.map(|it| it.0)),
            state: one_of("state", &STATES.map(|it| it.0)),
            language: one_of("language", &["en", "es"]),
            whose: one_of("whose", &["mine", "nobody"]),
            overdue: query.has("overdue"),
        }
    }

    /// As the service is asked.
    pub(crate) fn request(&self) -> ListCasesRequest {
        let urgency = URGENCIES.iter().find(|it| it.0 == self.urgency).map(|it| it.2.into());
        let state = STATES.iter().find(|it| it.0 == self.state).map(|it| it.2.into());
        ListCasesRequest {
            urgencies: urgency.into_iter().collect(),
            states: state.into_iter().collect(),
            languages: Some(self.language.clone()).filter(|it| !it.is_empty()).into_iter().collect(),
            mine_only: self.whose == "mine",
            unclaimed_only: self.whose == "nobody",
            overdue_only: self.overdue,
            ..ListCasesRequest::default()
        }
    }

    /// Whether anything is left out.
    pub(crate) fn any(&self) -> bool {
        *self != Self::default()
    }

    /// Behind the `?` of an address, for the next page and the way back.
    pub(crate) fn query(&self, page_token: &str) -> String {
        let pairs = [
            ("urgency", self.urgency.as_str()),
            ("state", &self.state),
            ("language", &self.language),
            ("whose", &self.whose),
            ("overdue", if self.overdue { "1" } else { "" }),
            ("page", page_token),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lists_what_it_says_and_says_what_it_lists() {
        let filters = Filters::read(&Form::of_query(Some("urgency=urgent&state=held&whose=mine&overdue=1&more=x")));
        assert_eq!(filters.query(""), "urgency=urgent&state=held&whose=mine&overdue=1");
        let request = filters.request();
        assert_eq!((request.urgencies, request.states), (vec![3], vec![3]));
        assert!(request.mine_only && request.overdue_only && !request.unclaimed_only && request.languages.is_empty());
    }

    #[test]
    fn what_nobody_offered_is_no_filter() {
        let filters = Filters::read(&Form::of_query(Some("urgency=mild&language=de&whose=theirs")));
        assert!(!filters.any());
        assert_eq!(filters.request(), ListCasesRequest::default());
    }
}
