//! `detente log access`: who may read a private log.

use std::path::Path;

use detente_core::{Name, json::Value};
use detente_server::{AccessFile, Token, certificate_digest};

use crate::args::{LogAccess, LogAccessAdd};
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(access: &LogAccess) -> Result<Report, Failure> {
    match access {
        LogAccess::Add(add) => let_in(add),
        LogAccess::List(list) => show(&list.file),
        LogAccess::Remove(remove) => {
            let mut access = AccessFile::read(&remove.file)?;
            access.remove(&remove.name)?;
            access.write(&remove.file)?;
            let text = format!("removed    {} from {}", remove.name, remove.file.display());
            Ok(Report::new("log-access-remove/v1", [("name", remove.name.as_str().into())], text))
        }
    }
}

fn let_in(add: &LogAccessAdd) -> Result<Report, Failure> {
    let name = Name::parse(&add.name).map_err(|error| Failure::misuse("NAME", error))?;
    let certificate = add.certificate.as_deref().map(certificate_digest).transpose()?;
    let mut access = match add.file.exists() {
        true => AccessFile::read(&add.file)?,
        false => AccessFile::default(),
    };
    let token = if certificate.is_none() { Some(Token::random()?) } else { None };
    access.add(&name, token.as_ref().map(Token::digest), certificate);
    access.write(&add.file)?;
    let mut text = format!("added      {name} to {}\n", add.file.display());
    match (&token, certificate) {
        (Some(token), _) => text.push_str(&format!(
            "token      {}\nnext       hand it to {name}; it is shown this once, and sent as `Authorization: Bearer TOKEN`",
            token.expose()
        )),
        (None, Some(digest)) => text.push_str(&format!("certificate {digest}")),
        (None, None) => {}
    }
    Ok(Report::new(
        "log-access-add/v1",
        [
            ("name", name.as_str().into()),
            ("token", token.as_ref().map_or(Value::Null, |token| token.expose().into())),
            ("certificate", certificate.map_or(Value::Null, |digest| digest.to_string().into())),
        ],
        text,
    ))
}

fn show(file: &Path) -> Result<Report, Failure> {
    let access = AccessFile::read(file)?;
    let count = |list: &[detente_core::Digest]| u32::try_from(list.len()).unwrap_or(u32::MAX);
    let mut lines = Vec::new();
    let mut listed: Vec<Value> = Vec::new();
    for counterpart in access.counterparts() {
        let (tokens, certificates) = (count(&counterpart.tokens), count(&counterpart.certificates));
        lines.push(format!("{:<24} tokens {tokens}, certificates {certificates}", counterpart.name.as_str()));
        listed.push(Value::from([
            ("name", counterpart.name.as_str().into()),
            ("tokens", tokens.into()),
            ("certificates", certificates.into()),
        ]));
    }
    Ok(Report::new("log-access-list/v1", [("counterparts", listed.into())], lines.join("\n")))
}
