//! What visible statements, contents and reports say, line by line, for people. Nothing is verified here.

use detente_agreement::{
    Accusation, Agreement, Body, Reference, UnverifiedContent, UnverifiedManifest, words,
};
use detente_core::{Digest, LogId, UnixSeconds, json::Object, json::Value};
use detente_statement::Kind;

use super::declared::declares;
use crate::show;

/// What stands there, and what it says.
pub(super) type Lines = Vec<(&'static str, String)>;

/// The body of a visible kind; empty for what is none.
pub(super) fn body(kind: Kind, bytes: &[u8]) -> Lines {
    match Body::decode(kind, bytes) {
        Ok(body) => lines(&body),
        Err(_) => Lines::new(),
    }
}

/// A file that is handed over or written by an audit; `None` for another.
pub(super) fn file(bytes: &[u8]) -> Option<(&'static str, Lines)> {
    if let Ok(agreement) = Agreement::parse(bytes) {
        return Some(("agreement", of_agreement(&agreement)));
    }
    if UnverifiedContent::parse(bytes).is_ok() {
        return Some(("content", of_content(&object(bytes)?)));
    }
    if UnverifiedManifest::parse(bytes).is_ok() {
        return Some(("manifest", of_manifest(&object(bytes)?)));
    }
    if declares(bytes, "audit/v1") {
        return Some(("report of an audit", of_report(&object(bytes)?)));
    }
    None
}

fn lines(body: &Body) -> Lines {
    match body {
        Body::PartyDeclare { diplomatic, technical } => {
            vec![("diplomatic", diplomatic.clone()), ("technical", technical.clone())]
        }
        Body::AgreementAdopt(agreement) => vec![("agreement", agreement.to_string())],
        Body::AgreementAmend { old, new } => {
            vec![("old terms", old.to_string()), ("new terms", new.to_string())]
        }
        Body::AgreementWithdraw { agreement, effective } => {
            vec![("agreement", agreement.to_string()), ("effective", show::time(*effective))]
        }
        Body::AccessDenied { log, size } => {
            vec![("log", log.to_string()), ("held", format!("{size} entries"))]
        }
        Body::Ping(to) => vec![("to", to.to_string())],
        Body::Pong(ping) => vec![("of", reference(*ping))],
        Body::DialogueSession { with, form, date, other } => {
            let mut lines = vec![
                ("with", with.to_string()),
                ("form", word(&words::FORMS, *form)),
                ("date", date.clone()),
            ];
            lines.extend(other.map(|other| ("recorded", reference(other))));
            lines
        }
        Body::Request { to, content } => vec![("to", to.to_string()), ("content", content.to_string())],
        Body::RequestAck(request) => vec![("of", reference(*request))],
        Body::RequestAnswer { request, outcome, content } => {
            about(*request, "outcome", word(&words::OUTCOMES, *outcome), *content)
        }
        Body::RequestRefuse { request, ground, content } => {
            about(*request, "ground", word(&words::GROUNDS, *ground), *content)
        }
        Body::RequestUpdate { request, status, content } => {
            about(*request, "status", word(&words::STATUSES, *status), *content)
        }
        Body::AccusationIssue(accusation) => of_accusation(accusation),
        Body::AccusationReply { accusation, position, content } => {
            about(*accusation, "position", word(&words::POSITIONS, *position), *content)
        }
        Body::AccusationWithdraw { accusation, reason } => {
            about(*accusation, "reason", word(&words::REASONS, *reason), None)
        }
        _ => Lines::new(),
    }
}

fn about(of: Reference, what: &'static str, said: String, content: Option<Digest>) -> Lines {
    let mut lines = vec![("of", reference(of)), (what, said)];
    lines.extend(content.map(|content| ("content", content.to_string())));
    lines
}

fn of_accusation(accusation: &Accusation) -> Lines {
    let accused =
        accusation.accused.map_or_else(|| "one that has no log".to_owned(), |log: LogId| log.to_string());
    let bases: Vec<_> = accusation.bases.iter().map(|code| word(&words::BASES, *code)).collect();
    let mut lines = vec![
        ("accused", accused),
        ("class", word(&words::CLASSES, accusation.class)),
        ("channel", word(&words::CHANNELS, accusation.channel)),
        ("likelihood", word(&words::LIKELIHOODS, accusation.likelihood)),
        ("confidence", word(&words::CONFIDENCES, accusation.confidence)),
        ("bases", bases.join("; ")),
        ("others", word(&words::ALTERNATIVES, accusation.alternatives)),
    ];
    lines.extend(accusation.asked.map(|asked| ("asked", reference(asked))));
    lines.push(match accusation.manifest {
        Some(manifest) => ("manifest", manifest.to_string()),
        None => ("manifest", "none: no evidence is committed to".to_owned()),
    });
    for (code, count) in &accusation.items {
        lines.push(("evidence", format!("{count} of type {}", words::ITEM_TYPES.word(*code).unwrap_or("?"))));
    }
    lines.extend(accusation.review.clone().map(|review| ("review", review)));
    lines.extend(accusation.content.map(|content| ("content", content.to_string())));
    lines
}

fn word(list: &words::Words, code: u8) -> String {
    list.of_code(code)
        .map_or_else(|| format!("code {code}"), |word| format!("{}, {}", word.word, word.meaning))
}

fn reference(of: Reference) -> String {
    format!("{}/{}/{}", of.log, of.index, of.statement)
}

fn of_agreement(agreement: &Agreement) -> Lines {
    let terms = agreement.terms();
    let mut lines = vec![
        ("name", format!("{}: {}", terms.name, terms.title)),
        ("digest", agreement.digest().to_string()),
        ("policy", terms.policy.to_string()),
    ];
    lines.extend(
        terms
            .parties
            .iter()
            .map(|party| ("party", format!("{}: {}, log {}", party.id, party.name, party.log))),
    );
    let obligations = terms.obligations.iter();
    lines.extend(obligations.map(|found| ("obligation", format!("{}: {}", found.id, terms.explain(found)))));
    lines
}

fn of_content(members: &Object) -> Lines {
    let mut lines = vec![("of", text(members, "kind")), ("log", text(members, "log"))];
    let fields = members.get("fields").and_then(Value::as_object);
    for (name, value) in fields.into_iter().flatten() {
        lines.push(("says", format!("{name}: {}", value.as_str().unwrap_or_default())));
    }
    lines
}

fn of_manifest(members: &Object) -> Lines {
    let mut lines = vec![("log", text(members, "log"))];
    for item in members.get("items").and_then(Value::as_array).unwrap_or_default() {
        let Some(item) = item.as_object() else { continue };
        let said =
            format!("{} of {} bytes, {}", text(item, "type"), text(item, "size"), text(item, "digest"));
        lines.push(("evidence", said));
    }
    lines
}

fn of_report(members: &Object) -> Lines {
    let at = text(members, "at");
    let at = UnixSeconds::parse(&at).map_or(at, show::time);
    let mut lines = vec![("at", at), ("times", text(members, "times")), ("policy", text(members, "policy"))];
    for agreement in members.get("agreements").and_then(Value::as_array).unwrap_or_default() {
        let Some(agreement) = agreement.as_object() else { continue };
        let cells = agreement.get("cells").and_then(Value::as_array).map_or(0, <[Value]>::len);
        lines.push((
            "agreement",
            format!("{} {}, {cells} cells", text(agreement, "name"), text(agreement, "digest")),
        ));
    }
    for log in members.get("logs").and_then(Value::as_array).unwrap_or_default() {
        let Some(log) = log.as_object() else { continue };
        lines.push((
            "log",
            format!("{} {} at size {}", text(log, "party"), text(log, "log"), text(log, "size")),
        ));
    }
    lines
}

fn object(bytes: &[u8]) -> Option<Object> {
    Value::parse_file(bytes).ok()?.as_object().cloned()
}

fn text(members: &Object, name: &str) -> String {
    members.get(name).and_then(Value::as_str).unwrap_or("?").to_owned()
}
