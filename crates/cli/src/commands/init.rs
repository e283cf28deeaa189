use std::path::Path;

use detente_core::{Name, Origin, json::Value};
use detente_party::{
    InitOptions, PartyFolder, TokenChoice, init_party, init_party_in_token, init_party_with,
    init_party_with_in_token,
};

use super::vault::new_passphrase;
use crate::args::Init;
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(init: &Init) -> Result<Report, Failure> {
    let origin = Origin::parse(&init.origin)
        .map_err(|error| Failure::misuse("--origin", error).hint("an origin looks like a.example/log"))?;
    let name = init
        .name
        .as_deref()
        .unwrap_or_else(|| init.origin.split_once('/').map_or(init.origin.as_str(), |(name, _)| name));
    let name = Name::parse(name).map_err(|error| Failure::misuse("--name", error))?;
    let folder = PartyFolder::new(&init.party.party);
    let file = init.unlock.as_deref().filter(|_| init.passphrase_file.is_none());
    let access = init.reach.access();
    let token = init.token.as_deref().map(|token| TokenChoice { access: &access, token });
    let made = match file {
        Some(unlock) => {
            let options =
                InitOptions { origin: origin.clone(), name: name.clone(), unlock: unlock.to_owned() };
            match token {
                Some(token) => init_party_in_token(&folder, &options, token)?,
                None => init_party(&folder, &options)?,
            }
        }
        None => {
            let unlock = new_passphrase(init.passphrase_file.as_deref(), "--unlock")?;
            match token {
                Some(token) => init_party_with_in_token(&folder, &origin, &name, &unlock, token)?,
                None => init_party_with(&folder, &origin, &name, &unlock)?,
            }
        }
    };
    let path = |path: &Path| path.display().to_string();
    let share: Vec<Value> = made.share.iter().map(|file| path(file).into()).collect();
    let unlock = match (file, made.unlock_created) {
        (Some(file), true) => format!("{} (made now, mode 600; whoever has it opens the vault)", path(file)),
        (Some(file), false) => format!("{} (was there already)", path(file)),
        (None, _) => "by the passphrase".to_owned(),
    };
    let mut text = format!(
        "party      {name}\nlog        {} ({origin})\nlog id     {}\nvault      {}\nunlock     {unlock}\nrecovery   {} (move it offline: it is the log's last key)\n",
        path(&folder.log()),
        made.log,
        path(&folder.vault()),
        path(&made.recovery),
    );
    if let Some(token) = &init.token {
        text.push_str(&format!("keys       in token {token}: author, sealing and checkpoint key\n"));
    }
    for file in &made.share {
        text.push_str(&format!("share      {}\n", path(file)));
    }
    text.push_str("next       hand the share files to counterparts, then `detente commit`");
    Ok(Report::new(
        "init/v1",
        [
            ("party", name.as_str().into()),
            ("origin", origin.as_str().into()),
            ("log", made.log.to_string().into()),
            ("folder", path(folder.path()).into()),
            ("unlock", file.map_or(Value::Null, |file| path(file).into())),
            ("token", init.token.as_deref().map_or(Value::Null, Value::from)),
            ("unlock_created", made.unlock_created.into()),
            ("recovery", path(&made.recovery).into()),
            ("share", share.into()),
        ],
        text,
    ))
}
