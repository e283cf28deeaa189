//! Cosigned notes in the log's history give a presentation its times.

use detente_checkpoint::{
    Companion, KeyType, NoteKey, Policy, PublicationTime, SigningKey, TreeHead, cosignature,
};
use detente_core::{Name, Origin, TreeSize, UnixSeconds, json::Value};
use detente_disclosure::Profile;
use detente_log::{LogDirectory, LogWriter};
use detente_presentation::{Reader, UnverifiedPresentation, Verdict};
use detente_statement::Role;

use crate::stage::Stage;

struct Witness(SigningKey);

impl Witness {
    fn name() -> Name {
        Name::parse("witness.example/w1").unwrap()
    }

    /// Cosigns the log's present size.
    fn cosign(&self, stage: &Stage, time: u64) -> TreeSize {
        let mut writer = LogWriter::open(stage.folder().log()).unwrap();
        let (size, root) = writer.state();
        let head = TreeHead::new(Origin::parse("a.example/log").unwrap(), size, root).unwrap();
        let line = cosignature::sign(&Self::name(), &self.0, UnixSeconds::new(time).unwrap(), &head);
        writer.add_cosignatures(size, &[line]).unwrap();
        size
    }

    /// The party's shared policy with this witness in the place of nobody.
    fn policy(&self, stage: &Stage) -> Policy {
        let (policy, companion) = self.policy_files(stage);
        Policy::parse(&policy, Some(&companion)).unwrap()
    }

    /// Lets the party hand that policy over.
    fn share_policy(&self, stage: &Stage) {
        let (policy, companion) = self.policy_files(stage);
        let share = stage.folder().share();
        std::fs::write(share.join("a.policy"), policy).unwrap();
        std::fs::write(share.join("a.policy.json"), companion).unwrap();
    }

    fn policy_files(&self, stage: &Stage) -> (Vec<u8>, Vec<u8>) {
        let shared = std::fs::read_to_string(stage.folder().share().join("a.policy")).unwrap();
        let key = NoteKey::new(Self::name(), KeyType::Cosignature, self.0.public());
        let text = shared.replace("quorum none\n", &format!("witness w1 {key}\nquorum w1\n"));
        assert_ne!(text, shared);
        let digest = Policy::parse(text.as_bytes(), None).unwrap().id().policy;
        let mut companion = Value::parse(&Companion::of_parties(&["a.example"]).to_file(digest)).unwrap();
        let Value::Object(members) = &mut companion else { panic!("a companion is an object") };
        let operators = [("w1".to_owned(), "institute".into())];
        members.insert("operators".to_owned(), Value::Object(operators.into_iter().collect()));
        (text.into_bytes(), companion.to_file())
    }
}

/// The sizes of both checkpoints of a verified presentation, and its times.
fn verified(stage: &Stage, policy: &Policy, index: u64) -> (Option<u64>, u64, Option<u64>, Option<u64>) {
    let file = stage.disclose(index, &["id"]).unwrap();
    let reader = Reader { policy, profiles: &[Profile::veris_1()], audience: None };
    let verified = UnverifiedPresentation::parse(&file).unwrap().verify(&reader).unwrap();
    assert_eq!(verified.verdict(), Verdict::Verified);
    let PublicationTime::Known { lo, hi } = verified.published() else { panic!("times are unknown") };
    let seconds = |time: Option<UnixSeconds>| time.map(UnixSeconds::get);
    (verified.earlier().map(TreeSize::get), verified.size().get(), seconds(lo), seconds(hi))
}

#[test]
fn the_newest_cosigned_note_from_before_the_entry_is_the_earlier_one() {
    let stage = Stage::new();
    let witness = Witness(SigningKey::from_seed(&[7; 32]));
    let policy = witness.policy(&stage);

    stage.commit(&["n-1", "n-2"]);
    assert_eq!(witness.cosign(&stage, 1000).get(), 3);
    // Nothing cosigned before entry 1.
    assert_eq!(verified(&stage, &policy, 1), (None, 3, None, Some(1000)));

    stage.commit(&["n-3"]);
    assert_eq!(witness.cosign(&stage, 2000).get(), 4);
    assert_eq!(verified(&stage, &policy, 3), (Some(3), 4, Some(1000), Some(2000)));

    // A size that nobody cosigned in between changes nothing.
    stage.commit(&["n-4"]);
    stage.commit(&["n-5"]);
    assert_eq!(witness.cosign(&stage, 4000).get(), 6);
    assert_eq!(verified(&stage, &policy, 5), (Some(4), 6, Some(2000), Some(4000)));
    assert_eq!(verified(&stage, &policy, 4), (Some(4), 6, Some(2000), Some(4000)));
    assert_eq!(verified(&stage, &policy, 3), (Some(3), 6, Some(1000), Some(4000)));
    assert_eq!(verified(&stage, &policy, 2), (None, 6, None, Some(4000)));

    // The log as a whole is in order under that policy too.
    let log = LogDirectory::open(stage.folder().log()).unwrap();
    detente_log::check_log(&log, Some(&policy), |_, _| {}).unwrap();
}

#[test]
fn a_checkpoint_that_nobody_cosigned_is_under_witnessed() {
    let stage = Stage::new();
    let witness = Witness(SigningKey::from_seed(&[7; 32]));
    let policy = witness.policy(&stage);
    stage.commit(&["n-1"]);
    let file = stage.disclose(1, &["id"]).unwrap();
    let reader = Reader { policy: &policy, profiles: &[Profile::veris_1()], audience: None };
    let refused = UnverifiedPresentation::parse(&file).unwrap().verify(&reader).unwrap_err();
    assert_eq!(refused.code().as_str(), "UNDER-WITNESSED");
}

/// A checkpoint from before the enrolment of the key that grants would show a stranger's signature.
#[test]
fn after_an_author_rotation_the_checkpoint_is_one_that_shows_the_new_key() {
    let stage = Stage::new();
    let witness = Witness(SigningKey::from_seed(&[7; 32]));
    let policy = witness.policy(&stage);
    stage.commit(&["n-1"]);
    assert_eq!(witness.cosign(&stage, 1000).get(), 2);
    witness.share_policy(&stage);
    // Nobody has cosigned anything above the first.
    stage.commit(&["n-2"]);
    assert_eq!(verified(&stage, &policy, 1), (None, 2, None, Some(1000)));

    stage.party().rotate_key(Role::Author).unwrap();
    let file = stage.disclose(1, &["id"]).unwrap();
    let reader = Reader { policy: &policy, profiles: &[Profile::veris_1()], audience: None };
    let refused = UnverifiedPresentation::parse(&file).unwrap().verify(&reader).unwrap_err();
    assert_eq!(refused.code().as_str(), "UNDER-WITNESSED");

    assert_eq!(witness.cosign(&stage, 2000).get(), 4);
    stage.commit(&["n-3"]);
    assert_eq!(verified(&stage, &policy, 1), (None, 4, None, Some(2000)));
    assert_eq!(verified(&stage, &policy, 2), (Some(2), 4, Some(1000), Some(2000)));
}
