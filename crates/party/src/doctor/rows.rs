//! Every sealed entry of the log against the vault's row of it.

use detente_core::{Code, LeafIndex};
use detente_log::LogDirectory;
use detente_statement::{Kind, UnverifiedStatement};

use super::{Finding, Health};
use crate::record::Record;
use crate::{Party, PartyError};

const PART: &str = "rows";

pub(super) fn against_log(party: &Party) -> Finding {
    compare(party).unwrap_or_else(|error| Finding::of(PART, &error))
}

fn compare(party: &Party) -> Result<Finding, PartyError> {
    let directory = LogDirectory::open(party.folder.log())?;
    let tree = directory.tree()?;
    let size = tree.size();
    if let Some(index) = party.vault.newest_settled()?.filter(|newest| !newest.is_below(size)) {
        return Err(PartyError::LogBehindVault { index });
    }
    let (mut known, mut unknown, mut first) = (0_u64, 0_u64, None);
    let (mut lost, mut first_lost) = (0_u64, None);
    for (index, entry) in (0..).zip(tree.entries(0..size.get())) {
        let index = LeafIndex::new(index)?;
        let statement = UnverifiedStatement::decode(&entry?)?;
        if statement.unverified_kind() != Kind::Sealed {
            continue;
        }
        let record = match party.vault.row(index)? {
            Some(row) => Some(Record::parse(&row.record, index.get())?),
            None => None,
        };
        match record.filter(|record| record.statement == statement.id()) {
            Some(record) => {
                party.require_sealed(&record, &statement, index)?;
                known += 1;
            }
            None if party.vault.unknown(index)? == Some(statement.id()) => {
                lost += 1;
                first_lost.get_or_insert(index);
            }
            None => {
                unknown += 1;
                first.get_or_insert(index);
            }
        }
    }
    if let Some(first) = first {
        let says = format!(
            "{unknown} sealed entries have no row in this vault, entry {first} first: it is an old copy, or they were sealed elsewhere; `detente vault export`, then `detente vault import` goes on from it"
        );
        return Ok(Finding::fault(PART, Code::VaultBehindLog, says));
    }
    let pending = party.vault.pending()?.len();
    if pending > 0 {
        let says =
            format!("{pending} rows are pending after an interrupted commit: the next commit settles them");
        return Ok(Finding::new(PART, Health::Advice, says));
    }
    if let Some(first) = first_lost {
        let says = format!(
            "{lost} sealed entries are unknown to this vault, entry {first} first: `detente vault recover` opens them again when their reports are at hand"
        );
        return Ok(Finding::new(PART, Health::Advice, says));
    }
    Ok(Finding::new(PART, Health::Ok, format!("{known} records give the sealed values of {known} entries")))
}
