//! The access file of a running server: read again when it has changed, and nobody gets in while it cannot be read.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use detente_core::{Digest, Name};
use hyper::{HeaderMap, header::AUTHORIZATION};

use crate::{AccessFile, ServerError};

/// How often the file is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// The counterparts that are let in now.
#[derive(Debug)]
pub(crate) struct Credentials {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    access: AccessFile,
    version: Option<Version>,
    looked: Instant,
}

impl Credentials {
    pub(crate) fn open(path: PathBuf) -> Result<Self, ServerError> {
        let version = version(&path);
        let access = AccessFile::read(&path)?;
        Ok(Self { path, held: Mutex::new(Held { access, version, looked: Instant::now() }) })
    }

    /// Whose token or certificate it is.
    pub(crate) fn find(&self, headers: &HeaderMap, certificate: Option<&Digest>) -> Option<Name> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.looked.elapsed() >= PAUSE {
            held.looked = Instant::now();
            let version = version(&self.path);
            if version != held.version {
                // Whoever was taken out of a file that is now damaged must not get in by the old one. Read again then:
                // another mode makes no other version.
                (held.access, held.version) = match AccessFile::read(&self.path) {
                    Ok(access) => (access, version),
                    Err(error) => {
                        tracing::error!(
                            what = "access",
                            code = error.code().as_str(),
                            "access file not read"
                        );
                        (AccessFile::default(), None)
                    }
                };
            }
        }
        held.access.find(token(headers), certificate).cloned()
    }
}

/// What tells one content of the file from another: it is replaced by rename, so on Unix its inode is another too.
type Version = (SystemTime, u64, u64);

fn version(path: &Path) -> Option<Version> {
    let found = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let inode = 0;
    Some((found.modified().ok()?, found.len(), inode))
}

/// `Authorization: Bearer <token>`, once.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}
