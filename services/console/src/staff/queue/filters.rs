//! What the queue lists, as its address says it.

use axum::http::HeaderMap;
use rapport_proto::staff::{CaseState, ListCasesRequest, Urgency};

use crate::{
    cookies::{Cookie, Keep, SetCookies},
    form::Form,
    visitor::Visitor,
};

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
        let [urgency, state, language, whose] = ["urgency", "state", "language", "whose"].map(|name| query.text(name));
        Self::known([urgency, state, language, whose], query.has("overdue"))
    }

    /// What this browser's queue listed last, for the list beside a case.
    pub(crate) fn kept(visitor: &Visitor) -> Self {
        let mut parts = visitor.cookies.get(Cookie::Listed).unwrap_or_default().split('.');
        let named = [(); 4].map(|()| parts.next().unwrap_or_default());
        Self::known(named, parts.next().is_some_and(|overdue| !overdue.is_empty()))
    }

    /// Keeps it until the browser is closed.
    pub(crate) fn keep(&self, headers: &mut HeaderMap) {
        let overdue = if self.overdue { "1" } else { "" };
        let text = [&self.urgency, &self.state, &self.language, &self.whose, overdue].join(".");
        SetCookies::default().set(Cookie::Listed, &text, Keep::Session).into_headers(headers);
    }

    fn known([urgency, state, language, whose]: [&str; 4], overdue: bool) -> Self {
        let one_of = |text: &str, known: &[&str]| if known.contains(&text) { text.to_owned() } else { String::new() };
        Self {
            urgency: one_of(urgency, &URGENCIES.map(|it| it.0)),
            state: one_of(state, &STATES.map(|it| it.0)),
            language: one_of(language, &["en", "es"]),
            whose: one_of(whose, &["mine", "nobody"]),
            overdue,
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
    use axum::http::{HeaderValue, header};
    use rapport_domain::contact::Language;

    use super::*;
    use crate::cookies::Cookies;

    #[test]
    fn an_address_lists_what_it_says_and_says_what_it_lists() {
        let filters = Filters::read(&Form::of_query(Some("urgency=urgent&state=held&whose=mine&overdue=1&more=x")));
        assert_eq!(filters.query(""), "urgency=urgent&state=held&whose=mine&overdue=1");
        let request = filters.request();
        assert_eq!((request.urgencies, request.states), (vec![3], vec![3]));
        assert!(request.mine_only && request.overdue_only && !request.unclaimed_only && request.languages.is_empty());
    }

    #[test]
    fn what_was_listed_is_listed_beside_the_next_case() {
        for query in ["", "urgency=urgent&state=before-staff", "language=es&whose=nobody&overdue=1"] {
            let filters = Filters::read(&Form::of_query(Some(query)));
            let mut headers = HeaderMap::new();
            filters.keep(&mut headers);
            let set = headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(set).unwrap())]);
            assert_eq!(Filters::kept(&visitor(&headers)), filters);
        }
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("__Host-listed=mild.x"))]);
        assert!(!Filters::kept(&visitor(&headers)).any());
    }

    fn visitor(headers: &HeaderMap) -> Visitor {
        let cookies = Cookies::read(headers);
        Visitor { language: Language::En, cookies, path: "/staff/cases/1".to_owned(), phone: false }
    }

    #[test]
    fn what_nobody_offered_is_no_filter() {
        let filters = Filters::read(&Form::of_query(Some("urgency=mild&language=de&whose=theirs")));
        assert!(!filters.any());
        assert_eq!(filters.request(), ListCasesRequest::default());
    }
}
