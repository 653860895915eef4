//! A notifier with its ledger, its mail folder and a case to write about.

use super::*;

pub(super) struct Stage {
    pub(super) sender: Arc<Sender>,
    pub(super) clock: ManualClock,
    pub(super) case: CaseId,
    pub(super) intake: IntakeId,
    pub(super) folder: tempfile::TempDir,
}

pub(super) fn practice_files(folder: &Path, within: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{within}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            practice_files(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

pub(super) fn told(problems: &[rapport_domain::problem::FileProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Stage {
    pub(super) async fn new(email: Option<&str>, url: Option<&Server>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("test.db").display());
        let settings = StoreSettings { url: database, max_connections: 4 };
        let store = Store::connect(&settings, Keyring::new(&MasterKey::generate())).await.unwrap();
        store.migrate().await.unwrap();
        let mail = folder.path().join("mail");
        let url = url.map_or(MailUrl::Folder(mail), |server| MailUrl::Smtp(server.url.clone()));
        Self::on(store, folder, email, url, Patience::default()).await
    }

    /// What the practice says, to be changed.
    pub(super) fn practice(&mut self) -> &mut Practice {
        Arc::make_mut(&mut Arc::get_mut(&mut self.sender).unwrap().practice)
    }

    /// On a database with its schema, with letters that go there.
    pub(super) async fn on(
        store: Store,
        folder: tempfile::TempDir,
        email: Option<&str>,
        url: MailUrl,
        patience: Patience,
    ) -> Self {
        let mut files = Files::new();
        practice_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte"), "", &mut files);
        let practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{}", told(&problems))).value;
        let texts = LetterTexts::load(&files).unwrap_or_else(|problems| panic!("{}", told(&problems)));
        let now: Timestamp = "2026-11-30T15:00:00Z".parse().unwrap();
        let clock = ManualClock::at(now);
        let (case, intake) = accept(&store, &practice, email, now).await;
        let told_time = clock.clone();
        let sender = Sender {
            events: Arc::new(LocalTransport::new(store.clone(), move || told_time.now())),
            store,
            letterhead: Letterhead::of(&practice),
            practice: Arc::new(practice),
            texts: Arc::new(texts),
            clock: Arc::new(clock.clone()),
            transport: MailTransport::open(url, "example.com", patience).await.unwrap(),
            webhooks: Webhooks::new(webhook::tests::settings()).unwrap(),
            pace: Pace::new(Limits { connections: 8, per_minute: 0 }),
            bounces: Bounces::Plus,
        };
        Self { sender: Arc::new(sender), clock, case, intake, folder }
    }

    pub(super) async fn queue(&self, kind: LetterKind, recipient: Recipient) {
        let due = DueLetter { cause: Cause::Case(self.case), recipient, kind, case: self.case, appointment: None };
        let now = self.clock.now();
        let queued =
            self.sender.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
        queued.await.unwrap();
    }

    pub(super) async fn join(&self, email: &str) -> IntakeId {
        let (id, now) = (IntakeId::new(Uuid::from_u128(9)), self.clock.now());
        let mut second = rapport_store::intakes::get(&self.sender.store, self.intake).await.unwrap().unwrap();
        second.id = id;
        second.submission.client.email = Some(EmailAddress::parse(email).unwrap());
        let store = &self.sender.store;
        let joined = store
            .transact(move |tx| Box::pin(async move { rapport_store::intakes::join(tx, &second, [9; 32], now).await }));
        joined.await.unwrap();
        id
    }

    /// A colleague whose account is new.
    pub(super) async fn colleague(&self) -> AccountId {
        let (id, now) = (AccountId::new(Uuid::from_u128(11)), self.clock.now());
        let email = EmailAddress::parse("colleague@example.com").unwrap();
        let account =
            Account::invited(id, Name::parse("Robin").unwrap(), email, rapport_security::Role::Coordinator, now);
        let made =
            self.sender.store.transact(move |tx| Box::pin(async move { accounts::create(tx, &account, now).await }));
        made.await.unwrap();
        id
    }

    /// Why a letter about a therapist's first licence is due.
    pub(super) async fn licence(&self) -> Cause {
        let store = &self.sender.store;
        if rapport_store::therapists::all(store).await.unwrap().is_empty() {
            let mut files = Files::new();
            practice_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte"), "", &mut files);
            let roster = self.sender.practice.roster(&files).unwrap_or_else(|problems| panic!("{}", told(&problems)));
            rapport_store::therapists::seed_if_empty(store, &roster.value).await.unwrap();
        }
        let therapist = rapport_store::therapists::all(store).await.unwrap().remove(0);
        let licence = &therapist.licences[0];
        Cause::Licence(therapist.id, licence.state, licence.expires)
    }

    /// The client's invitation, with its one letter queued.
    pub(super) async fn invite(&self) -> InvitationId {
        let (id, case, inviter, now) =
            (InvitationId::new(Uuid::from_u128(8)), self.case, self.intake, self.clock.now());
        let invitation = Invitation { id, case, inviter, state: InvitationState::Open, created_at: now };
        let email = EmailAddress::parse("invited@example.com").unwrap();
        let letter = Some(InvitationLetter { email, language: Language::Es });
        let detail = InvitationDetail { token: "c2FtcGxl".to_owned(), letter };
        let due = DueLetter {
            cause: Cause::Intake(inviter),
            recipient: Recipient::Invited(id),
            kind: LetterKind::Invitation,
            case,
            appointment: None,
        };
        let queued = self.sender.store.transact(move |tx| {
            Box::pin(async move {
                invitations::create(tx, &invitation, [8; 32], &detail).await?;
                letters::queue(tx, &[due], now).await
            })
        });
        queued.await.unwrap();
        id
    }

    /// A joint session in a state, and the letter of a kind about it.
    pub(super) async fn session(&self, state: AppointmentState, sequence: u32) -> Appointment {
        let starts_at = self.clock.now() + SignedDuration::from_hours(96);
        let session = Appointment {
            id: AppointmentId::new(Uuid::from_u128(7)),
            case: self.case,
            therapist: TherapistId::new(Uuid::from_u128(6)),
            care: Care::Couple,
            format: Format::Video,
            room: None,
            starts_at,
            ends_at: starts_at + SignedDuration::from_mins(80),
            state,
            release_at: None,
            sequence,
        };
        let stored = session.clone();
        let insert = self
            .sender
            .store
            .transact(move |tx| Box::pin(async move { rapport_store::appointments::insert(tx, &stored).await }));
        insert.await.unwrap();
        session
    }

    pub(super) async fn queue_about(&self, kind: LetterKind, session: &Appointment, sequence: u32) {
        let due = DueLetter {
            cause: Cause::Appointment(session.id, sequence),
            recipient: Recipient::Client(self.intake),
            kind,
            case: self.case,
            appointment: Some((session.id, sequence)),
        };
        let now = self.clock.now();
        let queued =
            self.sender.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
        queued.await.unwrap();
    }

    pub(super) async fn change_case(&self, change: fn(&mut Case)) {
        let id = self.case;
        let changed = self.sender.store.transact(move |tx| {
            Box::pin(async move {
                let mut case = rapport_store::cases::get(tx, id).await?.ok_or(StoreError::Missing("case"))?;
                change(&mut case);
                rapport_store::cases::save(tx, &case).await
            })
        });
        changed.await.unwrap();
    }

    pub(super) async fn claim(&self) -> Vec<ClaimedLetter> {
        letters::claim(&self.sender.store, self.clock.now(), SignedDuration::from_secs(60), 10).await.unwrap()
    }

    pub(super) async fn send_all(&self) -> Vec<LedgerState> {
        let mut states = Vec::new();
        for letter in self.claim().await {
            states.push(self.sender.send_letter(&letter).await.unwrap());
        }
        states
    }

    pub(super) fn letters(&self) -> Vec<String> {
        let folder = fs::read_dir(self.folder.path().join("mail")).unwrap();
        folder.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

async fn accept(store: &Store, practice: &Practice, email: Option<&str>, now: Timestamp) -> (CaseId, IntakeId) {
    let (case_id, intake_id) = (CaseId::new(Uuid::from_u128(1)), IntakeId::new(Uuid::from_u128(2)));
    let client = Client {
        given_name: Line::parse("Sample").unwrap(),
        family_name: Line::parse("Zebulon").unwrap(),
        email: email.map(|email| EmailAddress::parse(email).unwrap()),
        phone: Phone::parse("704-555-0142").unwrap(),
        date_of_birth: Some(date(1990, 4, 30)),
        pronouns: None,
        language: Language::En,
        residence_state: Some(UsState::parse("NC").unwrap()),
    };
    let contact = Contact {
        mailbox: Mailbox::Private,
        voicemail_ok: false,
        safe_hours: Vec::new(),
        introduce_as: None,
        pin: None,
    };
    let (preferences, answers) = (Preferences::default(), Answers::default());
    let submission =
        Submission { client, contact, preferences, consents: Vec::new(), answers, asked_for_a_call: false };
    let case = Case {
        id: case_id,
        care: CareWish::Individual,
        state: CaseState::BeforeStaff,
        urgency: Urgency::Urgent,
        booking: Booking::Never,
        clinician_only: true,
        flagged: true,
        respond_by: now + SignedDuration::from_hours(4),
        created_at: now,
        assignee: None,
        silent_rounds: 0,
        version: 1,
    };
    let protocol = practice.protocol.digest().to_owned();
    rapport_store::protocols::pin(store, &practice.protocol).await.unwrap();
    let event = Event {
        id: EventId::new(Uuid::from_u128(3)),
        occurred_at: now,
        fact: Fact::IntakeReceived { intake: intake_id, case: case_id },
    };
    let new = NewIntake {
        case,
        detail: CaseDetail { label: "Sample Z.".to_owned(), ..CaseDetail::default() },
        intake: Intake {
            id: intake_id,
            case: case_id,
            care: CareWish::Individual,
            protocol,
            received_at: now,
            submission,
        },
        status_token_hash: [7; 32],
        event,
        letters: Vec::new(),
        reports: Vec::new(),
        draft: None,
        request: RequestKey {
            principal: "anonymous".to_owned(),
            method: "SubmitIntake",
            request_id: Uuid::from_u128(4),
            digest: [1; 32],
        },
        response: Vec::new(),
        audit: AuditEntry {
            at: now,
            principal: "anonymous".to_owned(),
            role: "client",
            method: "SubmitIntake",
            resources: Vec::new(),
            outcome: "OK",
        },
        now,
    };
    store.accept(new).await.unwrap();
    (case_id, intake_id)
}
