//! Every address with every method as everybody, over HTTP on the embedded default. It is generated from the console's one
//! list and the intake service's one table, so that a page is tried the day it is served: one that is not in the list is
//! served to nobody (`routes::serve`; clippy refuses `Router::route` elsewhere).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use hyper::{Method, StatusCode};
use rapport_console::Route;
use rapport_intake::policy::RPCS;
use rapport_proto::{intake as pb, staff};
use rapport_security::{Principal, Role, StaffPrincipal};
use rapport_tests::{
    http::{self, Answer},
    processes::{Bearer, Processes},
};
use serde_json::{Value, json};
use tonic::transport::Channel;
use uuid::Uuid;

use crate::staff::case_of;

/// Two clients as no sample is called: found on a page, they were told of there.
const CLIENTS: [[(&str, &str); 4]; 2] = [
    [
        ("givenName", "Zebulona"),
        ("familyName", "Quimbyshire"),
        ("email", "zebulona.quimbyshire@example.com"),
        ("phone", "704-555-0191"),
    ],
    [
        ("givenName", "Theophila"),
        ("familyName", "Crumhorn"),
        ("email", "theophila.crumhorn@example.com"),
        ("phone", "704-555-0192"),
    ],
];

/// A token of the right form that nobody has.
const NOBODYS: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The embedded default with a case that everybody at the desk works on, and one that a clinician decides.
struct House {
    processes: Processes,
    auditor: Bearer,
    /// What stands for `{id}` below these addresses.
    ids: BTreeMap<&'static str, String>,
    clinicians_case: String,
    /// Why that one is urgent, which a clinician alone reads.
    reasons: Vec<String>,
    /// The client's of the clinician's case, and that of the other one, who comes with a partner.
    tokens: [String; 2],
}

/// Which of the things that an address can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    Ordinary,
    Clinicians,
    Nobodys,
}

/// Somebody's browser, and as whom the service knows what it brings.
struct Caller {
    who: &'static str,
    cookie: String,
    known_as: Vec<Principal>,
}

impl House {
    async fn new() -> Self {
        let mut processes = Processes::new([]).unwrap();
        processes.start("all").await.unwrap();
        let [grave, couple] = ["05-fear-of-partner", "02-couple"].map(sample);
        let grave = submit(&processes, grave, &CLIENTS[0]).await;
        let couple = submit(&processes, couple, &CLIENTS[1]).await;
        let (mut triage, clinician) = processes.staff("clinician").await.unwrap();
        let (_, coordinator) = processes.staff("coordinator").await.unwrap();
        let (_, auditor) = processes.staff("auditor").await.unwrap();
        let clinicians = case_of(&mut triage, &clinician, &grave.intake).await;
        let ordinary = case_of(&mut triage, &clinician, &couple.intake).await;
        let channel = Channel::from_shared(format!("http://{}", processes.staff)).unwrap().connect().await.unwrap();
        let mut roster = staff::roster_service_client::RosterServiceClient::new(channel.clone());
        let everybody = roster.list_therapists(clinician.with(<_>::default())).await.unwrap().into_inner();
        let mut operations = staff::operations_service_client::OperationsServiceClient::new(channel);
        let mail = operations.list_mail(coordinator.with(<_>::default())).await.unwrap().into_inner();
        let letters = operations.list_letter_previews(coordinator.with(<_>::default())).await.unwrap().into_inner();
        let id = |name: &str| name.split_once('/').unwrap().1.to_owned();
        let ids = BTreeMap::from([
            ("/staff/cases/", id(&ordinary.summary.unwrap().name)),
            ("/staff/roster/", id(&everybody.therapists[0].name)),
            ("/staff/mailbox/", id(&mail.mail[0].name)),
            ("/staff/practice/letters/", id(&letters.previews[0].name)),
        ]);
        let reasons: Vec<_> = clinicians.fired_rules.into_iter().map(|rule| rule.because).collect();
        assert!(!reasons.is_empty());
        let clinicians_case = id(&clinicians.summary.unwrap().name);
        Self { processes, auditor, ids, clinicians_case, reasons, tokens: [grave.status_token, couple.status_token] }
    }

