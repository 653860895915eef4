//! The tables, one module each; the migrations make them. Columns that hold
//! what was told in confidence are `Vec<u8>` and say under which key they are sealed.

#![expect(unreachable_pub, reason = "sea-orm's derives make public items; nothing of it leaves the crate")]

/// A table without relations.
macro_rules! no_relations {
    () => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    };
}

/// A table whose rows are sealed under a key that they name.
macro_rules! sealed_under_key {
    () => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {
            #[sea_orm(
                belongs_to = "super::data_keys::Entity",
                from = "Column::DataKey",
                to = "super::data_keys::Column::Id"
            )]
            DataKey,
        }
        impl Related<super::data_keys::Entity> for Entity {
            fn to() -> RelationDef {
                Relation::DataKey.def()
            }
        }
        impl ActiveModelBehavior for ActiveModel {}
    };
}

/// The wrapped key of one person, one case or one draft; destroying it destroys what it sealed.
pub mod data_keys {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// `intakes/…`, `cases/…`, `drafts/…` or `accounts/…`.
        pub subject: String,
        pub wrapped: Vec<u8>,
        pub master_version: i32,
    }
    no_relations!();
}

pub mod cases {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub data_key: Uuid,
        pub care: String,
        pub if_partner_silent: Option<String>,
        pub state: String,
        /// Rank of the urgency: a higher one comes first in the queue.
        pub urgency: i16,
        /// Rank of what a machine may book.
        pub booking: i16,
        pub clinician_only: bool,
        pub flagged: bool,
        pub respond_by: DateTimeUtc,
        pub created_at: DateTimeUtc,
        pub assignee: Option<String>,
        pub silent_rounds: i32,
        pub version: i64,
        /// `CaseDetail`, under the case's key.
        pub detail: Vec<u8>,
    }
    sealed_under_key!();
}

pub mod intakes {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "intakes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub data_key: Uuid,
        pub care: String,
        pub if_partner_silent: Option<String>,
        pub protocol: String,
        pub received_at: DateTimeUtc,
        pub status_token_hash: Vec<u8>,
        /// Of the link in letters; none until a letter carries it.
        #[sea_orm(unique)]
        pub session_token_hash: Option<Vec<u8>>,
        /// Raised, it makes that link another one.
        pub session_epoch: i32,
        /// `Submission`, under the person's key.
        pub submission: Vec<u8>,
    }
    sealed_under_key!();
}

pub mod triage_results {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "triage_results")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub intake_id: Uuid,
        pub case_id: Uuid,
        pub data_key: Uuid,
        /// `TriageResult`, under the person's key.
        pub result: Vec<u8>,
    }
    sealed_under_key!();
}

/// Screenings that were not sent yet. A draft goes with its key: see the foreign key in `migrations`.
pub mod drafts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "drafts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub data_key: Uuid,
        pub token_hash: Vec<u8>,
        pub protocol: String,
        pub revision: i64,
        /// `Answers`, under the draft's own key.
        pub answers: Vec<u8>,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }
    sealed_under_key!();
}

pub mod invitations {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub inviter: Uuid,
        pub data_key: Uuid,
        pub token_hash: Vec<u8>,
        /// `InvitationDetail`, under the case's key.
        pub detail: Vec<u8>,
        pub state: String,
        pub created_at: DateTimeUtc,
    }
    sealed_under_key!();
}

pub mod reports {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub intake_id: Uuid,
        pub data_key: Uuid,
        /// HMAC of intake and kind: which it is tells of answers.
        pub kind_token: Vec<u8>,
        pub state: String,
        pub created_at: DateTimeUtc,
        /// `reports::Content`, under the case's key.
        pub content: Vec<u8>,
    }
    sealed_under_key!();
}

/// Hashes of addresses that are never written to again.
pub mod no_contact {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "no_contact")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        pub at: DateTimeUtc,
    }
    no_relations!();
}

pub mod appointments {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "appointments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub therapist_id: Uuid,
        pub care: String,
        pub format: String,
        pub room: Option<String>,
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub state: String,
        pub release_at: Option<DateTimeUtc>,
        pub sequence: i32,
    }
    no_relations!();
}

/// What each client said to a joint hold.
pub mod wishes {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "wishes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub appointment_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub intake_id: Uuid,
        pub wish: String,
        pub at: DateTimeUtc,
    }
    no_relations!();
}

