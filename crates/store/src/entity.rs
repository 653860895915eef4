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

pub mod accounts;
pub mod alert_steps;
pub mod alerts;
pub mod appointments;
pub mod attendance;
pub mod audit_log;
pub mod audit_seals;
pub mod calendar_blocks;
pub mod calendar_feeds;
pub mod case_calls;
pub mod cases;
pub mod client_calls;
pub mod contact_attempts;
pub mod data_keys;
pub mod deliveries;
pub mod drafts;
pub mod inbox;
pub mod intakes;
pub mod invitations;
pub mod letters;
pub mod move_requests;
pub mod no_contact;
pub mod notes;
pub mod one_time_sign_ins;
pub mod outbox;
pub mod outside_sessions;
pub mod protocols;
pub mod reports;
pub mod request_ids;
pub mod room_closures;
pub mod search_tokens;
pub mod staff_sessions;
pub mod staff_tokens;
pub mod therapists;
pub mod treated;
pub mod triage_results;
pub mod wishes;
