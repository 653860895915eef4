//! What there is to answer, to agree to and to choose.

use rapport_domain::contact::Language;
use rapport_proto::{enums, intake as pb, week};
use rapport_store::therapists;

use crate::{Deps, protocols::Protocols, refusal::Refusal, view};

/// The practice's screening in a language, on the protocol that a draft was begun on or on today's. Nothing in it is
/// anybody's secret: no audit row.
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    language: Language,
    digest: &str,
) -> Result<pb::GetScreeningResponse, Refusal> {
    let practice = &deps.practice;
    let digest = if digest.is_empty() { practice.protocol.digest() } else { digest };
    let protocol = protocols.get(&deps.store, digest).await?;
    let therapists = therapists::all(&deps.store).await?;
    let choice = |id: &str, label: &str| pb::Choice { id: id.to_owned(), label: label.to_owned() };
    let payers = practice.payers.iter().map(|payer| pb::PayerChoice {
        id: payer.id.clone(),
        label: payer.label.clone(),
        pays_for: payer.pays_for.iter().map(|care| enums::number(*care)).collect(),
    });
    let questionnaires = protocol.instruments().iter().map(|instrument| pb::Questionnaire {
        canonical: instrument.canonical().to_owned(),
        title: instrument.title(language).to_owned(),
        fhir_json: instrument.client_json(language).to_owned(),
    });
    let consents = practice.consents.iter().map(|consent| pb::ConsentText {
        id: consent.id.clone(),
        version: consent.version.clone(),
        text: consent.text.get(language).to_owned(),
        required: consent.required,
    });
    Ok(pb::GetScreeningResponse {
        protocol: protocol.digest().to_owned(),
        questionnaires: questionnaires.collect(),
        consents: consents.collect(),
        choices: Some(pb::Choices {
            locations: practice.locations.iter().map(|it| choice(&it.id, &it.name)).collect(),
            payers: payers.collect(),
            languages: practice.session_languages.iter().map(|it| choice(&it.tag, it.label.get(language))).collect(),
            therapists: therapists.iter().map(|it| choice(&it.id.to_string(), &it.name)).collect(),
        }),
        promises: practice.promises(language),
        open_hours: practice.hours.iter().map(|window| week::to_message(*window)).collect(),
        time_zone: practice.zone.iana_name().unwrap_or_default().to_owned(),
        emergency_note: practice.emergency_note.get(language).to_owned(),
        office: practice.sender_name.clone(),
        office_email: practice.sender_email.as_str().to_owned(),
        phone: practice.phone.clone(),
        lines: practice.lines.iter().map(|line| view::crisis_line(line, language)).collect(),
        cost: practice.cost.as_ref().map(|cost| cost.get(language).to_owned()).unwrap_or_default(),
    })
}