/// Another time that a client asked for.
pub mod move_requests {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "move_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub appointment_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub intake_id: Uuid,
        pub asked: i32,
        /// None, with all that follows, where the last wish was done at once.
        pub therapist_id: Option<Uuid>,
        pub starts_at: Option<DateTimeUtc>,
        pub ends_at: Option<DateTimeUtc>,
        pub format: Option<String>,
        pub location: Option<String>,
        pub sequence: i32,
        pub expires_at: Option<DateTimeUtc>,
        pub declined: bool,
    }
    no_relations!();
}

/// Who came to a session.
pub mod attendance {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub appointment_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub intake_id: Uuid,
        pub attendance: String,
        /// The account's label.
        pub staff: String,
        pub at: DateTimeUtc,
    }
    no_relations!();
}

/// A resource's taken time; the database refuses an overlap.
pub mod calendar_blocks {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_blocks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub appointment_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::appointments::Entity",
            from = "Column::AppointmentId",
            to = "super::appointments::Column::Id"
        )]
        Appointment,
    }
    impl Related<super::appointments::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Appointment.def()
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod therapists {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "therapists")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// `Therapist` as JSON.
        pub profile: String,
        /// Rises with every change; the etag.
        pub version: i64,
        /// `Elsewhere` as JSON: when their own calendar is taken.
        pub elsewhere: Option<String>,
    }
    no_relations!();
}

/// Whom a therapist has treated alone since before this house knew, by hashes: a conflict where a couple is theirs.
pub mod treated {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "treated")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub therapist_id: Uuid,
    }
    no_relations!();
}

/// When a room cannot be used.
pub mod room_closures {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "room_closures")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub room: String,
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
    }
    no_relations!();
}

/// Whose calendar may be read by whoever holds this token: one for each therapist.
pub mod calendar_feeds {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_feeds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub therapist_id: Uuid,
        pub token_hash: Vec<u8>,
        pub created_at: DateTimeUtc,
    }
    no_relations!();
}

/// Sessions that were put before staff because they stand outside of somebody's hours, at this time.
pub mod outside_sessions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outside_sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub appointment_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub starts_at: DateTimeUtc,
        pub why: String,
        pub found_at: DateTimeUtc,
    }
    no_relations!();
}

pub mod protocols {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "protocols")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        pub bundle: Vec<u8>,
    }
    no_relations!();
}

/// Events that wait to be published.
pub mod outbox {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub routing_key: String,
        pub body: Vec<u8>,
        pub occurred_at: DateTimeUtc,
        pub published_at: Option<DateTimeUtc>,
    }
    no_relations!();
}

/// Messages of the local transport: a row per event and bound queue.
pub mod deliveries {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deliveries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub event: Uuid,
        pub queue: String,
        pub routing_key: String,
        pub body: Vec<u8>,
        pub state: String,
        pub attempts: i32,
        pub leases: i32,
        pub not_before: DateTimeUtc,
        pub leased_until: Option<DateTimeUtc>,
        pub cause: Option<String>,
    }
    no_relations!();
}

/// Which consumer has seen which event.
pub mod inbox {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub consumer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: Uuid,
        pub seen_at: DateTimeUtc,
    }
    no_relations!();
}

/// Requests that were answered.
pub mod request_ids {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "request_ids")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub principal: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub method: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// Keyed digest of the request.
        pub digest: Vec<u8>,
        /// The answer, under the keyring's response key.
        pub response: Vec<u8>,
        pub expires_at: DateTimeUtc,
    }
    no_relations!();
}

