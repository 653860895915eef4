//! A house whose clock stands where it is put, and what its first client fetches, streams and receives.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::AppointmentState,
    id::{CaseId, IntakeId, LetterId},
    letter::{LedgerState, Recipient},
    practice::Practice,
    protocol::Files,
};
use rapport_messaging::{Handler, Verdict};
use rapport_notifier::{LetterTexts, MailUrl};
use rapport_proto::{
    intake::{self as pb, intake_service_client::IntakeServiceClient},
    staff::{self as desk, triage_service_client::TriageServiceClient},
};
use rapport_runtime::{Clock, ManualClock, SystemIds};
use rapport_security::{Role, Token};
use rapport_store::{NewStaffToken, Store, appointments, intakes, letters, protocols, staff_tokens, therapists};
use rapport_tests::{
    database::Database,
    people::{People, Sample, as_person},
    wait,
};
use rapport_worker::{
    consumers, purge::purge, relay::relay_once, release_holds::release_due, resume_cases::ResumeCases,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, Streaming, transport::Channel};
use uuid::Uuid;

use super::{Partner, kept::Kept, posted::Posted};

/// A Monday, ten in the morning in Charlotte; no holiday within three weeks.
const MONDAY: &str = "2027-01-11T15:00:00Z";
/// Longer than hints are gathered: one that nothing accounts for has come by then.
const QUIET: Duration = Duration::from_millis(250);
const FIRST: usize = 1;
const SECOND: usize = 2;

/// One run's house.
pub(super) struct House {
    store: Store,
    clock: ManualClock,
    posted: Arc<Posted>,
    worker: rapport_worker::Deps,
    resume: ResumeCases,
    client: IntakeServiceClient<Channel>,
    staff: TriageServiceClient<Channel>,
    /// A clinician's.
    token: String,
    people: People,
    stop: CancellationToken,
    mail: TempDir,
    pub(super) kept: Kept,
    first: pb::SubmitIntakeResponse,
    hints: Option<Streaming<pb::WatchIntakeResponse>>,
    view: Option<pb::Intake>,
    invitation: String,
    second: Option<pb::SubmitIntakeResponse>,
    read: BTreeSet<LetterId>,
}

impl House {
    pub(super) async fn open(database: &Database) -> Self {
        let files = sample_files();
        let practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{problems:?}")).value;
        let roster = practice.roster(&files).unwrap_or_else(|problems| panic!("{problems:?}")).value;
        let texts = LetterTexts::load(&files).unwrap_or_else(|problems| panic!("{problems:?}"));
        let store = database.store().await.unwrap();
        protocols::pin(&store, &practice.protocol).await.unwrap();
        therapists::seed_if_empty(&store, &roster).await.unwrap();
        let (practice, posted) = (Arc::new(practice), Arc::new(Posted::default()));
        let clock = ManualClock::at(MONDAY.parse().unwrap());
        let (shared, ids) = (Arc::new(clock.clone()), Arc::new(SystemIds));
        let (mail, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());

        let any = "127.0.0.1:0".parse().unwrap();
        let config = rapport_intake::Config { listen: any, staff_listen: any, ..Default::default() };
        let deps = rapport_intake::Deps {
            store: store.clone(),
            transport: posted.clone(),
            practice: Arc::clone(&practice),
            clock: shared.clone(),
            ids: ids.clone(),
            letters: Arc::new(|_| Vec::new()),
        };
        let intake = rapport_intake::build(config, deps).await.unwrap();
        let [address, desk] = [intake.client_address(), intake.staff_address()].map(|it| format!("http://{it}"));
        tokio::spawn(intake.run(stop.clone()));
        let (token, now) = (Token::generate(), clock.now());
        let clinician = NewStaffToken {
            id: Uuid::now_v7(),
            label: "Twin Sample".to_owned(),
            role: Role::Clinician,
            hash: token.hash(),
            created_at: now,
            // Longer than any run's own time.
            expires_at: now + SignedDuration::from_hours(24 * 366),
        };
        staff_tokens::add(&store, &clinician).await.unwrap();
        let config = rapport_notifier::Config {
            connections: 1,
            ..rapport_notifier::Config::to(MailUrl::Folder(mail.path().to_owned()))
        };
        let deps = rapport_notifier::Deps {
            store: store.clone(),
            transport: posted.clone(),
            practice: Arc::clone(&practice),
            texts: Arc::new(texts),
            clock: shared.clone(),
        };
        tokio::spawn(rapport_notifier::run(config, deps, stop.clone()));
        let worker =
            rapport_worker::Deps { store: store.clone(), transport: posted.clone(), practice, clock: shared, ids };
        let mut client = IntakeServiceClient::new(Channel::from_shared(address).unwrap().connect().await.unwrap());
        Self {
            people: People::of(&mut client).await.unwrap(),
            resume: ResumeCases::new(worker.clone()),
            staff: TriageServiceClient::new(Channel::from_shared(desk).unwrap().connect().await.unwrap()),
            token: token.text(),
            store,
            clock,
            posted,
            worker,
            client,
            stop,
            mail,
            kept: Kept::default(),
            first: pb::SubmitIntakeResponse::default(),
            hints: None,
            view: None,
            invitation: String::new(),
            second: None,
            read: BTreeSet::new(),
        }
    }

