//! The fixed list of slots that documents of one sort are cut into.

mod parse;
mod slot;

use std::{collections::BTreeMap, sync::LazyLock};

use detente_core::ProfileDigest;

pub use self::slot::{Shape, Slot, SlotNumber, ValueType};

const VERIS_1: &str = include_str!("../../../../specs/profiles/veris-1.json");

/// A parsed profile. Source: `specs/disclosure.md` "Profile".
#[derive(Debug, Clone)]
pub struct Profile {
    name: String,
    width: u16,
    digest: ProfileDigest,
    /// In increasing order of number.
    slots: Vec<Slot>,
    /// One item a slot number below the width: the position in `slots`.
    by_number: Vec<Option<usize>>,
    by_name: BTreeMap<String, SlotNumber>,
    names: BTreeMap<String, Vec<SlotNumber>>,
    tree: Node,
}

/// One token of the pointers of a profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    /// Positions in `slots` of the slots with this very pointer: none, one, or all parts in order.
    pub(crate) slots: Vec<usize>,
    /// By the next token.
    pub(crate) children: BTreeMap<String, Node>,
}

impl Profile {
    /// Most bytes of a profile file.
    pub const MAX_BYTES: usize = 1_048_576;

    /// Parses a profile file: canonical JSON and one line feed.
    ///
    /// # Errors
    /// `OVERSIZE`, the codes of a file of ours (`specs/core.md` "JSON"), then `MALFORMED-PROFILE`.
    pub fn parse(file: &[u8]) -> Result<Self, crate::DisclosureError> {
        parse::parse(file)
    }

    /// The profile `veris-1`: incident reports in VERIS 1.3.x and 1.4.1.
    pub fn veris_1() -> &'static Self {
        static PARSED: LazyLock<Profile> = LazyLock::new(|| {
            #[allow(clippy::expect_used, reason = "the text is part of this crate, and a test parses it")]
            Profile::parse(VERIS_1.as_bytes()).expect("the built-in profile is a profile")
        });
        &PARSED
    }

    /// The profile's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of leaves of the slot tree: a power of two, 8 to 4096.
    pub const fn width(&self) -> u32 {
        self.width as u32
    }

    /// The digest that a sealed value and a grant name.
    pub const fn digest(&self) -> ProfileDigest {
        self.digest
    }

    /// The assigned slots, in increasing order of number.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The slot of that number; none when it is unassigned or beyond the width.
    pub fn slot(&self, number: SlotNumber) -> Option<&Slot> {
        self.slots.get((*self.by_number.get(number.index())?)?)
    }

    /// The slot of that name.
    pub fn slot_named(&self, name: &str) -> Option<&Slot> {
        self.slot(*self.by_name.get(name)?)
    }

    /// What people type, and the slots that each name means.
    pub const fn names(&self) -> &BTreeMap<String, Vec<SlotNumber>> {
        &self.names
    }

    /// Whether the number is below the width, assigned or not.
    pub const fn has(&self, number: SlotNumber) -> bool {
        number.get() < self.width
    }

    pub(crate) const fn tree(&self) -> &Node {
        &self.tree
    }

    /// The slots with the pointer of `node`: none, one, or all parts in order.
    pub(crate) fn slots_at<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Slot> {
        node.slots.iter().filter_map(|position| self.slots.get(*position))
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Profile {}
