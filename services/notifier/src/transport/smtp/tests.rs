//! Dialogues against a scripted server on this machine.

use rapport_domain::id::LetterId;
use uuid::Uuid;

use super::{
    scripted_server::{Does, Server},
    *,
};

pub(super) fn letter() -> Envelope {
    let letter = LetterId::new(Uuid::from_u128(7));
    Envelope { letter, from: "hello@example.com".to_owned(), to: "sample@example.com".to_owned() }
}

fn smtp(server: &Server) -> Smtp {
    let short = Duration::from_millis(300);
    Smtp::new(server.url.clone(), "example.com", Patience { begin: short, data: short, last: short }).unwrap()
}

async fn send(smtp: &Smtp) -> Result<(), Undelivered> {
    let ready = smtp.begin(&letter()).await.map_err(Undelivered::Refused)?;
    ready.finish(b"Subject: x\r\n\r\n.hello\r\n").await
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Sent,
    Again,
    Never,
    Unknown,
}

async fn outcome(smtp: &Smtp) -> Outcome {
    let (outcome, why) = match send(smtp).await {
        Ok(()) => (Outcome::Sent, String::new()),
        Err(Undelivered::Refused(Refused { for_good: false, why, .. })) => (Outcome::Again, why),
        Err(Undelivered::Refused(Refused { for_good: true, why, .. })) => (Outcome::Never, why),
        Err(Undelivered::Unknown(why)) => (Outcome::Unknown, why),
    };
    assert!(!why.contains("sample"), "a server's words may hold an address: {why}");
    outcome
}

#[track_caller]
fn check(at: &'static str, does: Does, expected: &Outcome) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let server = Server::start(at, does).await;
        let smtp = smtp(&server);
        assert_eq!(outcome(&smtp).await, *expected, "{does:?} at {at}");
        // Whatever happened, the next letter goes its way.
        assert_eq!(outcome(&smtp).await, Outcome::Sent, "after {does:?} at {at}");
    });
}

#[test]
fn a_refusal_for_now_is_tried_again_wherever_it_comes() {
    for at in ["connect", "EHLO", "MAIL", "RCPT", "DATA", "message"] {
        for code in [421, 450] {
            check(at, Does::Reply(code), &Outcome::Again);
        }
    }
}

#[test]
fn a_refusal_for_good_is_final_only_where_it_is_about_the_letter() {
    for at in ["RCPT", "DATA", "message"] {
        check(at, Does::Reply(550), &Outcome::Never);
    }
    // What names us alone, or nobody yet.
    for at in ["connect", "EHLO", "MAIL"] {
        check(at, Does::Reply(554), &Outcome::Again);
    }
    check("MAIL", Does::Reply(530), &Outcome::Again);
}

#[test]
fn a_connection_lost_before_the_final_dot_is_tried_again() {
    for at in ["connect", "EHLO", "MAIL", "RCPT", "DATA"] {
        for does in [Does::HangUp, Does::Sleep] {
            check(at, does, &Outcome::Again);
        }
    }
}

/// Guard: `Ready::finish` tells what failed before the dot from what failed behind it.
#[test]
fn a_reply_lost_after_the_final_dot_leaves_the_letter_unknown() {
    for does in [Does::HangUp, Does::Sleep, Does::Reply(354)] {
        check("message", does, &Outcome::Unknown);
    }
}

#[tokio::test]
async fn letters_share_a_connection() {
    let server = Server::start("never", Does::HangUp).await;
    let smtp = smtp(&server);
    for _ in 0..5 {
        assert_eq!(outcome(&smtp).await, Outcome::Sent);
    }
    assert_eq!((server.count("connect"), server.count("message")), (1, 5));
}

#[tokio::test]
async fn a_letter_that_is_not_finished_is_not_delivered() {
    let server = Server::start("never", Does::HangUp).await;
    let smtp = smtp(&server);
    drop(smtp.begin(&letter()).await.unwrap());
    while server.count("end") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.count("message"), 0);
}

#[tokio::test]
async fn a_connection_that_ended_while_it_rested_costs_no_try() {
    let server = Server::start("MAIL", Does::HangUp).await;
    let smtp = smtp(&server);
    // The first letter meets a fresh connection that hangs up; give the second a resting one by hand.
    let session = Session::connect(&smtp.url, &smtp.tls, "example.com").await.unwrap();
    smtp.rest(session);
    assert_eq!(outcome(&smtp).await, Outcome::Sent);
    assert_eq!(server.count("connect"), 2);
}
