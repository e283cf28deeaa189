//! The life of a party's keys.

use detente_core::{KeyDigest, json::Value};
use detente_party::{KeyChange, KeyView};
use detente_statement::{RevocationReason, Role};

use super::open_party;
use crate::args::{Keys, ReasonArgument, RoleArgument};
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(keys: &Keys) -> Result<Report, Failure> {
    match keys {
        Keys::List(list) => Ok(list_report(&open_party(&list.party.party, &list.unlock)?.keys()?)),
        Keys::Add(add) => {
            let mut party = open_party(&add.party.party, &add.unlock)?;
            Ok(change_report("key.add", party.add_key()?))
        }
        Keys::Rotate(rotate) => {
            let mut party = open_party(&rotate.party.party, &rotate.unlock)?;
            let role = match rotate.role {
                RoleArgument::Author => Role::Author,
                RoleArgument::Sealing => Role::Sealing,
            };
            Ok(change_report("key.rotate", party.rotate_key(role)?))
        }
        Keys::Revoke(revoke) => {
            let key = KeyDigest::from_hex(&revoke.key).map_err(|error| {
                Failure::misuse("DIGEST", error).hint("`detente keys list` shows the digests")
            })?;
            let mut party = open_party(&revoke.party.party, &revoke.unlock)?;
            let reason = match revoke.reason {
                ReasonArgument::Unspecified => RevocationReason::Unspecified,
                ReasonArgument::Retired => RevocationReason::Retired,
                ReasonArgument::Lost => RevocationReason::Lost,
                ReasonArgument::Compromised => RevocationReason::Compromised,
            };
            Ok(change_report("key.revoke", party.revoke_key(key, reason)?))
        }
    }
}

fn list_report(keys: &[KeyView]) -> Report {
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let status = match (key.enrolled, key.revoked, key.in_use, key.held) {
                (None, ..) => "never published".to_owned(),
                (_, Some(revoked), ..) => format!("revoked by entry {revoked}"),
                (.., true, _) => "in use".to_owned(),
                (.., true) => "usable".to_owned(),
                (.., false) => "usable, not in this vault".to_owned(),
            };
            let since = key.enrolled.map_or_else(String::new, |index| format!(", enrolled by entry {index}"));
            format!("{:<7}  {}  {status}{since}", key.role.as_str(), key.key)
        })
        .collect();
    let index =
        |index: Option<detente_core::LeafIndex>| index.map_or(Value::Null, |index| index.to_string().into());
    let items: Vec<Value> = keys
        .iter()
        .map(|key| {
            Value::from([
                ("key", key.key.to_string().into()),
                ("role", key.role.as_str().into()),
                ("enrolled", index(key.enrolled)),
                ("revoked", index(key.revoked)),
                ("held", key.held.into()),
                ("in_use", key.in_use.into()),
            ])
        })
        .collect();
    Report::new("keys/v1", [("keys", items.into())], lines.join("\n"))
}

fn change_report(event: &str, change: KeyChange) -> Report {
    let mut text = format!("event      {event}, entry {} of {}\n", change.index, change.size);
    for (word, key) in [("new key", change.new), ("ended", change.old)] {
        if let Some(key) = key {
            text.push_str(&format!("{word:<10} {key}\n"));
        }
    }
    text.push_str(&format!("author     {} signs from now on", change.author));
    if let Some(share) = &change.share {
        text.push_str(&format!(
            "\nshare      {} (new audience key: hand it to counterparts again)",
            share.display()
        ));
    }
    let key = |key: Option<KeyDigest>| key.map_or(Value::Null, |key| key.to_string().into());
    let report = Report::new(
        "key-event/v1",
        [
            ("event", event.into()),
            ("entry", change.index.to_string().into()),
            ("size", change.size.to_string().into()),
            ("new", key(change.new)),
            ("old", key(change.old)),
            ("author", change.author.to_string().into()),
            ("share", change.share.map_or(Value::Null, |share| share.display().to_string().into())),
        ],
        text,
    );
    match change.receipt_fault {
        Some(fault) => {
            report.warn(format!("published, but the receipt is missing: {fault}; the next commit makes it"))
        }
        None => report,
    }
}
