//! Somebody with a log of their own copies what a has sealed.

use detente_checkpoint::{PolicyFiles, SigningKey};
use detente_core::{Code, Digest, LeafIndex, LogId, Origin, base64, json::Value};
use detente_disclosure::UnverifiedOpenings;
use detente_log::{LogDirectory, LogSigner, LogWriter};
use detente_presentation::{EventDraft, GrantTerms, PresentationDraft, UnverifiedPresentation};
use detente_statement::{
    GenesisDraft, KeyHistory, NewKey, Role, Signer, StatementError, UnverifiedStatement, key_digest,
};

use super::story::{Stop, Story, members, read, write};
use crate::failure::Failure;

const POLICY: &str = "b/trusted/c.policy";

impl Story<'_> {
    pub(super) fn copied_commitment(&mut self) -> Result<(), Stop> {
        self.scene(
            "A commitment is copied",
            "Logs are public, so anybody can copy the sealed value of a's entry 7. Somebody with a log of their own, c, \
             puts it into an entry of that log and signs it, as if the report were theirs. Taken alone c's log is in \
             order: a sealed value is 32 bytes, and these could be anything.",
        );
        let copyist = Copyist::new();
        let sealed = copyist.begin()?;
        let entry = LogDirectory::open("c/log")?.entry(LeafIndex::new(1)?)?;
        let copied = UnverifiedStatement::decode(&entry)?.unverified_sealed();
        self.require(copied == Some(sealed), || "c/log: expected a's sealed value, got another".to_owned())?;
        self.command(&format!("log check c/log --policy {POLICY}"))?;
        self.by_hand(
            "Then c gets hold of p.json, and makes a presentation of its own entry with a's openings: c's log, c's \
             entry, c's grant, everything signed anew.",
        );
        write("copied.json", &copyist.presentation()?)?;
        self.refused(&format!("verify copied.json --policy {POLICY}"), Code::SealedMismatch, "sealed")?;
        self.shows(
            "the name of the log goes into each sealed slot. The same openings give another value under another log, so \
             c can never open what it copied.",
            "that c copied, unless somebody compares the logs: then the same 32 bytes stand in both.",
        );
        Ok(())
    }

    pub(super) fn repeated_commitment(&mut self) -> Result<(), Stop> {
        self.scene(
            "A commitment is repeated",
            "c tries the same within one log, where the name of the log is the same: it takes a new sealing key, and \
             seals the value once more under that key.",
        );
        Copyist::new().repeat()?;
        self.refused("log check c/log", Code::MalformedEntry, "(DUPLICATE-SEALED) entry 3")?;
        self.shows(
            "a sealed value occurs once in a log, or the log does not pass.",
            "a repetition to the reader of a single presentation: only who goes through all entries finds it.",
        );
        Ok(())
    }
}

/// Holder of a log of its own. Its keys come from fixed seeds: they guard nothing.
struct Copyist {
    author: SigningKey,
    sealing: SigningKey,
    next_sealing: SigningKey,
}

impl Copyist {
    fn new() -> Self {
        let key = |number| SigningKey::from_seed(&[number; 32]);
        Self { author: key(12), sealing: key(13), next_sealing: key(14) }
    }

    fn origin() -> Result<Origin, Failure> {
        Ok(Origin::parse("c.example/log")?)
    }

    fn log_signer() -> Result<LogSigner, Failure> {
        Ok(LogSigner::new(Self::origin()?, SigningKey::from_seed(&[11; 32])))
    }

    fn genesis(&self) -> Result<Vec<u8>, Failure> {
        let draft = GenesisDraft {
            origin: Self::origin()?,
            party: "c.example".to_owned(),
            checkpoint_key: Self::log_signer()?.note_key(),
            authors: vec![self.author.public()],
            sealing: self.sealing.public(),
            recovery: SigningKey::from_seed(&[15; 32]).public(),
            predecessor: None,
            nonce: [16; 16],
            random: [17; 32],
        };
        Ok(Signer::genesis(&self.author, &draft)?)
    }

