//! Whatever a practice asks and whatever somebody answers stands on the page as text.

use axum::{body::to_bytes, http::HeaderMap};
use rapport_domain::{contact::Language, screening::Value};
use serde_json::json;

use super::*;
use crate::{cookies::Cookies, progress::Progress, words::Words};

/// Every naughty string there is, where the corpus is named; some of ours always.
fn naughty() -> Vec<String> {
    let mut all: Vec<String> = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus='x",
        "{{ 7*7 }}",
        "&lt;b&gt;",
        "\u{202e}abc",
        "田中さん",
    ]
    .map(str::to_owned)
    .to_vec();
    #[expect(clippy::disallowed_methods, reason = "a test reads where its corpus is")]
    match std::env::var_os("RAPPORT_CORPUS") {
        Some(folder) => {
            let list = std::fs::read_to_string(std::path::Path::new(&folder).join("blns.json")).unwrap();
            all.extend(serde_json::from_str::<Vec<String>>(&list).unwrap());
        }
        None => eprintln!("RAPPORT_CORPUS is unset: the list of naughty strings was not tried"),
    }
    all.retain(|text| !text.trim().is_empty() && !text.contains('\0'));
    all
}

async fn html(question: &str, answer: &str) -> String {
    let form = json!({"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "status": "active",
        "title": question, "item": [
            {"linkId": "a", "text": question, "type": "text"},
            {"linkId": "b", "text": "B", "type": "choice",
             "answerOption": [{"valueCoding": {"code": "x", "display": question}}]}]});
    let form = Questionnaire::load("q.json", &form.to_string()).unwrap().value;
    let mut answers = Answers::default();
    let given = [("a".to_owned(), vec![Value::Text(answer.to_owned())])];
    answers.0.insert(form.canonical().to_owned(), given.into());
    let words = Words::of(Language::En);
    let step = Step { part: 0, items: vec![0, 1] };
    let (title, blocks) = view::page(&step, &form, &answers, &BTreeMap::from([(0, Wrong::Missing)]), &words.steps);
    let visitor = Visitor {
        language: Language::En,
        cookies: Cookies::read(&HeaderMap::new()),
        path: "/questions/1".to_owned(),
        phone: false,
    };
    let written = page(&StepPage {
        shell: Shell::around(&visitor, None),
        progress: Progress { done: 1, all: 9, text: String::new() },
        title,
        blocks,
        wrong: true,
        many: true,
        all_optional: false,
        unshown: true,
        more: false,
        notice: Some(SafetyNotice { headline: question.to_owned(), ..SafetyNotice::default() }),
        mark: String::new(),
        w: &words.steps,
        help: &words.help,
    });
    String::from_utf8(to_bytes(written.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// What stands between tags and in attributes' names: the page's skeleton.
fn skeleton(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    tags.map(|tag| tag.split('"').step_by(2).collect()).collect()
}

/// Guard: askama's escaping, which no template switches off.
#[tokio::test]
async fn naughty_strings_stand_on_the_page_as_text() {
    let plain = skeleton(&html("plain", "plain").await);
    for text in naughty() {
        let found = skeleton(&html(&text, &text).await);
        assert_eq!(found.len(), plain.len(), "{text}");
        assert_eq!(found, plain, "{text}");
    }
}
