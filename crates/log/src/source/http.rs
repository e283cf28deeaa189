//! A log at an http or https address (`specs/log.md` "Read a log", `specs/server.md` "Log: reading").

mod address;
mod credentials;

use core::{fmt, time::Duration};
use std::{
    io::{self, Read as _},
    path::PathBuf,
    sync::Arc,
    thread,
};

use detente_core::TreeSize;
use ureq::{
    Agent, Body,
    http::Response,
    tls::{RootCerts, TlsConfig, TlsProvider},
};

use super::{Content, LogSource};
use crate::{LogError, layout::HISTORY};

use address::Address;
pub use address::is_address;
pub use credentials::Credentials;

/// Lines of one page of `/history`, at most.
const PAGE_LINES: usize = 10_000;
/// The longest such page, in bytes: 19 digits and a line feed a line.
const PAGE_LIMIT: u64 = PAGE_LINES as u64 * 20;
/// Most notes of a history, 128 MiB of sizes: a list without end is given up.
const MOST_NOTES: usize = 1 << 24;
/// The longest that an answer may ask a reader to wait before it asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long an answer may take, and how often a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpOptions {
    /// Until there is a connection.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub stall: Duration,
    /// For one answer, whole.
    pub whole: Duration,
    /// How often a file is asked for when the answer is that the server is busy or failing, or none; at least once.
    pub attempts: u32,
    /// Before the second attempt; twice as long before each further one, unless the answer says how long.
    pub pause: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            whole: Duration::from_secs(300),
            attempts: 5,
            pause: Duration::from_millis(250),
        }
    }
}

/// The public files of a log below an address. Redirects are not followed, so credentials go nowhere else.
pub struct HttpLog {
    address: Address,
    agent: Agent,
    authorization: Option<String>,
    options: HttpOptions,
}

impl fmt::Debug for HttpLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpLog").field("address", &self.address).finish_non_exhaustive()
    }
}

enum Answer {
    Content(Content),
    /// A redirect, which is not followed.
    Elsewhere(u16),
}

/// Why there was no answer, and whether there may be one later.
struct Silence {
    error: LogError,
    again: Option<Duration>,
}

