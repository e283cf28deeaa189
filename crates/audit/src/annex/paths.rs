//! Where the files of an annex lie.

use detente_agreement::PartyId;
use detente_merkle::tile::Tile;

pub(super) const INDEX: &str = "annex.json";
pub(super) const POLICY: &str = "policy";
pub(super) const COMPANION: &str = "policy.json";
pub(super) const REPORT: &str = "report.json";
pub(super) const PRESENTATIONS: &str = "presentations";
pub(super) const CONTENTS: &str = "contents";

pub(super) fn agreement(number: usize) -> String {
    format!("agreements/{number}.toml")
}

pub(super) fn checkpoint(party: &PartyId) -> String {
    format!("logs/{party}/checkpoint")
}

pub(super) fn notes(party: &PartyId) -> String {
    format!("logs/{party}/notes")
}

pub(super) fn note(party: &PartyId, number: usize) -> String {
    numbered(&notes(party), number)
}

pub(super) fn bundle(party: &PartyId, tile: Tile) -> String {
    format!("logs/{party}/{}", tile.entries_path())
}

pub(super) fn numbered(folder: &str, number: usize) -> String {
    format!("{folder}/{number}")
}
