//! One file a command.

mod anchor;
mod commit;
mod completion;
mod demo;
mod disclose;
mod doctor;
mod entries;
mod explain;
mod init;
mod keys;
mod log_check;
mod man;
mod policy;
mod receipt;
mod sets;
mod show;
mod vault;
mod verify;
pub(crate) mod witness;

use std::path::Path;

use detente_party::{Party, PartyFolder};

use crate::args::{Arguments, Command, Log, UnlockArguments};
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> Result<Report, Failure> {
    match &arguments.command {
        Command::Init(init) => init::run(init),
        Command::Commit(commit) => commit::run(commit, printer),
        Command::Entries(entries) => entries::run(entries, printer),
        Command::Disclose(disclose) => disclose::run(disclose, printer),
        Command::Verify(verify) => verify::run(verify),
        Command::Anchor(anchor) => anchor::run(anchor, printer),
        Command::Witness(witness) => witness::run(witness),
        Command::Log(Log::Check(check)) => log_check::run(check, printer),
        Command::Explain(explain) => explain::run(explain),
        Command::Demo(demo) => demo::run(demo, printer),
        Command::Show(show) => show::run(show, printer),
        Command::Amend(amend) => commit::amend(amend, printer),
        Command::Sets(sets) => sets::run(sets),
        Command::Vault(vault) => vault::run(vault),
        Command::Keys(keys) => keys::run(keys),
        Command::Completion(completion) => completion::run(completion, printer),
        Command::Man(man) => man::run(man),
        Command::Doctor(doctor) => doctor::run(doctor, printer),
        Command::Receipt(receipt) => receipt::run(receipt, printer),
    }
}

fn open_party(folder: &Path, unlock: &UnlockArguments) -> Result<Party, Failure> {
    let folder = PartyFolder::new(folder);
    folder.require()?;
    Ok(Party::open(folder, &unlock.read()?)?)
}

/// A file's bytes, at most `limit` and one more, so that a reader can tell that it is too long; `-` is standard input.
fn read_limited(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let limit = limit as u64 + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::unavailable(path, &error))?;
    Ok(bytes)
}
