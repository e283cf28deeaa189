//! What a shell completes, from the very definitions of the commands.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};
use detente_core::Code;

use crate::args::{Arguments, Completion, ShellArgument};
use crate::failure::Failure;
use crate::output::{Printer, Report, to_stdout};

pub(crate) fn run(completion: &Completion, printer: &Printer) -> Result<Report, Failure> {
    let (shell, name) = match completion.shell {
        ShellArgument::Bash => (Shell::Bash, "bash"),
        ShellArgument::Zsh => (Shell::Zsh, "zsh"),
        ShellArgument::Fish => (Shell::Fish, "fish"),
    };
    // Into memory first: the generator panics when its writer fails, as a closed pipe does.
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "detente", &mut script);
    if !printer.is_json() {
        // Not through the text for people, which makes tabs harmless.
        return match to_stdout(&script) {
            true => Ok(Report::printed()),
            false => {
                Err(Failure::new(Code::Unavailable, "standard output", "the script could not be written"))
            }
        };
    }
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Report::new("completion/v1", [("shell", name.into()), ("script", script.into())], String::new()))
}