    pub(super) async fn first_submits(&mut self, sample: Sample, wish: pb::IfPartnerSilent) {
        let mut request = as_person(self.people.request(sample).unwrap(), FIRST);
        request.care = pb::Care::Couple.into();
        request.if_partner_silent = wish.into();
        self.first = self.client.submit_intake(request).await.unwrap().into_inner();
        self.kept.add("submitted", &format!("{:?}", self.first));
        let watch = pb::WatchIntakeRequest { name: self.first.intake.clone() };
        let mut hints = self.client.watch_intake(bearing(&self.first.status_token, watch)).await.unwrap().into_inner();
        hints.next().await.unwrap().unwrap();
        self.hints = Some(hints);
        self.view = Some(self.look_at_own().await);
    }

    pub(super) async fn first_invites(&mut self) {
        let request = pb::InvitePartnerRequest { name: self.first.intake.clone(), ..Default::default() };
        let request = bearing(&self.first.status_token, request);
        let answer = self.client.invite_partner(request).await.unwrap().into_inner();
        self.kept.add("invited", &format!("{answer:?}"));
        self.invitation = answer.invitation_token;
    }

    pub(super) async fn first_says_yes_and_asks_for_a_letter(&mut self) {
        let letter = pb::InvitationLetter { email: "partner@example.com".to_owned(), language: "es".to_owned() };
        let letter =
            pb::InvitePartnerRequest { name: self.first.intake.clone(), letter: Some(letter), ..Default::default() };
        let answer = self.client.invite_partner(bearing(&self.first.status_token, letter)).await;
        self.keep("invited by letter", answer);
        if let Some(session) = self.look_at_own().await.appointment {
            let yes = pb::ConfirmAppointmentRequest { name: session.name, etag: session.etag, ..Default::default() };
            let answer = self.client.confirm_appointment(bearing(&self.first.status_token, yes)).await;
            self.keep("said yes", answer);
        }
        self.settle().await;
    }

    /// Moves the time that is held to one of the open ones.
    pub(super) async fn first_moves_the_hold(&mut self) {
        let Some(session) = self.look_at_own().await.appointment else { return };
        let token = self.first.status_token.clone();
        let open = self.open_slots(&token, &session.name).await.unwrap();
        let Some(slot) = open.get(7).map(|open| open.slot.clone()) else { return };
        let request = pb::RescheduleAppointmentRequest { name: session.name, slot, ..Default::default() };
        let answer = self.client.reschedule_appointment(bearing(&token, request)).await;
        self.keep("moved", answer);
        self.settle().await;
    }

