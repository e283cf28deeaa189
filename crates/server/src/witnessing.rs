//! A witness over HTTP (`specs/server.md` "Witness").

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use detente_core::{Code, Digest, Origin, UnixSeconds, decimal};
use detente_witness::{
    AddCheckpoint, Answered, Evidence, MAX_REQUEST_BYTES, Witness, WitnessError, WitnessStore, answer,
};
use hyper::{
    Method, StatusCode,
    header::{HeaderName, HeaderValue},
};

use crate::{
    access::digest,
    answer::{Answer, Gone, TEXT},
    door::{Request, Service},
    metrics::Gauge,
    representation::{Cache, represent},
};

/// Names the refusal that is kept.
const REFUSAL: HeaderName = HeaderName::from_static("detente-refusal");

/// A witness behind its door.
#[derive(Debug)]
pub(crate) struct WitnessService<S> {
    witness: Arc<Witness<S>>,
    /// The logs that it follows, by the digest of their origin.
    origins: BTreeMap<Digest, Origin>,
}

/// What can be read of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Checkpoint,
    Refusals,
    Refusal(Digest),
    EvidenceList,
    Evidence(usize),
}

impl<S: WitnessStore + 'static> WitnessService<S> {
    pub(crate) fn new(witness: Witness<S>) -> Self {
        let origins = witness
            .logs()
            .keys()
            .filter_map(|key| Origin::parse(key.name().as_str()).ok())
            .map(|origin| (digest(origin.as_str().as_bytes()), origin))
            .collect();
        Self { witness: Arc::new(witness), origins }
    }

    async fn add(&self, request: Request) -> Result<Answer, Gone> {
        let body = match request.read_body(MAX_REQUEST_BYTES).await? {
            Ok(body) => body,
            // Its status is the one of the witness's own table.
            Err(refusal) if refusal.code == Some(Code::Oversize) => {
                return Ok(Answer::empty(StatusCode::BAD_REQUEST).with_code(Code::Oversize));
            }
            Err(refusal) => return Ok(refusal),
        };
        let witness = Arc::clone(&self.witness);
        Ok(blocking(move || cosign(&witness, &body)).await)
    }

    async fn page(&self, request: Request, origin: Origin, page: Page) -> Answer {
        let witness = Arc::clone(&self.witness);
        let found = blocking(move || {
            read(&witness, &origin, page).map_err(|error| {
                tracing::error!(what = "store", code = error.code().as_str(), "{error}");
                Answer::refusal(Code::Unavailable)
            })
        });
        match found.await {
            Ok(Some(body)) => represent(&request.headers, body, TEXT, Cache::No),
            // C2SP leaves the body of this one empty.
            Ok(None) if page == Page::Checkpoint => {
                Answer::empty(StatusCode::NOT_FOUND).with_code(Code::NotPublished)
            }
            Ok(None) => Answer::not_published(),
            Err(refusal) => refusal,
        }
    }
}

impl<S: WitnessStore + 'static> Service for WitnessService<S> {
    fn endpoint(&self, path: &str) -> &'static str {
        match path {
            "/add-checkpoint" => "add-checkpoint",
            _ => match locate(path) {
                Some((_, Page::Checkpoint)) => "checkpoint",
                Some((_, Page::Refusals | Page::Refusal(_))) => "refusals",
                Some((_, Page::EvidenceList | Page::Evidence(_))) => "evidence",
                None => "other",
            },
        }
    }

    fn is_open(&self, _: &str) -> bool {
        true
    }

    async fn answer(&self, request: Request) -> Result<Answer, Gone> {
        let adding = request.path == "/add-checkpoint";
        let located = locate(&request.path);
        if !adding && located.is_none() {
            return Ok(Answer::not_published());
        }
        if adding && request.method != Method::POST {
            return Ok(Answer::other_method("POST"));
        }
        if !adding && !request.is_read() {
            return Ok(Answer::other_method("GET, HEAD"));
        }
        if request.query.is_some() {
            return Ok(Answer::refusal(Code::Misuse));
        }
        let Some((origin, page)) = located else { return self.add(request).await };
        match self.origins.get(&origin) {
            Some(origin) => Ok(self.page(request, origin.clone(), page).await),
            None if page == Page::Checkpoint => {
                Ok(Answer::empty(StatusCode::NOT_FOUND).with_code(Code::NotPublished))
            }
            None => Ok(Answer::not_published()),
        }
    }

    fn too_slow(&self) -> Code {
        Code::Unavailable
    }

    async fn is_healthy(&self) -> bool {
        let witness = Arc::clone(&self.witness);
        let Some(origin) = self.origins.values().next().cloned() else { return true };
        blocking(move || witness.checkpoint(&origin).is_ok()).await
    }

    fn gauges(&self) -> Vec<Gauge> {
        let value = self.origins.len() as u64;
        vec![Gauge { name: "detente_witness_logs", help: "Logs that the witness follows.", value }]
    }
}

