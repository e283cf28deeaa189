//! The life of a party's keys.

use detente_core::{KeyDigest, json::Value};
use detente_party::{CheckpointKeyView, KeyChange, KeyPlace, KeyView};
use detente_statement::{RevocationReason, Role};

use super::open_party;
use super::token::{open_signing_party, place_words};
use crate::args::{Keys, ReasonArgument, RoleArgument};
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(keys: &Keys) -> Result<Report, Failure> {
    match keys {
        Keys::List(list) => {
            let party = open_party(&list.party.party, &list.unlock)?;
            Ok(list_report(&party.keys()?, &party.checkpoint_key_view()?))
        }
        Keys::Add(add) => {
            let mut party = open_signing_party(&add.party.party, &add.unlock, &add.token)?;
            Ok(change_report("key.add", party.add_key_in(add.place.place())?))
        }
        Keys::Rotate(rotate) => {
            let mut party = open_signing_party(&rotate.party.party, &rotate.unlock, &rotate.token)?;
            let role = match rotate.role {
                RoleArgument::Author => Role::Author,
                RoleArgument::Sealing => Role::Sealing,
            };
            Ok(change_report("key.rotate", party.rotate_key_in(role, rotate.place.place())?))
        }
        Keys::Revoke(revoke) => {
            let key = KeyDigest::from_hex(&revoke.key).map_err(|error| {
                Failure::misuse("DIGEST", error).hint("`detente keys list` shows the digests")
            })?;
            let mut party = open_signing_party(&revoke.party.party, &revoke.unlock, &revoke.token)?;
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

fn list_report(keys: &[KeyView], checkpoint: &CheckpointKeyView) -> Report {
    let mut lines: Vec<String> = keys
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
            let place =
                key.place.as_ref().map_or_else(String::new, |place| format!(", {}", place_words(place)));
            format!("{:<7}  {}  {status}{since}{place}", key.role.as_str(), key.key)
        })
        .collect();
    // A vkey begins with its name, here the log's origin.
    let origin = checkpoint.key.split('+').next().unwrap_or_default();
    lines.push(format!("log      {origin}  signs checkpoints, {}", place_words(&checkpoint.place)));
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
                ("place", key.place.as_ref().map_or(Value::Null, place_value)),
            ])
        })
        .collect();
    let checkpoint =
        Value::from([("key", checkpoint.key.as_str().into()), ("place", place_value(&checkpoint.place))]);
    Report::new("keys/v1", [("keys", items.into()), ("checkpoint", checkpoint)], lines.join("\n"))
}

fn place_value(place: &KeyPlace) -> Value {
    match place {
        KeyPlace::Token { label, serial } => {
            Value::from([("token", label.as_str().into()), ("serial", serial.as_str().into())])
        }
        _ => "vault".into(),
    }
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
