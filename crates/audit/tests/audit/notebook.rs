//! What is kept between two audits gives the same report, and is not taken from anybody else.

use detente_audit::LogState;
use detente_core::Code;

use crate::{
    incident::report,
    scene::{Inputs, Scene, sha256},
};

/// The example, with what makes a state worth keeping: sealed and malformed entries.
fn scene() -> Scene {
    let mut scene = Scene::example();
    scene.a.push(vec![1; 200]);
    for value in 10..40 {
        scene.a.seal(value);
    }
    scene.a.publish(&[(1, 300), (2, 300)]);
    scene
}

/// The notebook of a's log.
fn notebook(scene: &Scene) -> Vec<u8> {
    let inputs = Inputs::of(scene, 10_000);
    let audit = inputs.audit().unwrap();
    let note = audit.logs().next().unwrap().note.unwrap().to_vec();
    scene.a.state().to_notebook(&note)
}

#[test]
fn the_log_goes_on_from_it() {
    let mut scene = scene();
    let kept = notebook(&scene);
    let mut state = LogState::from_notebook(&kept).unwrap();
    assert_eq!(state.size().get(), scene.a.entries.len() as u64);
    assert_eq!(state.log(), Some(scene.a.log()));
    assert_eq!(state.noted(), scene.a.notes.last().map(Vec::as_slice));
    assert_eq!(state.to_notebook(state.noted().unwrap()), kept);
    // Copies of what was read before, a new report, a new request.
    let (old, copies) = (scene.a.entries.len(), [scene.a.entries[3].clone(), scene.a.entries[4].clone()]);
    for copy in copies {
        scene.a.push(copy);
    }
    report(&mut scene.a, 50);
    let to = scene.b.log();
    scene.a.say(detente_statement::Kind::Ping, &detente_agreement::Body::Ping(to));
    scene.a.publish(&[(1, 400), (2, 400)]);
    state.push(&scene.a.entries[old..]).unwrap();
    let fresh = Inputs::of(&scene, 10_000);
    let mut again = Inputs::of(&scene, 10_000);
    again.logs[0].2 = state;
    let report = fresh.report().unwrap();
    assert_eq!(again.report().unwrap(), report);
    assert_eq!(report.matches("DUPLICATE-STATEMENT").count(), 2);
    assert_eq!(report.matches("MALFORMED-STATEMENT").count(), 1);
}

#[test]
fn every_changed_byte_is_noticed() {
    let kept = notebook(&Scene::example());
    for place in 0..kept.len() {
        let mut changed = kept.clone();
        changed[place] ^= 1;
        let error = LogState::from_notebook(&changed).unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        assert_eq!(LogState::from_notebook(&kept[..place]).unwrap_err().culprit(), "notebook");
    }
}

/// The same with a checksum that goes with it: nothing panics, and what does not agree with itself is refused.
#[test]
fn what_does_not_agree_with_itself_is_refused() {
    let scene = Scene::example();
    let kept = notebook(&scene);
    let body = &kept[..kept.len() - 32];
    let sealed = |bytes: &[u8]| [bytes, sha256(bytes).as_bytes()].concat();
    assert!(LogState::from_notebook(&sealed(body)).is_ok());
    let mut refused = 0;
    for place in 0..body.len() {
        let mut changed = body.to_vec();
        changed[place] ^= 1;
        refused += usize::from(LogState::from_notebook(&sealed(&changed)).is_err());
        assert!(LogState::from_notebook(&sealed(&body[..place])).is_err(), "cut at {place}");
    }
    // The lines of the note, and what occurred, nobody can tell from the entries that are kept.
    let note = scene.a.notes.last().unwrap().len();
    let occurred = 32 * (scene.a.entries.len() + 1);
    assert!(refused >= body.len() - note - occurred, "{refused} of {}", body.len());
}

#[test]
fn a_log_that_went_back_or_forked_is_named() {
    let scene = scene();
    let state = LogState::from_notebook(&notebook(&scene)).unwrap();
    // An older copy of the log.
    let mut older = Inputs::of(&scene, 10_000);
    older.logs[0].1.pop();
    older.logs[0].2 = state.clone();
    assert_eq!(older.code(), Code::OlderCheckpoint);
    // Another tree, smaller than what was seen: the kept note and the new one are the proof.
    let mut forked = scene.a.cut(5);
    forked.seal(99);
    let mut inputs = Inputs::of(&scene, 10_000);
    inputs.logs[0].1 = vec![forked.publish(&[(1, 250), (2, 250)]), {
        for value in 100..150 {
            forked.seal(value);
        }
        forked.publish(&[(1, 500), (2, 500)])
    }];
    // What is read on top of what is kept is what the log has there now.
    let mut read_on = state.clone();
    read_on.push(&forked.entries[scene.a.entries.len()..]).unwrap();
    inputs.logs[0].2 = read_on;
    assert_eq!(inputs.code(), Code::InvalidConsistency);
    let detente_audit::AuditError::Fork(fork) = inputs.audit().unwrap_err() else { panic!() };
    assert_eq!(fork.finding.unwrap().verified().culprit(), &scene.a.vkey());
    // Whoever reads all of it again, with the kept note among the others, has the proof too.
    let mut again = Inputs::of(&scene, 10_000);
    again.logs[0].1 = inputs.logs[0].1.clone();
    again.logs[0].1.push(state.noted().unwrap().to_vec());
    again.logs[0].2 = forked.state();
    let detente_audit::AuditError::Fork(fork) = again.audit().unwrap_err() else { panic!() };
    assert!(fork.finding.is_some());
    // A notebook of another log.
    let mut other = Inputs::of(&scene, 10_000);
    other.logs[1].2 = state;
    assert_eq!(other.code(), Code::LogMismatch);
}
