use std::collections::BTreeMap;

use detente_checkpoint::{KeyType, NoteKey, SigningKey, TreeHead};
use detente_core::{LogId, Origin, TreeSize};
use detente_disclosure::{Document, Envelope, Profile, RealKind, Sealing, Seed, SlotValues};
use detente_merkle::{Tree, leaf_hash, leaf_index, tree_size};
use detente_statement::{GenesisDraft, NewKey, RevocationReason, Role, Signer, key_digest};

use super::{Secret, Witness};

/// A party with a log in memory.
#[derive(Debug)]
pub struct Party {
    secret: Secret,
    origin: Origin,
    checkpoint_key: SigningKey,
    log: LogId,
    entries: Vec<Vec<u8>>,
    tree: Tree,
    sealed: BTreeMap<u64, SealedStatement>,
}

/// What a party keeps of a sealed statement.
#[derive(Debug, Clone)]
pub struct SealedStatement {
    /// The slots' values.
    pub values: SlotValues<'static>,
    seed: [u8; 32],
}

impl SealedStatement {
    /// The slot tree in a log.
    pub fn sealing(&self, log: LogId) -> Sealing<'_, 'static> {
        self.values.seal(log, &Seed::from_bytes(self.seed))
    }
}

impl Party {
    /// A party named `<letter>.example` with the log `<letter>.example/log`, its genesis in place.
    pub fn new(letter: &str, secret: Secret) -> Self {
        Self::with_genesis(letter, secret, |_| {})
    }

    /// A party whose genesis a script changes before it is signed. The log id follows from it.
    pub fn with_genesis(letter: &str, secret: Secret, change: impl FnOnce(&mut GenesisDraft)) -> Self {
        let origin = Origin::parse(&format!("{letter}.example/log")).expect("an origin");
        let checkpoint_key = secret.key("checkpoint");
        let mut draft = GenesisDraft {
            checkpoint_key: NoteKey::new(origin.key_name().clone(), KeyType::Log, checkpoint_key.public()),
            origin,
            party: format!("{letter}.example"),
            authors: vec![secret.key("author").public()],
            sealing: secret.key("sealing").public(),
            recovery: secret.key("recovery").public(),
            predecessor: None,
            nonce: secret.nonce("genesis nonce"),
            random: secret.bytes("genesis random"),
        };
        change(&mut draft);
        let genesis = Signer::genesis(&secret.key("author"), &draft).expect("a genesis");
        let log = LogId::new(leaf_hash(&genesis).digest());
        let mut party = Self {
            secret,
            origin: draft.origin,
            checkpoint_key,
            log,
            entries: Vec::new(),
            tree: Tree::new(),
            sealed: BTreeMap::new(),
        };
        party.append(genesis);
        party
    }

    /// Where the party's keys come from: `author`, `sealing`, `checkpoint`, `recovery`, and those that a script adds.
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The log's id.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The origin.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The vkey of its checkpoints.
    pub fn note_key(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.checkpoint_key.public())
    }

    /// All entries.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// The tree of all entries.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The number of entries.
    pub const fn size(&self) -> u64 {
        self.tree.size().get()
    }

    /// Appends an entry, whatever it is, and returns its index.
    pub fn append(&mut self, entry: Vec<u8>) -> u64 {
        let index = self.tree.push(leaf_hash(&entry)).expect("a small tree").get();
        self.entries.push(entry);
        index
    }

    /// Seals values, signed by the key of that word, and returns the index.
    pub fn seal_by(&mut self, key: &str, values: SlotValues<'static>) -> u64 {
        let seed = self.secret.bytes(&format!("seed {}", self.size()));
        let statement = SealedStatement { values, seed };
        let sealed = statement.sealing(self.log).sealed();
        let key = self.secret.key(key);
        let entry = Signer::new(self.log, &key).sealed(sealed.digest()).expect("a sealed entry");
        let index = self.append(entry);
        self.sealed.insert(index, statement);
        index
    }

    /// Seals an incident report, signed by the first sealing key.
    pub fn seal(&mut self, document: &str) -> u64 {
        self.seal_by("sealing", report(document))
    }

    /// `key.add`, signed by the author, of the key of that word.
    pub fn add_key(&mut self, word: &str) -> u64 {
        let (author, key) = (self.secret.key("author"), self.secret.key(word));
        let new = NewKey { key: &key, role: Role::Author, nonce: self.nonce() };
        self.append(Signer::new(self.log, &author).key_add(&new).expect("a key.add"))
    }

    /// `key.rotate`, signed by the author, from one word's key to another's.
    pub fn rotate_key(&mut self, old: &str, role: Role, word: &str) -> u64 {
        let (author, key) = (self.secret.key("author"), self.secret.key(word));
        let old = key_digest(&self.secret.key(old).public());
        let new = NewKey { key: &key, role, nonce: self.nonce() };
        self.append(Signer::new(self.log, &author).key_rotate(old, &new).expect("a key.rotate"))
    }

    /// `key.revoke`, signed by the author.
    pub fn revoke_key(&mut self, word: &str) -> u64 {
        let (author, key) = (self.secret.key("author"), key_digest(&self.secret.key(word).public()));
        let nonce = self.nonce();
        let signer = Signer::new(self.log, &author);
        self.append(signer.key_revoke(key, RevocationReason::Retired, nonce).expect("a key.revoke"))
    }

    /// `log.close` without a successor, signed by the author.
    pub fn close(&mut self) -> u64 {
        let author = self.secret.key("author");
        let nonce = self.nonce();
        self.append(Signer::new(self.log, &author).log_close(None, nonce).expect("a log.close"))
    }

    /// What was sealed at an index.
    pub fn sealed(&self, index: u64) -> &SealedStatement {
        &self.sealed[&index]
    }

    /// The tree head at a size.
    pub fn head(&self, size: u64) -> TreeHead {
        let size: TreeSize = tree_size(size).expect("a size");
        TreeHead::new(self.origin.clone(), size, self.tree.root_at(size).expect("a root")).expect("a head")
    }

    /// The signed note of a size, cosigned at times.
    pub fn note(&self, size: u64, cosigners: &[(&Witness, u64)]) -> Vec<u8> {
        let head = self.head(size);
        let mut note = head.sign(&self.checkpoint_key).expect("a note");
        for (witness, time) in cosigners {
            note = note.with_signature(witness.cosign(&head, *time)).expect("a cosignature");
        }
        note.as_bytes().to_vec()
    }

    /// The inclusion proof of an entry in the first `size` entries.
    pub fn inclusion(&self, index: u64, size: u64) -> Vec<detente_core::Digest> {
        let (index, size) = (leaf_index(index).expect("an index"), tree_size(size).expect("a size"));
        self.tree.inclusion_proof(index, size).expect("a proof")
    }

    /// The consistency proof between two sizes.
    pub fn consistency(&self, old: u64, new: u64) -> Vec<detente_core::Digest> {
        let (old, new) = (tree_size(old).expect("a size"), tree_size(new).expect("a size"));
        self.tree.consistency_proof(old, new).expect("a proof")
    }

    fn nonce(&self) -> [u8; 16] {
        self.secret.nonce(&format!("nonce {}", self.size()))
    }
}

/// The slots of an incident report with the envelope of a first report.
fn report(document: &str) -> SlotValues<'static> {
    let document = Document::parse(document.as_bytes()).expect("a document");
    let mut values = document.to_slots(Profile::veris_1()).expect("a document of the profile");
    values.set_envelope(&Envelope::new(RealKind::IncidentReport)).expect("an envelope");
    values
}