    async fn open_slots(&mut self, token: &str, session: &str) -> Result<Vec<pb::OpenSlot>, Status> {
        let request = pb::ListOpenSlotsRequest { name: session.to_owned(), page_size: 20, ..Default::default() };
        Ok(self.client.list_open_slots(bearing(token, request)).await?.into_inner().slots)
    }

    /// The second partner does what they do, and nothing of it is kept.
    pub(super) async fn second(&mut self, partner: Partner) {
        if partner == Partner::Silent {
            return;
        }
        let open = bearing(&self.invitation, pb::AcceptInvitationRequest::default());
        self.client.accept_invitation(open).await.unwrap();
        if partner == Partner::Declines {
            let no = bearing(&self.invitation, pb::DeclineInvitationRequest::default());
            self.client.decline_invitation(no).await.unwrap();
        }
        if let Some(sample) = partner.sample() {
            let mut request = as_person(self.people.request(sample).unwrap(), SECOND);
            request.care = pb::Care::Couple.into();
            request.if_partner_silent = 0;
            request.preferences = None;
            request.invitation_token.clone_from(&self.invitation);
            self.second = Some(self.client.submit_intake(request).await.unwrap().into_inner());
        }
        if let (Partner::NotContacted, Some(second)) = (partner, &self.second) {
            let intake = second.intake.clone();
            let reason = desk::StopReason::Unsafe.into();
            let stop = desk::StopContactRequest { name: intake, reason, ..Default::default() };
            self.staff.stop_contact(bearing(&self.token, stop)).await.unwrap();
        }
    }

    pub(super) async fn second_says_no_to_the_time(&mut self) {
        let Some(second) = &self.second else { return };
        let own = pb::GetIntakeRequest { name: second.intake.clone() };
        let own = self.client.get_intake(bearing(&second.status_token, own)).await.unwrap().into_inner();
        if let Some(session) = own.intake.and_then(|intake| intake.appointment) {
            let no = pb::CancelAppointmentRequest { name: session.name, ..Default::default() };
            self.client.cancel_appointment(bearing(&second.status_token, no)).await.unwrap();
        }
        self.settle().await;
    }

    pub(super) async fn second_would_rather_have_another_time(&mut self) {
        let Some(second) = self.second.clone() else { return };
        let own = pb::GetIntakeRequest { name: second.intake.clone() };
        let own = self.client.get_intake(bearing(&second.status_token, own)).await.unwrap().into_inner();
        let Some(session) = own.intake.and_then(|intake| intake.appointment) else { return };
        let open = self.open_slots(&second.status_token, &session.name).await.unwrap();
        let request = pb::RescheduleAppointmentRequest {
            name: session.name,
            slot: open.last().unwrap().slot.clone(),
            ..Default::default()
        };
        let noted = self.client.reschedule_appointment(bearing(&second.status_token, request)).await.unwrap();
        assert!(noted.into_inner().appointment.unwrap().own_proposal.is_some());
        self.settle().await;
    }

    /// When the open hold ends.
    pub(super) async fn deadline(&self) -> Option<Timestamp> {
        let latest = appointments::current_of_case(&self.store, self.case().await).await.unwrap();
        latest.filter(|it| it.state == AppointmentState::Held).and_then(|it| it.release_at)
    }

    pub(super) async fn later(&mut self, seconds: i64) {
        self.put_clock(self.clock.now() + SignedDuration::from_secs(seconds)).await;
    }

    /// Puts the clock there and lets it take every step that is due.
    pub(super) async fn put_clock(&mut self, now: Timestamp) {
        self.clock.set(now);
        release_due(&self.worker, now).await.unwrap();
        // A freed hold and the time that follows it are two changes; how fast the second one comes is our own affair.
        let view = self.look_at_own().await;
        if self.changed(&view) {
            self.count_hints(view).await;
        }
        self.resume.resume(now).await.unwrap();
        purge(&self.worker, now).await.unwrap();
        self.settle().await;
    }

