//! Contents, manifests, threads and counts.

use std::collections::BTreeMap;

use detente_agreement::{Accusation, Body, Content, ContentSalt, EvidenceItem, Manifest};
use detente_core::{Code, Digest, LogId};
use detente_statement::Kind;

use crate::scene::{Inputs, Scene, cells, sha256};

fn request(log: LogId, salt: u8) -> Content {
    let fields = ["authority", "data", "offence"].map(|name| (name.to_owned(), format!("the {name}")));
    Content::new(log, Kind::RequestPreserve, ContentSalt::from_bytes([salt; 32]), fields.into()).unwrap()
}

fn evidence(log: LogId, salt: u8) -> Manifest {
    let item = |item_type| EvidenceItem { digest: Digest::from_bytes([item_type; 32]), size: 5, item_type };
    Manifest::new(log, ContentSalt::from_bytes([salt; 32]), vec![item(1), item(2), item(1)]).unwrap()
}

fn accusation(accused: Option<LogId>, manifest: Option<&Manifest>) -> Body {
    Body::AccusationIssue(Accusation {
        accused,
        class: 1,
        channel: 2,
        likelihood: 6,
        confidence: 2,
        bases: vec![1],
        alternatives: 2,
        asked: None,
        manifest: manifest.map(Manifest::commitment),
        items: manifest.map(Manifest::counts).unwrap_or_default(),
        review: None,
        content: None,
    })
}

/// a asks b to preserve, accuses b with evidence, without, and somebody else; b pings a.
fn scene() -> Scene {
    let mut scene = Scene::example();
    let (a, b) = (scene.a.log(), scene.b.log());
    scene.a.say(Kind::RequestPreserve, &Body::Request { to: b, content: request(a, 1).commitment() });
    scene.a.say(Kind::AccusationIssue, &accusation(Some(b), Some(&evidence(a, 2))));
    let bare = scene.a.say(Kind::AccusationIssue, &accusation(Some(b), None));
    scene.a.say(Kind::AccusationIssue, &accusation(None, Some(&evidence(a, 3))));
    let withdraw = Body::AccusationWithdraw { accusation: scene.a.reference(bare), reason: 1 };
    scene.a.say(Kind::AccusationWithdraw, &withdraw);
    scene.b.say(Kind::Ping, &Body::Ping(a));
    scene.a.publish(&[(1, 300), (2, 300)]);
    scene.b.publish(&[(1, 6_000), (2, 6_000)]);
    scene
}

fn with(scene: &Scene, contents: Vec<Vec<u8>>) -> Inputs {
    Inputs { contents, ..Inputs::of(scene, 10_000) }
}

fn refusal(scene: &Scene, content: Vec<u8>) -> Option<Code> {
    let inputs = with(scene, vec![content]);
    let audit = inputs.audit().unwrap();
    audit.refused().first().map(|refused| refused.code)
}

#[test]
fn a_content_is_what_a_statement_commits_to() {
    let scene = scene();
    let a = scene.a.log();
    let good = request(a, 1).to_file().to_vec();
    let inputs = with(&scene, vec![good.clone(), good.clone()]);
    let listed = format!("\"contents\":[\"{}\"]", sha256(&good));
    assert!(inputs.report().unwrap().contains(&listed), "{}", inputs.report().unwrap());
    assert_eq!(refusal(&scene, good), None);
    assert_eq!(refusal(&scene, request(a, 9).to_file().to_vec()), Some(Code::ContentMismatch));
    assert_eq!(refusal(&scene, request(scene.b.log(), 1).to_file().to_vec()), Some(Code::ContentMismatch));
    assert_eq!(refusal(&scene, b"{}\n".to_vec()), Some(Code::MalformedContent));
    assert_eq!(refusal(&scene, b"{}".to_vec()), Some(Code::NotCanonical));
    assert_eq!(refusal(&scene, b"{".to_vec()), Some(Code::MalformedJson));
    assert_eq!(refusal(&scene, vec![b' '; 5_000_000]), Some(Code::Oversize));
    let broken = b"{\"detente\":\"manifest/v1\"}\n".to_vec();
    assert_eq!(refusal(&scene, broken), Some(Code::MalformedContent));
}