    /// Where that is, of this thing.
    fn address(&self, path: &str, of: Thing) -> String {
        let mut path = path.to_owned();
        if path.contains("{id}") {
            let known = self.ids.iter().find(|(below, _)| path.starts_with(**below));
            let (below, id) = known.unwrap_or_else(|| panic!("say in House::new which id is one of {path}"));
            let id = match of {
                Thing::Clinicians if *below == "/staff/cases/" => &self.clinicians_case,
                Thing::Ordinary | Thing::Clinicians => id,
                Thing::Nobodys => &Uuid::nil().to_string(),
            };
            path = path.replace("{id}", id);
        }
        for (name, value) in
            [("{number}", "1"), ("{token}", NOBODYS), ("{name}", "nothing.css"), ("{file}", "nothing.ics")]
        {
            path = path.replace(name, value);
        }
        assert!(!path.contains('{'), "say here what stands for the braces of {path}");
        path
    }

    async fn ask(&self, method: &Method, path: &str, of: Thing, headers: &[(&str, &str)]) -> Answer {
        let path = self.address(path, of);
        http::ask(self.processes.console, method, &path, headers, "").await.unwrap()
    }

    /// Whoever was signed in and is not any more, with a client's cookie and a form's that open nothing either.
    async fn signed_out(&self) -> Caller {
        let gone = self.signed_in(Role::Clinician).await;
        let headers = [("cookie", gone.cookie.as_str())];
        let pages = self.processes.console;
        http::ask(pages, &Method::POST, "/staff/sign-out", &headers, "").await.unwrap();
        let cookie = format!("{}; __Host-own={NOBODYS}; __Host-form={NOBODYS}", gone.cookie);
        Caller { who: "somebody signed out", cookie, ..Caller::nobody() }
    }

    /// Somebody of this role with a session of their own.
    async fn signed_in(&self, role: Role) -> Caller {
        let email = format!("{}@example.com", Uuid::now_v7().simple());
        let add = ["staff", "add", "--json", "--open", "--name", "Sam", "--role", role.name(), "--email", &email];
        let made: Value = serde_json::from_str(&self.processes.run(&add).await.unwrap()).unwrap();
        let form = format!("sign_in={}", made["one_time_sign_in"].as_str().unwrap());
        let answer = http::ask(self.processes.console, &Method::POST, "/staff/welcome", &[], &form).await.unwrap();
        let cookie = answer.cookie("__Host-staff").expect("the way in gives a session");
        let staff = StaffPrincipal { label: String::new(), role, token_id: Uuid::nil() };
        Caller::holding(role.name(), cookie, Principal::Staff(staff))
    }

    async fn callers(&self) -> Vec<Caller> {
        let pages = self.processes.console;
        let (client, couple) = (&self.tokens[0], Bearer::new(&self.tokens[1]).unwrap());
        let begun = http::ask(pages, &Method::POST, "/begin", &[], "").await.unwrap();
        let mut intake = self.processes.client().await.unwrap();
        let invited = intake.invite_partner(couple.with(<_>::default())).await.unwrap().into_inner();
        let invitation = format!("__Host-asked={}", invited.invitation_token);
        let draft = begun.cookie("__Host-form").unwrap();
        let mut all = vec![
            Caller::nobody(),
            self.signed_out().await,
            Caller::holding("a client", format!("__Host-own={client}"), Principal::Client(Uuid::nil())),
            Caller::holding("whoever fills in a form", draft, Principal::Draft(Uuid::nil())),
            Caller::holding("whoever was invited", invitation, Principal::Invitation(Uuid::nil())),
        ];
        for role in Role::ALL {
            all.push(self.signed_in(role).await);
        }
        all
    }

    /// What was called so far, the youngest first.
    async fn trail(&self) -> Vec<String> {
        let url = format!("http://{}", self.processes.staff);
        let mut audit = staff::audit_service_client::AuditServiceClient::connect(url).await.unwrap();
        let (mut methods, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = staff::ListAuditEntriesRequest { page_size: 200, page_token, ..Default::default() };
            let page = audit.list_audit_entries(self.auditor.with(request)).await.unwrap().into_inner();
            methods.extend(page.entries.into_iter().map(|entry| entry.method));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return methods;
            }
        }
    }

    /// What was called since then.
    async fn called_since(&self, before: &[String]) -> Vec<String> {
        let mut now = self.trail().await;
        now.truncate(now.len() - before.len());
        now
    }
}