    pub(super) async fn settle(&mut self) {
        self.settle_in_turn(false).await;
    }

    /// Relays, handles and sends until nothing moves.
    pub(super) async fn settle_in_turn(&mut self, last_first: bool) {
        loop {
            while relay_once(&self.worker).await.unwrap() > 0 {}
            let Some(message) = self.posted.take(last_first) else { break };
            for consumer in consumers::all(&self.worker) {
                if consumer.queue.bindings.contains(&message.routing_key.as_str()) {
                    assert_eq!(consumer.handle(&message).await, Verdict::Done, "{}", message.routing_key);
                }
            }
        }
        let case = self.case().await;
        let waits =
            |state: LedgerState| matches!(state, LedgerState::Queued | LedgerState::Claimed | LedgerState::Sending);
        wait::until("every letter is sent", || async {
            !letters::of_case(&self.store, case).await.unwrap().iter().any(|letter| waits(letter.state))
        })
        .await;
    }

    /// Everything that the first client could see now.
    pub(super) async fn look(&mut self) {
        self.kept.add("clock", &self.clock.now().to_string());
        let view = self.look_at_own().await;
        self.kept.add("own intake", &format!("{view:?}"));
        self.count_hints(view.clone()).await;
        self.read_letters().await;
        self.try_everything(view.appointment).await;
    }

    pub(super) async fn close(mut self) -> Vec<String> {
        let case = self.case().await;
        let left = letters::of_case(&self.store, case).await.unwrap();
        let done = |state| matches!(state, LedgerState::Sent | LedgerState::Superseded);
        assert!(left.iter().all(|letter| done(letter.state)), "{left:?}");
        assert!(self.posted.take(false).is_none(), "an event is left over");
        self.hints = None;
        self.stop.cancel();
        self.kept.into_lines()
    }

    async fn look_at_own(&mut self) -> pb::Intake {
        let own = pb::GetIntakeRequest { name: self.first.intake.clone() };
        let own = self.client.get_intake(bearing(&self.first.status_token, own)).await.unwrap();
        own.into_inner().intake.unwrap()
    }

    /// Whether a hint is due: not for what changes by the passing of time alone.
    fn changed(&self, view: &pb::Intake) -> bool {
        let lasting =
            |intake: &pb::Intake| pb::Intake { next_step: String::new(), call_by_time: None, ..intake.clone() };
        self.view.as_ref().is_some_and(|last| lasting(last) != lasting(view))
    }

    /// Where the view has changed a hint must come, however busy the machine is; then until it is quiet.
    async fn count_hints(&mut self, view: pb::Intake) {
        let changed = self.changed(&view);
        self.view = Some(view);
        let Some(hints) = &mut self.hints else { return };
        let mut count = 0;
        if changed {
            hints.next().await.unwrap().unwrap();
            count += 1;
        }
        while let Ok(Some(hint)) = tokio::time::timeout(QUIET, hints.next()).await {
            hint.unwrap();
            count += 1;
        }
        self.kept.add("hints", &count.to_string());
    }

    /// Letters that came since the last look: when, which, and every byte.
    async fn read_letters(&mut self) {
        let own: IntakeId = self.first.intake.parse().unwrap();
        for letter in letters::of_case(&self.store, self.case().await).await.unwrap() {
            if letter.recipient != Recipient::Client(own) || !self.read.insert(letter.id) {
                continue;
            }
            let bytes = self.mail(letter.id);
            let said = format!("{:?} {} {}\n{bytes}", letter.kind, letter.state.name(), letter.updated_at);
            self.kept.add("letter", &said);
        }
        let everything = fs::read_dir(self.mail.path()).unwrap();
        let own = everything.filter(|entry| {
            let text = fs::read_to_string(entry.as_ref().unwrap().path()).unwrap();
            text.contains(&format!("To: {}\r\n", rapport_tests::people::address(FIRST)))
        });
        self.kept.add("letters in the mailbox", &own.count().to_string());
    }