/// Runs what waits for a disk where waiting holds up nobody else.
pub(crate) async fn blocking<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(act).await {
        Ok(done) => done,
        // A panic goes on where it would have gone; the connection ends.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that ends cancels, and then nobody waits for this.
            Err(_) => std::future::pending().await,
        },
    }
}

fn locate(path: &str) -> Option<(Digest, Page)> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let origin = Digest::from_hex(parts.next()?).ok()?;
    let page = match (parts.next()?, parts.next(), parts.next()) {
        ("checkpoint", None, None) => Page::Checkpoint,
        ("refusals", None, None) => Page::Refusals,
        ("refusals", Some(digest), None) => Page::Refusal(Digest::from_hex(digest).ok()?),
        ("evidence", None, None) => Page::EvidenceList,
        ("evidence", Some(number), None) => {
            Page::Evidence(usize::try_from(decimal::parse(number).ok()?).ok()?)
        }
        _ => return None,
    };
    Some((origin, page))
}

fn cosign<S: WitnessStore>(witness: &Witness<S>, body: &Bytes) -> Answer {
    let request = match AddCheckpoint::parse(body) {
        Ok(request) => request,
        Err(error) => return refusal(&error),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = UnixSeconds::new(now).unwrap_or(UnixSeconds::ZERO);
    let Answered { outcome, refusal: kept } = witness.answer(&request, now);
    let code = outcome.as_ref().err().map(WitnessError::code);
    let mut answered = match answer::Answer::of(outcome) {
        Ok(found) => {
            let content_type = match found {
                answer::Answer::Cosigned(_) => TEXT,
                answer::Answer::Conflict(_) => answer::SIZE_CONTENT_TYPE,
            };
            let status = StatusCode::from_u16(found.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Answer::text(status, content_type, found.to_bytes())
        }
        Err(error) => refusal(&error),
    };
    answered.code = code;
    if let Some(kept) = kept {
        let origin = digest(request.origin().as_str().as_bytes());
        if let Ok(value) = HeaderValue::from_str(&format!("/{origin}/refusals/{kept}")) {
            answered.set(REFUSAL, value);
        }
    }
    answered
}

/// A refusal other than 409: empty when C2SP defines its status, ours otherwise.
fn refusal(error: &WitnessError) -> Answer {
    let code = error.code();
    match StatusCode::from_u16(error.status()) {
        Ok(status) if status.is_client_error() => Answer::empty(status).with_code(code),
        _ => {
            tracing::error!(what = "witness", code = code.as_str(), "{error}");
            let status = StatusCode::from_u16(error.status());
            Answer::refusal_with(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code)
        }
    }
}

fn read<S: WitnessStore>(
    witness: &Witness<S>,
    origin: &Origin,
    page: Page,
) -> Result<Option<Vec<u8>>, WitnessError> {
    let note = |note: detente_checkpoint::UnverifiedNote| note.as_bytes().to_vec();
    Ok(match page {
        Page::Checkpoint => witness.checkpoint(origin)?.map(note),
        Page::Refusals => {
            let refusals = witness.refusals(origin)?;
            Some(
                refusals
                    .iter()
                    .map(|refusal| format!("{}\n", refusal.request))
                    .collect::<String>()
                    .into_bytes(),
            )
        }
        Page::Refusal(request) => witness.refusal(origin, request)?.map(note),
        Page::EvidenceList => {
            let evidence = witness.evidence(origin)?;
            Some(evidence.iter().map(evidence_line).collect::<String>().into_bytes())
        }
        Page::Evidence(number) => witness.evidence(origin)?.into_iter().nth(number).map(evidence_file),
    })
}

fn evidence_line(evidence: &Evidence) -> String {
    let Evidence { kind, size, root, time, .. } = evidence;
    format!("{kind} {size} {root} {time}\n")
}

fn evidence_file(evidence: Evidence) -> Vec<u8> {
    let mut file = evidence.request;
    if let Some(newest) = evidence.newest {
        file.extend_from_slice(b"newest\n");
        file.extend_from_slice(&newest);
    }
    file
}
