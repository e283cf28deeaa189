//! One file a command.

mod agreement;
mod anchor;
mod audit;
mod commit;
mod completion;
mod counterpart;
mod declared;
mod demo;
mod disclose;
mod doctor;
mod entries;
mod explain;
pub(crate) mod finding;
mod form;
mod inbox;
mod init;
mod issue;
mod keys;
mod log_access;
mod log_check;
mod log_mirror;
mod lookup;
mod man;
mod policy;
mod policy_review;
mod published;
mod receipt;
mod said;
mod serve;
mod sets;
mod show;
mod time;
mod token;
mod vault;
mod verify;
pub(crate) mod witness;
mod witness_evidence;

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
        Command::Form(form) => form::run(form),
        Command::Issue(issue) => issue::run(issue),
        Command::Agreement(agreement) => agreement::run(agreement),
        Command::Audit(audit) => audit::run(audit, printer),
        Command::Inbox(inbox) => inbox::run(inbox, printer),
        Command::Witness(witness) => witness::run(witness, printer),
        Command::Policy(policy) => policy_review::run(policy),
        Command::Finding(finding) => finding::run(finding),
        Command::Log(Log::Check(check)) => log_check::run(check, printer),
        Command::Log(Log::Mirror(mirror)) => log_mirror::run(mirror, printer),
        Command::Log(Log::Serve(serve)) => serve::log(serve, printer),
        Command::Log(Log::Access(access)) => log_access::run(access),
        Command::Explain(explain) => explain::run(explain),
        Command::Demo(demo) => demo::run(demo, printer),
        Command::Show(show) => show::run(show, printer),
        Command::Amend(amend) => commit::amend(amend, printer),
        Command::Sets(sets) => sets::run(sets),
        Command::Vault(vault) => vault::run(vault, printer),
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

/// A new file; one that is there is never overwritten.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let written = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    written.and_then(|mut file| file.write_all(bytes)).map_err(|error| Failure::unavailable(path, &error))
}