    fn mail(&self, letter: LetterId) -> String {
        let mut all = fs::read_dir(self.mail.path()).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()));
        let id = letter.uuid().to_string();
        all.find_map(|text| text.ok().filter(|text| text.contains(&id))).unwrap_or_default().replace("=\r\n", "")
    }

    /// Every RPC that a client has, with the first one's token: what it answers, and how it refuses.
    async fn try_everything(&mut self, session: Option<pb::Appointment>) {
        let (name, token) = (self.first.intake.clone(), self.first.status_token.clone());
        let session = session.map_or_else(|| format!("appointments/{}", Uuid::nil()), |session| session.name);
        for only_show in [true, false] {
            let again = pb::InvitePartnerRequest { name: name.clone(), validate_only: only_show, ..Default::default() };
            let answer = self.client.invite_partner(bearing(&token, again)).await;
            self.keep("invite again", answer);
        }
        let other = pb::GetIntakeRequest { name: format!("intakes/{}", Uuid::nil()) };
        let answer = self.client.get_intake(bearing(&token, other)).await;
        self.keep("another's intake", answer);
        let stale = || "99".to_owned();
        let yes = pb::ConfirmAppointmentRequest { name: session.clone(), etag: stale(), ..Default::default() };
        let answer = self.client.confirm_appointment(bearing(&token, yes)).await;
        self.keep("a late yes", answer);
        let name_of_session = session.clone();
        let no = pb::CancelAppointmentRequest { name: session, etag: stale(), ..Default::default() };
        let answer = self.client.cancel_appointment(bearing(&token, no)).await;
        self.keep("a late no", answer);
        let open = self.open_slots(&token, &name_of_session).await;
        let mut slot = String::new();
        // What seals a slot is new each time; nothing else about it is.
        let open = open.map(|mut open| {
            slot = open.first().map(|open| open.slot.clone()).unwrap_or_default();
            open.iter_mut().for_each(|open| open.slot = open.slot.len().to_string());
            tonic::Response::new(open)
        });
        self.keep("open slots", open);
        let moved =
            pb::RescheduleAppointmentRequest { name: name_of_session, slot, etag: stale(), ..Default::default() };
        let answer = self.client.reschedule_appointment(bearing(&token, moved)).await;
        self.keep("a late move", answer);
        let answer = self.client.accept_invitation(bearing(&token, pb::AcceptInvitationRequest::default())).await;
        self.keep("accept", answer);
        let answer = self.client.decline_invitation(bearing(&token, pb::DeclineInvitationRequest::default())).await;
        self.keep("decline", answer);
        let answer = self.client.get_draft(bearing(&token, pb::GetDraftRequest::default())).await;
        self.keep("a draft", answer);
    }

    fn keep<T: std::fmt::Debug>(&mut self, what: &str, answer: Result<tonic::Response<T>, Status>) {
        let said = match answer {
            Ok(answer) => format!("{:?}", answer.into_inner()),
            Err(refused) => {
                let details = String::from_utf8_lossy(refused.details()).into_owned();
                format!("{:?} {} {details}", refused.code(), refused.message())
            }
        };
        self.kept.add(what, &said);
    }

    async fn case(&self) -> CaseId {
        let own = intakes::get(&self.store, self.first.intake.parse().unwrap()).await.unwrap();
        own.unwrap().case
    }
}

fn bearing<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// `deploy/charlotte`, as it is shipped.
fn sample_files() -> Files {
    fn read(folder: &Path, prefix: &str, files: &mut Files) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                read(&path, &format!("{name}/"), files);
            } else {
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = Files::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/charlotte"), "", &mut files);
    files
}
