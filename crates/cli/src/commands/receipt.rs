//! A receipt, made again from the log.

use std::path::Path;

use detente_core::{Code, LeafIndex};
use detente_party::{PartyFolder, Writing, receipt_path, renew_receipt, write_atomically};

use crate::args::Receipt;
use crate::failure::Failure;
use crate::output::{Printer, Report, to_stdout};

pub(crate) fn run(receipt: &Receipt, printer: &Printer) -> Result<Report, Failure> {
    let index = LeafIndex::parse(&receipt.index).map_err(|error| Failure::misuse("INDEX", error))?;
    let folder = PartyFolder::new(&receipt.party.party);
    let made = renew_receipt(&folder, index)?;
    let place = receipt_path(&folder, index);
    let out = receipt.out.as_deref().unwrap_or(&place);
    if out == Path::new("-") {
        if printer.is_json() {
            return Err(Failure::misuse("--out -", "expected a file with --json, got standard output")
                .hint("with --json only one JSON object goes to standard output: --out FILE"));
        }
        if !to_stdout(&made.bytes) {
            return Err(Failure::new(Code::Unavailable, "standard output", "the file could not be written"));
        }
        return Ok(Report::new("receipt/v1", [], String::new()));
    }
    // Its own place holds nothing but the same receipt, perhaps under an older checkpoint.
    if receipt.out.is_some() && out.exists() && !receipt.force {
        return Err(Failure::misuse(out.display().to_string(), "expected a new file, got one that exists")
            .hint("--force overwrites it"));
    }
    if let Some(parent) = place.parent().filter(|_| receipt.out.is_none()) {
        std::fs::create_dir_all(parent).map_err(|error| Failure::unavailable(parent, &error))?;
    }
    write_atomically(out, &made.bytes, Writing::Public)?;
    let length = u32::try_from(made.bytes.len()).unwrap_or(u32::MAX);
    let file = out.display().to_string();
    let text = format!(
        "entry      {} of {}\nstatement  {}\nleaf       {}\nwritten    {file} ({length} bytes)",
        made.index, made.size, made.statement, made.leaf
    );
    Ok(Report::new(
        "receipt/v1",
        [
            ("index", made.index.to_string().into()),
            ("size", made.size.to_string().into()),
            ("statement", made.statement.to_string().into()),
            ("leaf", made.leaf.to_string().into()),
            ("file", file.into()),
            ("length", length.into()),
        ],
        text,
    ))
}
