//! `detente log serve` and `detente witness serve`.

use std::net::SocketAddr;
use std::time::Duration;

use detente_core::json::Value;
use detente_log::{Guards, Options};
use detente_party::Party;
use detente_server::{
    Around, Limits, Running, ServerError, TlsFiles, Writing, journal, serve_log, serve_witness,
};
use detente_witness::{GroupStore, WitnessFolder};

use super::{policy, token::open_signing_party, witness};
use crate::args::{AroundArguments, LogServe, WitnessServe};
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn log(serve: &LogServe, printer: &Printer) -> Result<Report, Failure> {
    let around = around(&serve.around);
    let (party, writing) = if serve.read_only {
        (None, None)
    } else {
        let (party, writing) = writing(serve)?;
        (Some(party), Some(writing))
    };
    journal(printer);
    let running = serve_log(serve.log.clone(), writing, serve.access.clone(), &around)?;
    let folder = serve.log.display().to_string();
    let members = [
        ("log", folder.as_str().into()),
        ("read_only", serve.read_only.into()),
        ("private", serve.access.is_some().into()),
    ];
    let mut what = format!("log        {folder}");
    what.push_str(match (serve.read_only, serve.access.is_some()) {
        (true, _) => ", read only",
        (false, false) => ", read by everybody",
        (false, true) => ", read by those whom the access file lists",
    });
    let report = until_signal(running, &serve.around, printer, "log-serve/v1", members, &what)?;
    if let Some(party) = party {
        // When it fails, the vault knows of fewer entries, and the next time tells.
        let _ = party.note_served();
    }
    Ok(report)
}

pub(crate) fn witness(serve: &WitnessServe, printer: &Printer) -> Result<Report, Failure> {
    let around = around(&serve.around);
    let opened = WitnessFolder::new(&serve.witness).open_with(GroupStore::start).map_err(witness::failure)?;
    journal(printer);
    let vkey = opened.note_key().to_string();
    let running = serve_witness(opened, &around)?;
    let what = format!("witness    {vkey}");
    until_signal(running, &serve.around, printer, "witness-serve/v1", [("vkey", vkey.into())], &what)
}

fn journal(printer: &Printer) {
    if !printer.is_quiet() {
        journal::to_stderr();
    }
}

fn around(arguments: &AroundArguments) -> Around {
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificate), Some(key)) => {
            Some(TlsFiles { certificate: certificate.clone(), key: key.clone() })
        }
        _ => None,
    };
    let AroundArguments { listen, admin, insecure, .. } = *arguments;
    Around { listen, admin, tls, insecure, limits: Limits::default() }
}

/// Everything that needs a secret, before a socket is opened.
fn writing(serve: &LogServe) -> Result<(Party, Writing), Failure> {
    let policy = serve.policy.as_deref().map(policy::read).transpose()?;
    let party = open_signing_party(&serve.party.party, &serve.unlock, &serve.token)?;
    party.require_served(&serve.log)?;
    let guards = Guards::new(serve.guard.clone());
    let usual = Options::default();
    let count = |given: Option<u32>, usual: usize| given.map_or(usual, |given| given as usize);
    let options = Options {
        max_wait: serve.max_wait.map_or(usual.max_wait, |wait| Duration::from_millis(wait.into())),
        max_batch: count(serve.max_batch, usual.max_batch),
        queue: count(serve.queue, usual.queue),
        ..usual
    };
    let writing = Writing {
        origin: party.origin().clone(),
        key: party.checkpoint_signer()?,
        log: Some(party.log()),
        guards: if serve.new_guards { guards.create_missing() } else { guards },
        options,
        policy,
    };
    Ok((party, writing))
}

/// Says where it is, as the one line that a script waits for; then nothing more until the end.
fn until_signal<const N: usize>(
    running: Running,
    arguments: &AroundArguments,
    printer: &Printer,
    schema: &'static str,
    members: [(&str, Value); N],
    what: &str,
) -> Result<Report, Failure> {
    let scheme = if arguments.tls_cert.is_some() { "https" } else { "http" };
    let url = |scheme: &str, address: SocketAddr| format!("{scheme}://{address}");
    let at = url(scheme, running.address());
    let admin = running.admin().map(|address| url("http", address));
    let mut text = format!("{what}\nserving    {at}\n");
    if let Some(admin) = &admin {
        text.push_str(&format!("admin      {admin}\n"));
    }
    text.push_str("stop       with Ctrl-C or SIGTERM");
    let mut report = Report::new(schema, members, text);
    report.json.insert("url".to_owned(), at.into());
    report.json.insert("admin".to_owned(), admin.map_or(Value::Null, Value::from));
    running.until_signal(|| {
        // Whoever does not read this line is served all the same.
        let _ = printer.report(report);
    })?;
    Ok(Report::printed())
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        let hint = match &error {
            ServerError::Plain { .. } => Some(
                "--tls-cert and --tls-key, or --insecure behind a proxy that speaks TLS; 127.0.0.1 needs neither",
            ),
            ServerError::AccessOpen { .. } => Some("chmod 600 the access file"),
            ServerError::UnknownCounterpart { .. } => Some("`detente log access list` shows who is let in"),
            ServerError::Access { .. } | ServerError::AccessJson { .. } => {
                Some("`detente log access add` makes an access file")
            }
            ServerError::Descriptors { .. } => {
                Some("`ulimit -n` shows and sets the limit of a shell; a service has its own")
            }
            ServerError::Log(detente_log::LogError::Locked { .. }) => {
                Some("another command is writing or serving this log; --read-only serves it beside that one")
            }
            ServerError::Log(detente_log::LogError::OtherSigner { .. }) => {
                Some("--party names the party whose log this is")
            }
            ServerError::Log(
                detente_log::LogError::RolledBack { .. } | detente_log::LogError::Forked { .. },
            ) => Some("the book's chapter on operations, \"Backups\", says how to go on; nothing was signed"),
            ServerError::Log(detente_log::LogError::GuardMissing { .. }) => {
                Some("--new-guards makes it, when this is surely the newest copy of the log")
            }
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(error.code(), error.culprit(), error) }
    }
}