    fn log(&self) -> Result<LogId, Failure> {
        Ok(KeyHistory::begin(UnverifiedStatement::decode(&self.genesis()?)?)?.0.log())
    }

    /// A log of two entries, the second with the sealed value of a's entry 7.
    fn begin(&self) -> Result<Digest, Failure> {
        let sealed = sealed_by_a()?;
        let entry = Signer::new(self.log()?, &self.sealing).sealed(sealed)?;
        let signer = Self::log_signer()?;
        LogWriter::create("c/log", &Self::origin()?)?.append(&[self.genesis()?, entry], &signer)?;
        let files = PolicyFiles::unwitnessed(&Self::origin()?, signer.note_key().key(), &["c.example"]);
        write(POLICY, &files.policy)?;
        write(&format!("{POLICY}.json"), &files.companion)?;
        Ok(sealed)
    }

    /// A presentation of entry 1 with the openings of `p.json`. Every signature and every leaf in it is right for this
    /// log, so that nothing but the sealed value is left to refuse it.
    fn presentation(&self) -> Result<Vec<u8>, Stop> {
        let bytes = read("p.json")?;
        let original = UnverifiedPresentation::parse(&bytes)?;
        let openings = UnverifiedOpenings::new(original.unverified_openings().to_vec(), multi_proof(&bytes)?);
        let directory = LogDirectory::open("c/log")?;
        let index = LeafIndex::new(1)?;
        let entry = directory.entry(index)?;
        let log = self.log()?;
        let leaves = openings.openings().iter().map(|opening| (opening.slot().get(), opening.leaf(log)));
        let terms = GrantTerms {
            log,
            statement: UnverifiedStatement::decode(&entry)?.id(),
            index,
            leaves: leaves.collect(),
            ..original.unverified_terms().clone()
        };
        let checkpoint = directory.checkpoint()?;
        let size = checkpoint.claimed().size();
        let genesis = EventDraft {
            index: LeafIndex::ZERO,
            entry: directory.entry(LeafIndex::ZERO)?,
            proof: directory.inclusion_proof(LeafIndex::ZERO, size)?,
        };
        let draft = PresentationDraft {
            index,
            inclusion: directory.inclusion_proof(index, size)?,
            entry,
            checkpoint: checkpoint.note().as_bytes().to_vec(),
            events: vec![genesis],
            earlier: None,
            openings,
            grant: terms.sign(&self.author).map_err(StatementError::from)?,
        };
        Ok(draft.to_bytes()?)
    }

    /// A new sealing key, and the same value sealed once more: a statement that is not the same as the first.
    fn repeat(&self) -> Result<(), Failure> {
        let log = self.log()?;
        let new = NewKey { key: &self.next_sealing, role: Role::Sealing, nonce: [18; 16] };
        let rotation = Signer::new(log, &self.author).key_rotate(key_digest(&self.sealing.public()), &new)?;
        let again = Signer::new(log, &self.next_sealing).sealed(sealed_by_a()?)?;
        LogWriter::open("c/log")?.append(&[rotation, again], &Self::log_signer()?)?;
        Ok(())
    }
}

/// The sealed value of a's entry 7, as everybody sees it.
fn sealed_by_a() -> Result<Digest, Failure> {
    let entry = LogDirectory::open("a/log")?.entry(LeafIndex::new(7)?)?;
    let sealed = UnverifiedStatement::decode(&entry)?.unverified_sealed();
    sealed.ok_or_else(|| Failure::new(Code::NotSealed, "entry 7", "expected a sealed entry, got another"))
}

/// The hashes beside the openings.
fn multi_proof(presentation: &[u8]) -> Result<Vec<Digest>, Stop> {
    let file = members(presentation, "p.json")?;
    let hashes = file.get("multiproof").and_then(Value::as_array).unwrap_or_default();
    let hash = |value: &Value| Ok(Digest::from_slice(&base64::decode(value.as_str().unwrap_or_default())?)?);
    hashes.iter().map(hash).collect()
}
