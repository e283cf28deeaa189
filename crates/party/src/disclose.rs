//! Opening some slots of one entry to one audience.

use std::collections::BTreeSet;

use detente_checkpoint::{
    CheckpointError, Ed25519Signer as _, Policy, PolicyFiles, Pool, PublicationTime, UnverifiedCheckpoint,
};
use detente_core::{KeyDigest, LeafIndex, TreeSize, UnixSeconds, json::Value};
use detente_disclosure::{Profile, SlotNumber, SlotValues};
use detente_log::LogDirectory;
use detente_presentation::{GrantTerms, Pap, PresentationDraft, Reader, Tlp, UnverifiedPresentation};
use detente_statement::{UnverifiedStatement, key_digest};

use crate::covering::{covering, shared_policy};
use crate::record::Record;
use crate::secret::random;
use crate::{Audience, Party, PartyError};

/// To whom, and under which marking.
#[derive(Debug, Clone)]
pub struct GrantOptions {
    /// The audience.
    pub audience: Audience,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Now, as the discloser says.
    pub time: UnixSeconds,
}

/// A choice of slots of one entry: shown first, written after.
pub struct Disclosing<'a> {
    party: &'a Party,
    directory: LogDirectory,
    index: LeafIndex,
    entry: Vec<u8>,
    record: Record,
    values: SlotValues<'static>,
    slots: BTreeSet<SlotNumber>,
}

/// What the audience will see, and what it will not.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Slots to be opened, in order.
    pub opened: Vec<PreviewSlot>,
    /// Names of slots that hold a value and stay sealed.
    pub hidden: Vec<String>,
    /// Number of slots that stay sealed, with or without a value.
    pub sealed: usize,
}

/// One slot to be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewSlot {
    /// Its number.
    pub slot: u16,
    /// Its name.
    pub name: String,
    /// Its value; none when it is absent, which is shown too.
    pub value: Option<Value>,
}

impl Party {
    /// Chooses slots of a published entry by the names that people type.
    ///
    /// # Errors
    /// [`PartyError::NoRecord`], [`PartyError::Pending`], [`PartyError::Disclosure`] for a name of no field.
    pub fn disclosing<'a>(
        &'a self,
        index: LeafIndex,
        fields: &[String],
    ) -> Result<Disclosing<'a>, PartyError> {
        let directory = LogDirectory::open(self.folder.log())?;
        let (record, entry) = self.published(&directory, index)?;
        let mut slots = BTreeSet::new();
        for field in fields {
            slots.extend(Profile::veris_1().select(field)?);
        }
        if slots.is_empty() {
            return Err(PartyError::Argument { argument: "--field", expected: "at least one field" });
        }
        let values = record.values()?;
        Ok(Disclosing { party: self, directory, index, entry, record, values, slots })
    }
}

impl Disclosing<'_> {
    /// What the audience will see.
    pub fn preview(&self) -> Preview {
        let profile = self.values.profile();
        let opened = self.slots.iter().map(|slot| PreviewSlot {
            slot: slot.get(),
            name: profile.slot(*slot).map_or_else(|| "unassigned".to_owned(), |slot| slot.name().to_owned()),
            value: self.values.get(*slot).cloned(),
        });
        let hidden = self.values.iter().filter(|(slot, _)| !self.slots.contains(&slot.number()));
        Preview {
            opened: opened.collect(),
            hidden: hidden.map(|(slot, _)| slot.name().to_owned()).collect(),
            sealed: profile.width() as usize - self.slots.len(),
        }
    }

    /// The presentation's bytes. It was verified against the party's own key before it is returned.
    ///
    /// # Errors
    /// [`PartyError`] of the log's files, or of the verification.
    pub fn write(self, options: &GrantOptions) -> Result<Vec<u8>, PartyError> {
        let party = self.party;
        let seed = self.record.place.seed(&party.master, party.log);
        let sealing = self.values.seal(party.log, &seed);
        let openings = sealing.open(&self.slots)?;
        let statement = UnverifiedStatement::decode(&self.entry)?;
        let leaves =
            openings.openings().iter().map(|opening| (opening.slot().get(), opening.leaf(party.log)));
        let terms = GrantTerms {
            log: party.log,
            statement: statement.id(),
            index: self.index,
            profile: self.values.profile().digest(),
            leaves: leaves.collect(),
            audience: options.audience.key(),
            tlp: options.tlp,
            pap: options.pap,
            time: options.time,
            nonce: random()?,
        };
        let author = party.author_in(&self.directory.tree()?)?;
        let grant = terms.sign(&author).map_err(CheckpointError::from)?;
        let events = party.key_events(&self.directory.tree()?)?;
        // Under a checkpoint from before its enrolment the key would be a stranger's.
        let above = events.enrolment(key_digest(&author.public())).max(self.index);
        let checkpoint = covering(&self.directory, shared_policy(&party.folder).as_ref(), above)?;
        let size = checkpoint.claimed().size();
        let draft = PresentationDraft {
            index: self.index,
            inclusion: self.directory.inclusion_proof(self.index, size)?,
            checkpoint: checkpoint.note().as_bytes().to_vec(),
            events: events.drafts(&self.directory, size)?,
            earlier: self.earlier(size)?,
            entry: self.entry,
            openings,
            grant,
        };
        let bytes = draft.to_bytes()?;
        party.verify_own(&bytes, options.audience.key())?;
        Ok(bytes)
    }

    /// The newest note from before the entry that gives an earliest time under the policy that the party hands over;
    /// witness times never decrease, so no older one gives a later time. Without such a note the newest cosigned one:
    /// the reader's policy may count what the party's own does not.
    fn earlier(&self, size: TreeSize) -> Result<Option<EarlierNote>, PartyError> {
        let policy = shared_policy(&self.party.folder);
        let mut cosigned = None;
        for earlier in self.directory.history()?.into_iter().rev().filter(|size| !self.index.is_below(*size))
        {
            let note = self.directory.history_note(earlier)?;
            let parsed = UnverifiedCheckpoint::parse(&note)?;
            if parsed.note().signatures().len() < 2 {
                continue;
            }
            let bounds = policy.as_ref().and_then(|policy| {
                Pool::new(parsed.verify(policy).ok()?).publication_time(self.index, policy).ok()
            });
            let bounded = matches!(bounds, Some(PublicationTime::Known { lo: Some(_), .. }));
            if bounded || cosigned.is_none() {
                cosigned = Some((earlier, note));
            }
            if bounded || policy.is_none() {
                break;
            }
        }
        let with_proof = |(earlier, note)| Ok((note, self.directory.consistency_proof(earlier, size)?));
        cosigned.map(with_proof).transpose()
    }
}

type EarlierNote = (Vec<u8>, Vec<detente_core::Digest>);

impl Party {
    /// No file goes out that a reader who trusts this log's key would refuse.
    fn verify_own(&self, bytes: &[u8], audience: KeyDigest) -> Result<(), PartyError> {
        let genesis = self.genesis.genesis();
        let files = PolicyFiles::unwitnessed(genesis.origin(), genesis.checkpoint_key().key(), &[]);
        let policy = Policy::parse(&files.policy, None)?;
        let reader = Reader { policy: &policy, profiles: &[Profile::veris_1()], audience: Some(audience) };
        UnverifiedPresentation::parse(bytes)?.verify(&reader)?;
        Ok(())
    }
}
