//! A log over HTTP (`specs/server.md` "Log: reading", "writing", "status").

mod listing;
mod read;
mod standing;
mod submit;

use std::{sync::Arc, time::Duration};

use detente_checkpoint::{Ed25519Signer, Policy};
use detente_core::{Code, LogId, Origin, TreeSize};
use detente_log::{Guards, LogDirectory, LogSigner, LogWriter, Options, Sequencer, Status, Store};
use hyper::Method;
use tokio::runtime::Handle;

use crate::{
    ServerError, WitnessClient,
    answer::{Answer, Gone, TEXT},
    door::{Request, Service},
    metrics::Gauge,
    representation::{Cache, represent},
    witnessing::blocking,
};
use listing::Listing;
use read::{Found, Page, Sizes};
use standing::Standing;

/// What a server needs to write a log, beside its folder.
#[derive(Debug)]
pub struct Writing {
    /// The log's origin.
    pub origin: Origin,
    /// Its checkpoint key.
    pub key: Arc<dyn Ed25519Signer>,
    /// Its log id, when it is known: an empty log then takes this genesis, and a log that has another one is refused.
    pub log: Option<LogId>,
    /// Files outside of it that remember how far it has got.
    pub guards: Guards,
    /// How entries are gathered.
    pub options: Options,
    /// Whose cosignatures are needed before anything is published; its witnesses have addresses.
    pub policy: Option<Policy>,
}

/// A log behind its door. A copy of the value is the same log.
#[derive(Debug, Clone)]
pub struct LogService(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: LogDirectory,
    /// Whether only those who are listed read it.
    private: bool,
    written: Option<Written>,
    /// The sizes in `history` of a log that somebody else writes.
    listing: Listing,
}

#[derive(Debug)]
struct Written {
    sequencer: Sequencer,
    standing: Standing,
}

impl LogService {
    /// Opens the log, and starts its sequencer when it is to be written.
    pub(crate) fn start(
        directory: LogDirectory,
        writing: Option<Writing>,
        private: bool,
        handle: &Handle,
    ) -> Result<Self, ServerError> {
        if writing.is_none() {
            // Whatever else is in the folder, without this it is no published log.
            directory.checkpoint()?;
        }
        let written = writing.map(|writing| Written::start(&directory, writing, handle)).transpose()?;
        let service = Self(Arc::new(Inner { directory, private, written, listing: Listing::default() }));
        let watched = Arc::downgrade(&service.0);
        handle.spawn(async move {
            // So that `time` in the status is when a word changed, and not when somebody asked.
            while let Some(inner) = watched.upgrade() {
                if let Some(written) = &inner.written {
                    written.standing.look(&written.sequencer.status());
                }
                drop(inner);
                tokio::time::sleep(standing::PAUSE).await;
            }
        });
        Ok(service)
    }

    /// Drains the queue and gives the lock back.
    pub(crate) fn stop(&self) -> Result<(), ServerError> {
        let Some(written) = &self.0.written else { return Ok(()) };
        match written.sequencer.stop() {
            Err(Status::Ended { reason: Some(reason), .. }) => Err(ServerError::Ended { reason }),
            _ => Ok(()),
        }
    }

    async fn page(&self, request: Request, page: Page) -> Answer {
        let inner = Arc::clone(&self.0);
        // All of it where it holds up nobody else: hashing and packing a long bundle takes as long as reading it.
        blocking(move || inner.page(&request, page)).await
    }

    async fn status(&self, request: Request) -> Answer {
        let inner = Arc::clone(&self.0);
        let note = blocking(move || {
            let written = inner.written.as_ref()?;
            let size = read::published(&inner.directory).ok().flatten().map(|(size, _)| size);
            Some(written.standing.note(&written.sequencer.status(), size.unwrap_or(TreeSize::ZERO)))
        });
        match note.await {
            Some(Some(note)) => represent(&request.headers, note, TEXT, Cache::No),
            // The key does not sign: silence is what a reader can tell from a word.
            Some(None) => Answer::refusal(Code::Unavailable),
            // Without the key nobody can say it in the log's name.
            None => Answer::not_published(),
        }
    }
}

