//! The domain's values as columns, and back.

use jiff::Timestamp;
use rapport_domain::{
    intake::{Care, CareWish, Format, IfPartnerSilent},
    triage::{Booking, Urgency},
};
use sea_orm::prelude::{ChronoDateTimeUtc, DateTimeUtc};
use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// An instant: jiff in the domain, chrono in sea-orm, cut to microseconds as PostgreSQL keeps them.
pub(crate) fn from_time(at: Timestamp) -> DateTimeUtc {
    // Every jiff instant lies within chrono's range; the epoch stands in for none.
    ChronoDateTimeUtc::from_timestamp_micros(at.as_microsecond()).unwrap_or_default()
}

pub(crate) fn to_time(at: DateTimeUtc) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(at.timestamp_micros()).map_err(|_| StoreError::Unreadable("a time"))
}

pub(crate) const fn from_care(care: Care) -> &'static str {
    match care {
        Care::Couple => "couple",
        Care::Individual => "individual",
    }
}

pub(crate) fn to_care(care: &str) -> Result<Care, StoreError> {
    match care {
        "couple" => Ok(Care::Couple),
        "individual" => Ok(Care::Individual),
        _ => Err(StoreError::Unreadable("a kind of care")),
    }
}

/// The columns `care` and `if_partner_silent`.
pub(crate) fn from_wish(wish: CareWish) -> (String, Option<String>) {
    let if_silent = match wish {
        CareWish::Couple(IfPartnerSilent::SeeMeAlone) => Some("see_me_alone"),
        CareWish::Couple(IfPartnerSilent::KeepLooking) => Some("keep_looking"),
        CareWish::Couple(IfPartnerSilent::CallMe) => Some("call_me"),
        CareWish::Individual => None,
    };
    (from_care(wish.care()).to_owned(), if_silent.map(str::to_owned))
}

pub(crate) fn to_wish(care: &str, if_silent: Option<&str>) -> Result<CareWish, StoreError> {
    match (to_care(care)?, if_silent) {
        (Care::Individual, None) => Ok(CareWish::Individual),
        (Care::Couple, Some("see_me_alone")) => Ok(CareWish::Couple(IfPartnerSilent::SeeMeAlone)),
        (Care::Couple, Some("keep_looking")) => Ok(CareWish::Couple(IfPartnerSilent::KeepLooking)),
        (Care::Couple, Some("call_me")) => Ok(CareWish::Couple(IfPartnerSilent::CallMe)),
        _ => Err(StoreError::Unreadable("what happens when a partner is silent")),
    }
}

pub(crate) const fn from_format(format: Format) -> &'static str {
    match format {
        Format::InPerson => "in_person",
        Format::Video => "video",
    }
}

pub(crate) fn to_format(format: &str) -> Result<Format, StoreError> {
    match format {
        "in_person" => Ok(Format::InPerson),
        "video" => Ok(Format::Video),
        _ => Err(StoreError::Unreadable("a format")),
    }
}

/// A rank, so that the queue's index is in the queue's order.
pub(crate) const fn from_urgency(urgency: Urgency) -> i16 {
    match urgency {
        Urgency::Routine => 0,
        Urgency::Priority => 1,
        Urgency::Urgent => 2,
        Urgency::Immediate => 3,
    }
}

pub(crate) fn to_urgency(rank: i16) -> Result<Urgency, StoreError> {
    let found = Urgency::ALL.into_iter().find(|urgency| from_urgency(*urgency) == rank);
    found.ok_or(StoreError::Unreadable("an urgency"))
}

/// `Hold` came later than the others: what is stored of those keeps its number, and nothing orders by it.
pub(crate) const fn from_booking(booking: Booking) -> i16 {
    match booking {
        Booking::Auto => 0,
        Booking::AloneByStaff => 1,
        Booking::Never => 2,
        Booking::Hold => 3,
    }
}

pub(crate) fn to_booking(rank: i16) -> Result<Booking, StoreError> {
    match rank {
        0 => Ok(Booking::Auto),
        1 => Ok(Booking::AloneByStaff),
        2 => Ok(Booking::Never),
        3 => Ok(Booking::Hold),
        _ => Err(StoreError::Unreadable("what a machine may book")),
    }
}

/// A count; the database's integers are signed.
pub(crate) fn from_count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(crate) const fn to_count(count: i32) -> u32 {
    count.unsigned_abs()
}

/// What is sealed as one piece: JSON, so that a later version may add fields.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|_| StoreError::Unreadable("a value on its way in"))
}

/// The cause is dropped: it may quote the text.
pub(crate) fn from_json<T: DeserializeOwned>(json: &[u8], what: &'static str) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|_| StoreError::Unreadable(what))
}