impl HttpLog {
    /// An address such as `https://a.example/log`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`LogError::Address`] for one of another form, with a user or a query in it, or for credentials that would cross a
    /// network in the clear.
    pub fn new(address: &str, credentials: &Credentials, options: HttpOptions) -> Result<Self, LogError> {
        let address = Address::parse(address)?;
        if !address.is_private() && !credentials.is_empty() {
            return Err(LogError::Address { expected: "https, or a loopback address, for credentials" });
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(provider)
            .client_cert(credentials.client())
            .root_certs(if address.is_https() { credentials.roots() } else { RootCerts::from([]) })
            .build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(16 * 1024)
            .user_agent(format!("{}/{}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(options.connect))
            .timeout_recv_response(Some(options.stall))
            .timeout_per_read(Some(options.stall))
            .timeout_global(Some(options.whole));
        if address.is_loopback() {
            config = config.proxy(None);
        }
        let authorization = credentials.token().map(|token| format!("Bearer {token}"));
        Ok(Self { address, agent: config.build().new_agent(), authorization, options })
    }

    /// Asks until there is an answer, or there will be none.
    fn ask(&self, path: &str, limit: u64) -> Result<Answer, LogError> {
        let mut pause = self.options.pause;
        let mut attempt = 1;
        loop {
            match self.ask_once(path, limit) {
                Ok(answer) => return Ok(answer),
                Err(Silence { again: Some(wait), .. }) if attempt < self.options.attempts => {
                    thread::sleep(wait.max(pause).min(LONGEST_WAIT));
                }
                Err(Silence { error, .. }) => return Err(error),
            }
            attempt += 1;
            pause = pause.saturating_mul(2);
        }
    }

    fn ask_once(&self, path: &str, limit: u64) -> Result<Answer, Silence> {
        let mut request = self.agent.get(self.address.file(path));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.call().map_err(|error| self.silence(path, error))?;
        let refused =
            |what: String, again| Silence { error: self.unavailable(path, io::Error::other(what)), again };
        match response.status().as_u16() {
            200 => self.body(path, response, limit).map(Answer::Content),
            404 | 410 => Ok(Answer::Content(Content::Missing)),
            status @ 300..=399 => Ok(Answer::Elsewhere(status)),
            401 | 403 => {
                let error = LogError::Unauthenticated { path: self.place(path) };
                Err(Silence { error, again: None })
            }
            status @ (408 | 429 | 500 | 502 | 503 | 504) => {
                let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                let after =
                    after.and_then(|value| value.parse().ok()).map_or(Duration::ZERO, Duration::from_secs);
                Err(refused(format!("answered with status {status}"), Some(after)))
            }
            status => Err(refused(format!("answered with status {status}"), None)),
        }
    }

    fn body(&self, path: &str, response: Response<Body>, limit: u64) -> Result<Content, Silence> {
        if response.body().content_length().is_some_and(|length| length > limit) {
            return Ok(Content::TooLong);
        }
        let mut bytes = Vec::new();
        let reader = response.into_body().into_with_config().limit(limit + 2).reader();
        reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| self.silence(path, error.into()))?;
        Ok(if bytes.len() as u64 > limit { Content::TooLong } else { Content::Bytes(bytes) })
    }

    fn silence(&self, path: &str, error: ureq::Error) -> Silence {
        // Never the library's own words for a request: they may hold its headers.
        let (error, again) = match error {
            ureq::Error::Io(error) => {
                let refused = error.kind() == io::ErrorKind::ConnectionRefused;
                (error, !refused)
            }
            ureq::Error::Timeout(what) => {
                (io::Error::new(io::ErrorKind::TimedOut, format!("no answer in time ({what})")), true)
            }
            ureq::Error::HostNotFound => (io::Error::other("no such host"), false),
            ureq::Error::ConnectionFailed => (io::Error::other("no connection"), true),
            ureq::Error::Rustls(error) => (io::Error::other(format!("TLS: {error}")), false),
            ureq::Error::Tls(what) => (io::Error::other(format!("TLS: {what}")), false),
            ureq::Error::Protocol(error) => (io::Error::other(format!("not HTTP: {error}")), true),
            ureq::Error::LargeResponseHeader(..) => (io::Error::other("expected a shorter header"), false),
            _ => (io::Error::other("no answer that could be read"), false),
        };
        Silence { error: self.unavailable(path, error), again: again.then_some(Duration::ZERO) }
    }

    fn unavailable(&self, path: &str, source: io::Error) -> LogError {
        LogError::Unavailable { path: self.place(path), source }
    }
}

impl LogSource for HttpLog {
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError> {
        match self.ask(path, limit)? {
            Answer::Content(content) => Ok(content),
            Answer::Elsewhere(status) => {
                let what = format!("answered with status {status}, a redirect, which is not followed");
                Err(self.unavailable(path, io::Error::other(what)))
            }
        }
    }

    fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        let malformed = || LogError::MalformedFile {
            path: HISTORY.to_owned(),
            expected: "decimal sizes that increase, each on a line",
        };
        let mut sizes: Vec<TreeSize> = Vec::new();
        loop {
            let path = match sizes.last() {
                Some(last) => format!("{HISTORY}?after={last}"),
                None => HISTORY.to_owned(),
            };
            let page = match self.ask(&path, PAGE_LIMIT)? {
                Answer::Content(Content::Bytes(page)) => page,
                // Plain files behind a web server: their folder has no list.
                Answer::Content(Content::Missing) | Answer::Elsewhere(_) if sizes.is_empty() => {
                    return Ok(sizes);
                }
                Answer::Content(Content::TooLong) => {
                    return Err(LogError::Oversize { path: HISTORY.to_owned(), limit: PAGE_LIMIT });
                }
                _ => return Err(malformed()),
            };
            let text = core::str::from_utf8(&page).map_err(|_| malformed())?;
            if !text.is_empty() && !text.ends_with('\n') {
                return Err(malformed());
            }
            let mut lines = 0;
            for line in text.split_terminator('\n') {
                let size = TreeSize::parse(line).map_err(|_| malformed())?;
                if sizes.last().is_some_and(|last| *last >= size) {
                    return Err(malformed());
                }
                if sizes.len() >= MOST_NOTES {
                    return Err(LogError::Oversize {
                        path: HISTORY.to_owned(),
                        limit: MOST_NOTES as u64 * 20,
                    });
                }
                sizes.push(size);
                lines += 1;
            }
            if lines < PAGE_LINES {
                return Ok(sizes);
            }
        }
    }

    fn place(&self, path: &str) -> PathBuf {
        PathBuf::from(self.address.file(path))
    }
}