impl Inner {
    fn page(&self, request: &Request, page: Page) -> Answer {
        let sizes = match &self.written {
            Some(written) => Sizes::Told(&written.sequencer),
            None => Sizes::Listed(&self.listing),
        };
        let cache = match (page.is_fixed(), self.private) {
            (false, _) => Cache::No,
            (true, false) => Cache::Forever,
            (true, true) => Cache::ForeverPrivately,
        };
        match read::read(&self.directory, page, &sizes, &request.room) {
            Ok(Found::Body(body, share)) => {
                represent(&request.headers, body, page.content_type(), cache).holding(share)
            }
            Ok(Found::Nothing) => Answer::not_published(),
            Ok(Found::NoRoom) => Answer::busy(Duration::from_secs(1)),
            Err(error) => {
                tracing::error!(what = "files", code = error.code().as_str(), "{error}");
                Answer::refusal(Code::Unavailable)
            }
        }
    }
}

impl Written {
    fn start(directory: &LogDirectory, writing: Writing, handle: &Handle) -> Result<Self, ServerError> {
        let Writing { origin, key, log, guards, options, policy } = writing;
        let standing = Standing::new(origin.clone(), Arc::clone(&key));
        let client = match &policy {
            Some(policy) => Some(WitnessClient::new(&origin, policy, handle.clone())?),
            None => None,
        };
        let mut writer = LogWriter::open_with(Store::new(directory.path()), guards)?;
        if let (Some(client), Some(policy)) = (client, policy) {
            writer.require_cosignatures(client, policy)?;
        }
        let signer = LogSigner::new(origin, key);
        let signer = match log {
            Some(log) => signer.only_for(log),
            None => signer,
        };
        // An older copy is not served at all; when too few witnesses answer, the sequencer asks again.
        writer.begin(&signer)?;
        let sequencer = Sequencer::start(writer, signer, options)?;
        Ok(Self { sequencer, standing })
    }
}

impl Service for LogService {
    fn endpoint(&self, path: &str) -> &'static str {
        match path {
            "/add" => "add",
            "/status" => "status",
            _ => Page::locate(path).map_or("other", |page| page.endpoint()),
        }
    }

    fn is_open(&self, path: &str) -> bool {
        // Where nobody can sign it there is none, and then it is a path like any other.
        path == "/status" && self.0.written.is_some()
    }

    async fn answer(&self, mut request: Request) -> Result<Answer, Gone> {
        let query = request.query.take();
        if let Some(written) = self.0.written.as_ref().filter(|_| request.path == "/add") {
            if request.method != Method::POST {
                return Ok(Answer::other_method("POST"));
            }
            return match query.as_deref() {
                None => submit::submit(&written.sequencer, request, true).await,
                Some("wait=0") => submit::submit(&written.sequencer, request, false).await,
                Some(_) => Ok(Answer::refusal(Code::Misuse)),
            };
        }
        let page = Page::locate(&request.path);
        let status = request.path == "/status" && self.0.written.is_some();
        if page.is_none() && !status {
            return Ok(Answer::not_published());
        }
        if !request.is_read() {
            return Ok(Answer::other_method("GET, HEAD"));
        }
        let page = match (page, query.as_deref()) {
            (page, None) => page,
            (Some(page), Some(query)) => match page.with_query(query) {
                Ok(page) => Some(page),
                Err(code) => return Ok(Answer::refusal(code)),
            },
            (None, Some(_)) => return Ok(Answer::refusal(Code::Misuse)),
        };
        match page {
            Some(page) => Ok(self.page(request, page).await),
            None => Ok(self.status(request).await),
        }
    }

    fn too_slow(&self) -> Code {
        match self.0.written.as_ref().map(|written| written.sequencer.status()) {
            Some(Status::Degraded(degraded)) if degraded.signing.is_none() => Code::UnderWitnessed,
            _ => Code::Unavailable,
        }
    }

    async fn is_healthy(&self) -> bool {
        let inner = Arc::clone(&self.0);
        blocking(move || match &inner.written {
            Some(written) => written.sequencer.status() == Status::Running,
            None => read::published(&inner.directory).is_ok_and(|found| found.is_some()),
        })
        .await
    }

    fn gauges(&self) -> Vec<Gauge> {
        let Some(written) = &self.0.written else { return Vec::new() };
        let gauge = |name, help, value| Gauge { name, help, value };
        let degraded = u64::from(written.sequencer.status() != Status::Running);
        let waiting = written.sequencer.waiting() as u64;
        vec![
            gauge("detente_log_size", "Entries that are published.", written.sequencer.published().0.get()),
            gauge("detente_log_waiting", "Entries that wait in the queue.", waiting),
            gauge("detente_log_degraded", "1 while nothing is published.", degraded),
        ]
    }
}