#[test]
fn a_manifest_opens_an_accusation() {
    let scene = scene();
    let a = scene.a.log();
    let state = |contents| {
        let inputs = with(&scene, contents);
        let audit = inputs.audit().unwrap();
        cells(&audit).into_iter().filter(|cell| cell.starts_with("O2 a")).collect::<Vec<_>>()
    };
    let sealed =
        ["O2 a MET COMMITTED a/6 a/6", "O2 a MISSED EVIDENCE-NONE a/7 a/7", "O2 a MET COMMITTED a/8 a/8"];
    assert_eq!(state(vec![]), sealed);
    assert_eq!(state(vec![evidence(a, 2).to_file().to_vec()])[0], "O2 a MET OPENED a/6 a/6");
    assert_eq!(refusal(&scene, evidence(a, 4).to_file().to_vec()), Some(Code::ContentMismatch));
}

#[test]
fn counts_are_counts_and_nothing_more() {
    let scene = scene();
    let inputs = with(&scene, vec![evidence(scene.a.log(), 2).to_file().to_vec()]);
    let audit = inputs.audit().unwrap();
    let board = audit.scoreboard();
    let rows = |rows: &BTreeMap<[String; 5], u64>| -> Vec<String> {
        rows.iter().map(|(words, count)| format!("{} {count}", words.join(" "))).collect()
    };
    assert_eq!(
        rows(&board.requests),
        ["a b request.assistance 1970-Q1 answered 1", "a b request.preserve 1970-Q1 none 1"]
    );
    assert_eq!(
        rows(&board.accusations),
        [
            "a b government 1970-Q1 opened 1",
            "a b government 1970-Q1 withdrawn 1",
            "a other government 1970-Q1 sealed 1"
        ]
    );
    let threads: Vec<_> = audit
        .threads()
        .iter()
        .map(|thread| (thread.from, thread.index.get(), thread.kind, thread.to))
        .collect();
    assert_eq!(
        threads,
        [
            (0, 4, Kind::RequestAssistance, 1),
            (0, 5, Kind::RequestPreserve, 1),
            (0, 6, Kind::AccusationIssue, 1),
            (0, 7, Kind::AccusationIssue, 1),
            (1, 4, Kind::Ping, 0)
        ]
    );
    assert_eq!(audit.threads()[3].withdrawn.map(|index| index.get()), Some(9));
    // Without a log of the asked party nothing is known of an answer, and nothing is counted as one.
    let mut alone = with(&scene, vec![]);
    alone.logs.pop();
    let audit = alone.audit().unwrap();
    assert!(audit.scoreboard().requests.keys().all(|row| row[4] == "none"));
}

/// What the addressee's log holds, in the order that the words of an outcome win.
#[test]
fn a_thread_holds_the_first_of_each() {
    let mut scene = scene();
    let request = scene.a.reference(5);
    let ping = scene.b.reference(4);
    let accusation = scene.a.reference(6);
    let mut outcomes = Vec::new();
    let mut outcome = |scene: &Scene| {
        let mut scene = scene.clone();
        scene.a.publish(&[(1, 7_000), (2, 7_000)]);
        scene.b.publish(&[(1, 7_000), (2, 7_000)]);
        let inputs = Inputs::of(&scene, 10_000);
        let audit = inputs.audit().unwrap();
        let row =
            audit.scoreboard().requests.keys().find(|row| row[2] == "request.preserve").unwrap().clone();
        outcomes.push(row[4].clone());
        audit.threads().to_vec()
    };
    outcome(&scene);
    scene.b.say(Kind::RequestUpdate, &Body::RequestUpdate { request, status: 1, content: None });
    scene.a.say(Kind::Pong, &Body::Pong(ping));
    outcome(&scene);
    scene.b.say(Kind::RequestAck, &Body::RequestAck(request));
    scene.b.say(Kind::RequestAck, &Body::RequestAck(request));
    outcome(&scene);
    scene.b.say(Kind::RequestRefuse, &Body::RequestRefuse { request, ground: 1, content: None });
    outcome(&scene);
    scene.b.say(Kind::RequestAnswer, &Body::RequestAnswer { request, outcome: 2, content: None });
    scene.b.say(Kind::AccusationReply, &Body::AccusationReply { accusation, position: 1, content: None });
    let threads = outcome(&scene);
    assert_eq!(outcomes, ["none", "acknowledged", "acknowledged", "refused", "answered"]);
    let at = |place: Option<detente_core::LeafIndex>| place.map(|index| index.get());
    let request = &threads[1];
    assert_eq!(
        [request.updated, request.acknowledged, request.refused, request.answered].map(at),
        [Some(5), Some(6), Some(8), Some(9)]
    );
    assert_eq!(at(threads[2].replied), Some(10));
    assert_eq!(at(threads.last().unwrap().replied), Some(10));
}
