use std::path::Path;

use detente_core::{Name, Origin, json::Value};
use detente_party::{InitOptions, PartyFolder, init_party};

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
    let made = init_party(
        &folder,
        &InitOptions { origin: origin.clone(), name: name.clone(), unlock: init.unlock.clone() },
    )?;
    let path = |path: &Path| path.display().to_string();
    let share: Vec<Value> = made.share.iter().map(|file| path(file).into()).collect();
    let unlock = match made.unlock_created {
        true => "made now, mode 600; whoever has it opens the vault",
        false => "was there already",
    };
    let mut text = format!(
        "party      {name}\nlog        {} ({origin})\nlog id     {}\nvault      {}\nunlock     {} ({unlock})\nrecovery   {} (move it offline: it is the log's last key)\n",
        path(&folder.log()),
        made.log,
        path(&folder.vault()),
        path(&init.unlock),
        path(&made.recovery),
    );
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
            ("unlock", path(&init.unlock).into()),
            ("unlock_created", made.unlock_created.into()),
            ("recovery", path(&made.recovery).into()),
            ("share", share.into()),
        ],
        text,
    ))
}