impl Caller {
    fn nobody() -> Self {
        Self { who: "nobody", cookie: String::new(), known_as: vec![Principal::Anonymous] }
    }

    /// Whoever has what a link or a press gave them.
    fn holding(who: &'static str, cookie: String, known_as: Principal) -> Self {
        Self { who, cookie, known_as: vec![Principal::Anonymous, known_as] }
    }

    /// Whether the table lets them make every call of the page, with one or another of what they bring.
    fn may(&self, route: &Route) -> bool {
        route.calls.iter().all(|call| {
            let rpc = RPCS.iter().find(|rpc| rpc.name == call.full_name());
            let rpc =
                rpc.unwrap_or_else(|| panic!("{} is made of {call:?}, which the service does not have", route.path));
            self.known_as.iter().any(|principal| rpc.access.admits(principal))
        })
    }

    fn role(&self) -> Option<Role> {
        self.known_as.iter().find_map(|principal| match principal {
            Principal::Staff(staff) => Some(staff.role),
            _ => None,
        })
    }
}

/// Whether somebody is told that this is not theirs, instead of what they asked for.
fn refuses(route: &Route, answer: &Answer) -> bool {
    let (status, to) = (answer.status, answer.location());
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::GONE => true,
        StatusCode::NOT_FOUND => route.path.starts_with("/calendar/"),
        // Who has no queue starts elsewhere; who has no form, at the beginning.
        StatusCode::SEE_OTHER if is_staffs(route) => route.path == "/staff" || to.starts_with("/staff/sign-in"),
        StatusCode::SEE_OTHER => to == "/",
        _ => false,
    }
}

fn is_staffs(route: &Route) -> bool {
    route.path.starts_with("/staff")
}

