//! What a private log asks of its readers, and whom a reader believes to be the log's server.

use core::fmt;
use std::{fs, io::Read as _, path::Path};

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, parse_pem};

use crate::LogError;

/// The longest file with a token, key or certificates, in bytes.
const FILE_LIMIT: u64 = 1 << 20;
/// The longest token, in bytes.
const TOKEN_LIMIT: usize = 4096;

/// A token, a client certificate with its key, and roots beside the system's; any of them may be missing.
#[derive(Clone, Default)]
pub struct Credentials {
    token: Option<String>,
    client: Option<ClientCert>,
    roots: Vec<Certificate<'static>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (token, client) = (self.token.is_some(), self.client.is_some());
        formatter
            .debug_struct("Credentials")
            .field("token", &token)
            .field("client", &client)
            .field("roots", &self.roots.len())
            .finish()
    }
}

impl Credentials {
    /// Takes the token in a file of mode 600: visible ASCII, with or without a final line feed.
    ///
    /// # Errors
    /// [`LogError::Credentials`], [`LogError::Unavailable`].
    pub fn with_token_file(mut self, path: &Path) -> Result<Self, LogError> {
        let bytes = read_private(path)?;
        let text = core::str::from_utf8(&bytes).unwrap_or_default();
        let token = text.strip_suffix('\n').unwrap_or(text);
        if token.is_empty() || token.len() > TOKEN_LIMIT || !token.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(fault(path, "a token, and nothing else"));
        }
        self.token = Some(token.to_owned());
        Ok(self)
    }

    /// Takes a client certificate, with the chain above it if there is one, and its key, in a file of mode 600; both PEM.
    ///
    /// # Errors
    /// As [`Self::with_token_file`].
    pub fn with_client_files(mut self, certificate: &Path, key: &Path) -> Result<Self, LogError> {
        let chain = certificates(certificate)?;
        let key =
            PrivateKey::from_pem(&read_private(key)?).map_err(|_| fault(key, "a private key in PEM"))?;
        self.client = Some(ClientCert::new_with_certs(&chain, key));
        Ok(self)
    }

    /// Believes the certificates in a PEM file too, beside those that the system believes.
    ///
    /// # Errors
    /// As [`Self::with_token_file`]; any mode will do.
    pub fn with_root_file(mut self, path: &Path) -> Result<Self, LogError> {
        self.roots.extend(certificates(path)?);
        Ok(self)
    }

    /// Whether nothing of them is secret.
    pub(super) const fn is_empty(&self) -> bool {
        self.token.is_none() && self.client.is_none()
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(super) fn client(&self) -> Option<ClientCert> {
        self.client.clone()
    }

    pub(super) fn roots(&self) -> RootCerts {
        // A root of the system that cannot be read is one less to believe.
        let system = rustls_native_certs::load_native_certs().certs;
        let system = system.iter().map(|root| Certificate::from_der(root).to_owned());
        RootCerts::from(system.chain(self.roots.iter().cloned()))
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, LogError> {
    let mut found = Vec::new();
    for item in parse_pem(&read(path)?) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(fault(path, "certificates in PEM")),
        }
    }
    if found.is_empty() { Err(fault(path, "certificates in PEM")) } else { Ok(found) }
}

fn read_private(path: &Path) -> Result<Vec<u8>, LogError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let unavailable = |source| LogError::Unavailable { path: path.to_owned(), source };
        if fs::metadata(path).map_err(unavailable)?.permissions().mode() & 0o077 != 0 {
            return Err(fault(path, "a file that only its owner can read (mode 600)"));
        }
    }
    read(path)
}

fn read(path: &Path) -> Result<Vec<u8>, LogError> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(FILE_LIMIT + 1).read_to_end(&mut bytes));
    read.map_err(|source| LogError::Unavailable { path: path.to_owned(), source })?;
    if bytes.len() as u64 > FILE_LIMIT { Err(fault(path, "a shorter file")) } else { Ok(bytes) }
}

fn fault(path: &Path, expected: &'static str) -> LogError {
    LogError::Credentials { path: path.to_owned(), expected }
}
