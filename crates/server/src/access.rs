//! Who may read a private log: a file of ours (`specs/server.md` "Log: who may read").

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use detente_core::{
    Digest, Name, base64,
    json::{Object, Value},
};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::ServerError;

const LIMIT: u64 = 1_048_576;

/// A counterpart and what shows that it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// Its name in log lines.
    pub name: Name,
    /// SHA-256 of its certificates, in DER.
    pub certificates: Vec<Digest>,
    /// SHA-256 of its tokens, as they are sent.
    pub tokens: Vec<Digest>,
}

/// A new token. It is shown once; the file holds its digest only.
pub struct Token(Zeroizing<String>);

impl Token {
    /// 32 random bytes, in base64.
    ///
    /// # Errors
    /// [`ServerError::Randomness`].
    pub fn random() -> Result<Self, ServerError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| ServerError::Randomness)?;
        Ok(Self(Zeroizing::new(base64::encode(bytes.as_slice()))))
    }

    /// The text that is sent.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the access file holds of it.
    pub fn digest(&self) -> Digest {
        digest(self.0.as_bytes())
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Token(secret)")
    }
}

/// The counterparts of one log, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFile {
    counterparts: Vec<Counterpart>,
}

impl AccessFile {
    /// Reads the file, which nobody but its owner may read.
    ///
    /// # Errors
    /// [`ServerError::Unavailable`], [`ServerError::AccessOpen`], [`ServerError::AccessJson`],
    /// [`ServerError::Access`].
    pub fn read(path: &Path) -> Result<Self, ServerError> {
        let unavailable = ServerError::unavailable(path);
        let file = File::open(path).map_err(&unavailable)?;
        check_mode(&file, path)?;
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(&unavailable)?;
        if bytes.len() as u64 > LIMIT {
            return Err(malformed(path)("at most 1,048,576 bytes"));
        }
        Self::parse(path, &bytes)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ServerError> {
        let malformed = malformed(path);
        let file = Value::parse_file(bytes)
            .map_err(|source| ServerError::AccessJson { path: path.to_owned(), source })?;
        let listed = file
            .as_object()
            .filter(|members| members.len() == 1)
            .and_then(|members| members.get("counterparts"))
            .and_then(Value::as_array)
            .ok_or_else(|| malformed("one member, counterparts, which is a list"))?;
        let mut counterparts: Vec<Counterpart> = Vec::new();
        for item in listed {
            let counterpart = item
                .as_object()
                .and_then(counterpart)
                .ok_or_else(|| malformed("counterparts with name, certificates and tokens"))?;
            if counterparts.iter().any(|known| known.name == counterpart.name) {
                return Err(malformed("each name once"));
            }
            counterparts.push(counterpart);
        }
        Ok(Self { counterparts })
    }

    /// The counterparts, in the order of the file.
    pub fn counterparts(&self) -> &[Counterpart] {
        &self.counterparts
    }

    /// Lets a counterpart in by one more token or certificate.
    pub fn add(&mut self, name: &Name, token: Option<Digest>, certificate: Option<Digest>) {
        let at = match self.counterparts.iter().position(|known| known.name == *name) {
            Some(at) => at,
            None => {
                let (certificates, tokens) = (Vec::new(), Vec::new());
                self.counterparts.push(Counterpart { name: name.clone(), certificates, tokens });
                self.counterparts.len() - 1
            }
        };
        if let Some(counterpart) = self.counterparts.get_mut(at) {
            counterpart.tokens.extend(token);
            counterpart.certificates.extend(certificate);
        }
    }

    /// Lets a counterpart in no longer, by anything.
    ///
    /// # Errors
    /// [`ServerError::UnknownCounterpart`].
    pub fn remove(&mut self, name: &str) -> Result<(), ServerError> {
        let before = self.counterparts.len();
        self.counterparts.retain(|known| known.name.as_str() != name);
        if self.counterparts.len() == before {
            return Err(ServerError::UnknownCounterpart { name: name.to_owned() });
        }
        Ok(())
    }

    /// Writes the file anew, mode 0600, by rename.
    ///
    /// # Errors
    /// [`ServerError::Unavailable`].
    pub fn write(&self, path: &Path) -> Result<(), ServerError> {
        let digests = |digests: &[Digest]| -> Value {
            digests.iter().map(|digest| digest.to_string().into()).collect::<Vec<Value>>().into()
        };
        let listed: Vec<Value> = self
            .counterparts
            .iter()
            .map(|counterpart| {
                Value::from([
                    ("certificates", digests(&counterpart.certificates)),
                    ("name", counterpart.name.as_str().into()),
                    ("tokens", digests(&counterpart.tokens)),
                ])
            })
            .collect();
        let bytes = Value::from([("counterparts", listed.into())]).to_file();
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(format!(".{}.tmp", std::process::id()));
        let temporary = PathBuf::from(temporary);
        write_private(&temporary, &bytes).and_then(|()| fs::rename(&temporary, path)).map_err(|error| {
            let _ = fs::remove_file(&temporary);
            ServerError::unavailable(path)(error)
        })
    }

    /// The counterpart that a token or a certificate belongs to. It takes as long whoever it is, and whether or not it
    /// is one.
    pub(crate) fn find(&self, token: Option<&str>, certificate: Option<&Digest>) -> Option<&Name> {
        let token = token.map(|token| digest(token.as_bytes()));
        let mut found = None;
        for counterpart in &self.counterparts {
            let known =
                any(&counterpart.tokens, token.as_ref()) | any(&counterpart.certificates, certificate);
            if bool::from(known) {
                found = Some(&counterpart.name);
            }
        }
        found
    }
}

fn any(known: &[Digest], shown: Option<&Digest>) -> Choice {
    let Some(shown) = shown else { return Choice::from(0) };
    known.iter().fold(Choice::from(0), |found, known| found | known.as_bytes().ct_eq(shown.as_bytes()))
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

fn malformed(path: &Path) -> impl Fn(&'static str) -> ServerError {
    move |expected| ServerError::Access { path: path.to_owned(), expected }
}

fn counterpart(members: &Object) -> Option<Counterpart> {
    if members.len() != 3 {
        return None;
    }
    let name = Name::parse(members.get("name")?.as_str()?).ok()?;
    let digests = |member: &str| -> Option<Vec<Digest>> {
        members.get(member)?.as_array()?.iter().map(|item| Digest::from_hex(item.as_str()?).ok()).collect()
    };
    Some(Counterpart { name, certificates: digests("certificates")?, tokens: digests("tokens")? })
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn check_mode(file: &File, path: &Path) -> Result<(), ServerError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata().map_err(ServerError::unavailable(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(ServerError::AccessOpen { path: path.to_owned(), mode: mode & 0o777 });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_file: &File, _path: &Path) -> Result<(), ServerError> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    const FILE: &str = r#"{"counterparts":[{"certificates":[],"name":"b.example","tokens":[]}]}"#;

    #[test]
    fn the_file_is_read_and_written_in_one_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.json");
        let mut access = AccessFile::default();
        let token = Token::random().unwrap();
        let (name, certificate) = (Name::parse("b.example").unwrap(), digest(b"certificate"));
        access.add(&name, Some(token.digest()), None);
        access.add(&name, None, Some(certificate));
        access.add(&Name::parse("c.example").unwrap(), None, None);
        access.write(&path).unwrap();
        let read = AccessFile::read(&path).unwrap();
        assert_eq!(read, access);
        assert!(!fs::read_to_string(&path).unwrap().contains(token.expose()), "the token is nowhere");
        assert_eq!(read.find(Some(token.expose()), None), Some(&name));
        assert_eq!(read.find(None, Some(&certificate)), Some(&name));
        assert_eq!(read.find(Some("other"), Some(&digest(b"other"))), None);
        assert_eq!(read.find(None, None), None);
        access.remove("b.example").unwrap();
        access.write(&path).unwrap();
        assert_eq!(AccessFile::read(&path).unwrap().find(Some(token.expose()), None), None);
        assert!(matches!(access.remove("b.example"), Err(ServerError::UnknownCounterpart { .. })));
    }

    #[test]
    fn another_form_is_refused() {
        let path = Path::new("access.json");
        assert!(AccessFile::parse(path, format!("{FILE}\n").as_bytes()).is_ok());
        for other in [
            FILE.to_owned(),
            "{}\n".to_owned(),
            format!("{}\n", FILE.replace("tokens", "token")),
            format!("{}\n", FILE.replace("b.example", "b example")),
            format!("{}\n", FILE.replace(r#""tokens":[]"#, r#""tokens":["00"]"#)),
            format!("{}\n", FILE.replace("[{", r#"[{"certificates":[],"name":"b.example","tokens":[]},{"#)),
        ] {
            assert!(AccessFile::parse(path, other.as_bytes()).is_err(), "{other}");
        }
    }
}