/// The body as it is read.
fn read(answer: &Answer) -> String {
    let entities = [("&#39;", "'"), ("&#34;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(answer.body.clone(), |text, (entity, letter)| text.replace(entity, letter))
}

/// What a page says, without what stands around every page.
fn main_of(answer: &Answer) -> &str {
    answer.body.split_once("<main").map_or(answer.body.as_str(), |(_, main)| main)
}

pub(crate) fn sample(name: &str) -> Value {
    let file = format!("{}/../deploy/charlotte/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Submits a sample as somebody else, and waits until it is decided.
pub(crate) async fn submit(processes: &Processes, mut sample: Value, who: &[(&str, &str)]) -> pb::SubmitIntakeResponse {
    for (field, value) in who {
        sample["client"][*field] = json!(value);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("intake.json");
    fs::write(&file, sample.to_string()).unwrap();
    let told = processes.run(&["submit", file.to_str().unwrap(), "--follow", "--json"]).await.unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    let text = |field: &str| told["answer"][field].as_str().unwrap().to_owned();
    pb::SubmitIntakeResponse { intake: text("intake"), status_token: text("statusToken"), ..Default::default() }
}

/// Guards: `staff::admit` before staff's pages; `policy` of the intake service behind all of them; `sees_cases` and
/// `sees_answers` for what a page says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_admits_whom_the_table_admits_and_tells_nobody_else_anything() {
    let house = House::new().await;
    let mut reasons_on = BTreeSet::new();
    for mut caller in house.callers().await {
        for (route, of) in
            rapport_console::routes().iter().flat_map(|it| [(it, Thing::Ordinary), (it, Thing::Clinicians)])
        {
            let asked = format!("{} {} of {of:?} as {}", route.method, route.path, caller.who);
            let answer = house.ask(&route.method, route.path, of, &[("cookie", &caller.cookie)]).await;
            let (status, may) = (answer.status, caller.may(route));
            // A form without its fields is none of ours, and told so by whoever notices first.
            assert!(!status.is_server_error(), "{asked}: {status}");
            // An administrator reads no client's letter: the table does not say so, and the service does.
            let theirs = !(caller.role() == Some(Role::Admin) && route.path.starts_with("/staff/mailbox/"));
            if Caller::nobody().may(route) {
                // The way out leads to the way in.
                let out = !is_staffs(route) || route.path == "/staff/sign-out";
                assert!(out || !refuses(route, &answer), "{asked}: {status} {}", answer.location());
            } else if of == Thing::Ordinary || !may {
                assert_eq!(refuses(route, &answer), !(may && theirs), "{asked}: {status} {}", answer.location());
            }
            if !may {
                // What is not for them is not even said to be there.
                let other = house.ask(&route.method, route.path, Thing::Nobodys, &[("cookie", &caller.cookie)]).await;
                assert_eq!((status, main_of(&answer)), (other.status, main_of(&other)), "{asked}");
            }
            let text = read(&answer);
            let sees_cases = matches!(caller.role(), Some(Role::Coordinator | Role::Clinician)) && is_staffs(route);
            for (client, (field, value)) in CLIENTS.iter().enumerate().flat_map(|(at, all)| all.map(|it| (at, it))) {
                let own = client == 0 && caller.who == "a client" && !is_staffs(route);
                assert!(may && (sees_cases || own) || !text.contains(value), "{asked} tells the {field} of {client}");
            }
            // The rules themselves are no client's.
            let of_rules = route.path.starts_with("/staff/practice");
            for reason in house.reasons.iter().filter(|reason| text.contains(*reason) && !of_rules) {
                assert_eq!(caller.role(), Some(Role::Clinician), "{asked} tells why: {reason}");
                reasons_on.insert(route.path);
            }
            if route.path == "/staff/sign-out"
                && let Some(role) = caller.role()
            {
                caller = house.signed_in(role).await;
            }
        }
    }
    for path in ["/staff/cases/{id}", "/staff/cases/{id}/brief"] {
        assert!(reasons_on.contains(path), "a clinician reads why on {path}");
    }
}

/// Guards: the `Staff` extractor, which `staff::admit` asks; `problem::tell` for what is said then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_signed_in_finds_the_way_in_at_every_address_of_staffs() {
    let house = House::new().await;
    for caller in [Caller::nobody(), house.signed_out().await] {
        for route in rapport_console::routes().iter().filter(|route| is_staffs(route) && !route.calls.is_empty()) {
            let asked = format!("{} {} as {}", route.method, route.path, caller.who);
            let answer = house.ask(&route.method, route.path, Thing::Ordinary, &[("cookie", &caller.cookie)]).await;
            if route.method == Method::GET {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{asked}");
                let back = house.address(route.path, Thing::Ordinary).replace('/', "%2F");
                let back = if route.path == "/staff" { String::new() } else { format!("?back={back}") };
                assert_eq!(answer.location(), format!("/staff/sign-in{back}"), "{asked}");
            } else {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{asked}");
                assert!(answer.body.contains("href=\"/staff/sign-in\""), "{asked}");
            }
        }
    }
}

/// Guards: each `GET` of the lists is none of the `POST`s, and its handler only reads; `CsrfLayer` in `app`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_that_is_looked_at_and_no_form_of_another_site_changes_anything() {
    let house = House::new().await;
    let routes = rapport_console::routes();
    let (gets, posts): (Vec<_>, Vec<_>) = routes.into_iter().partition(|route| route.method == Method::GET);
    let callers = house.callers().await;
    let before = house.trail().await;
    for caller in &callers {
        for route in &gets {
            house.ask(&route.method, route.path, Thing::Ordinary, &[("cookie", &caller.cookie)]).await;
        }
        // What is done by a press is not done by an address.
        for route in posts.iter().filter(|post| gets.iter().all(|get| get.path != post.path)) {
            let answer = house.ask(&Method::GET, route.path, Thing::Ordinary, &[("cookie", &caller.cookie)]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "GET {} as {}", route.path, caller.who);
        }
    }
    for caller in &callers {
        for route in &posts {
            for foreign in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://elsewhere.example"),
                ("origin", "null"),
            ] {
                let answer =
                    house.ask(&route.method, route.path, Thing::Ordinary, &[("cookie", &caller.cookie), foreign]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} as {} with {foreign:?}", route.path, caller.who);
            }
        }
    }
    let called = house.called_since(&before).await;
    let reads = |method: &&String| {
        let name = method.rsplit('/').next().unwrap();
        ["Get", "List", "Watch"].iter().any(|verb| name.starts_with(verb))
    };
    assert!(called.len() > gets.len(), "the trail tells of {} calls", called.len());
    let changes: Vec<_> = called.iter().filter(|method| !reads(method)).collect();
    assert!(changes.is_empty(), "looking called {changes:?}");
}