/// The mail ledger.
pub mod letters {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "letters")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub cause: String,
        pub recipient: String,
        pub letter: String,
        /// None where it is about the practice itself.
        pub case_id: Option<Uuid>,
        pub appointment_id: Option<Uuid>,
        pub sequence: Option<i32>,
        pub state: String,
        /// Claims of all rounds: tells a claim from a later one.
        pub attempts: i32,
        /// Claims of this round.
        pub tries: i32,
        /// How often it began anew, the first time included.
        pub rounds: i32,
        /// When this round began; when it was queued where absent.
        pub tried_from: Option<DateTimeUtc>,
        pub not_before: DateTimeUtc,
        pub leased_until: Option<DateTimeUtc>,
        /// The message, under the client's key or, to staff, the case's or the practice's.
        pub bytes: Option<Vec<u8>>,
        pub why: Option<String>,
        /// Who of staff said that nothing is left to do.
        pub settled_by: Option<String>,
        pub queued_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::cases::Entity", from = "Column::CaseId", to = "super::cases::Column::Id")]
        Case,
    }
    impl Related<super::cases::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Case.def()
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// What the on-call chain is told, until somebody acknowledges it.
pub mod alerts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alerts")]
    pub struct Model {
        /// That of its first letter.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// That of its first letter.
        pub cause: String,
        pub case_id: Uuid,
        pub state: String,
        pub raised_at: DateTimeUtc,
        pub steps: i32,
        pub since: DateTimeUtc,
        pub next_at: DateTimeUtc,
        pub wall_time: bool,
        pub acknowledged_by: Option<String>,
        pub acknowledged_at: Option<DateTimeUtc>,
        pub version: i64,
    }
    no_relations!();
}

/// Each step of an alert, once.
pub mod alert_steps {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alert_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub step: i32,
        /// Positions in the chain, with a space between.
        pub told: String,
        pub at: DateTimeUtc,
    }
    no_relations!();
}

/// Which promise of a case was kept by a call, and of which one on call was told that it was not.
pub mod case_calls {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_calls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        /// The `respond_by` that was.
        pub answered_for: Option<DateTimeUtc>,
        /// The `respond_by` that was.
        pub escalated_for: Option<DateTimeUtc>,
    }
    no_relations!();
}

/// What is known of one client's calls.
pub mod client_calls {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_calls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub intake_id: Uuid,
        pub reached_at: Option<DateTimeUtc>,
        pub next_by: Option<DateTimeUtc>,
        pub outside_safe_hours: bool,
        pub stopped_at: Option<DateTimeUtc>,
    }
    no_relations!();
}

pub mod contact_attempts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub intake_id: Uuid,
        pub data_key: Uuid,
        pub at: DateTimeUtc,
        /// `AttemptTold`, under the case's key.
        pub content: Vec<u8>,
    }
    sealed_under_key!();
}

pub mod notes {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub data_key: Uuid,
        pub at: DateTimeUtc,
        /// `CaseNote`, under the case's key.
        pub content: Vec<u8>,
    }
    sealed_under_key!();
}

pub mod audit_log {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: DateTimeUtc,
        pub principal: String,
        pub role: String,
        pub method: String,
        /// Names, with a space between.
        pub resources: String,
        pub outcome: String,
        /// The number of the seal over it; none until it is sealed.
        pub seal: Option<i64>,
    }
    no_relations!();
}

/// A seal over a batch of the audit trail, and over the seal before it.
pub mod audit_seals {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_seals")]
    pub struct Model {
        /// From 1, without a gap.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        /// How many entries it covers.
        pub entries: i32,
        pub seal: Vec<u8>,
        pub sealed_at: DateTimeUtc,
        /// Says that its entries were forgotten when their time was over, and not deleted by somebody else.
        pub purge_mark: Option<Vec<u8>>,
    }
    no_relations!();
}

/// Members of staff who sign in.
pub mod accounts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub data_key: Uuid,
        /// Keyed hash of the address.
        pub email_token: Vec<u8>,
        pub role: String,
        pub state: String,
        /// Name and address, under the account's key.
        pub profile: Vec<u8>,
        /// `Credentials`, under the account's key.
        pub credentials: Vec<u8>,
        pub failures: i32,
        pub locked_until: DateTimeUtc,
        pub created_at: DateTimeUtc,
        pub version: i64,
    }
    sealed_under_key!();
}

pub mod staff_sessions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff_sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub account_id: Uuid,
        pub token_hash: Vec<u8>,
        pub created_at: DateTimeUtc,
        /// When a person last used it.
        pub touched_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }
    no_relations!();
}

pub mod one_time_sign_ins {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time_sign_ins")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        pub account_id: Uuid,
        pub opens_session: bool,
        pub expires_at: DateTimeUtc,
    }
    no_relations!();
}

pub mod search_tokens {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
    }
    no_relations!();
}

pub mod staff_tokens {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub token_hash: Vec<u8>,
        pub label: String,
        pub role: String,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }
    no_relations!();
}
