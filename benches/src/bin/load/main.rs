//! A log under load, its check, and a witness under load; each beside the least that its signatures and flushes cost.
//!
//! Usage: `load write|http|check|witness [name=value ...]`:
//!
//! - `write`: the sequencer. `writers=1,16,256,1000 statements=100000 max_batch=1024 max_wait_ms=10 rounds=3`; a log
//!   for each number of writers and each of statements
//! - `http`: the same through the server, in a process of its own, and as many connections as writers
//! - `check`: `check_log` of a log of `statements=100000`, `rounds=3`
//! - `witness`: add-checkpoint. `writers=1,64,256 origins=1000 statements=20000 rounds=3`
//!
//! `folder=PATH` is where files lie: a folder in memory and one on a disk answer different questions. It is made, and
//! what this program put there is removed again. Statements are signed before the clock starts and are read from a file
//! while it runs: 10^7 of them take 2 GB of disk and a few minutes.

mod arguments;
mod check;
mod figures;
mod floors;
mod http;
mod latency;
mod target;
mod witness;
mod write;

use detente_benches::measure::Failure;

use arguments::Arguments;
use write::Way;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    match arguments.mode() {
        "write" => write::run(&arguments, Way::Library),
        "http" => write::run(&arguments, Way::Http),
        // What `http` starts.
        "serve" => http::serve(&arguments),
        "check" => check::run(&arguments),
        "witness" => witness::run(&arguments),
        other => Err(format!("expected write, http, check or witness, got {other}").into()),
    }
}
