//! What happens to every request, whatever it asks for: who it is from, how many at once, how long, one line in the log.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use detente_core::{Code, Digest, Name};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{HeaderMap, Method, body::Body as _, body::Incoming, header::CONTENT_ENCODING};

use crate::{
    Limits,
    answer::{Answer, Gone},
    credentials::Credentials,
    crowd::{Crowd, Place, origin_of},
    metrics::{Gauge, Metrics},
};

/// A log or a witness, behind its door.
pub(crate) trait Service: Send + Sync + 'static {
    /// The endpoint of a path, for log lines and metrics; never what the client wrote.
    fn endpoint(&self, path: &str) -> &'static str;

    /// Whether the path is for everybody, access file or not.
    fn is_open(&self, path: &str) -> bool;

    /// Answers.
    fn answer(&self, request: Request) -> impl Future<Output = Result<Answer, Gone>> + Send;

    /// What to say of a request that took too long.
    fn too_slow(&self) -> Code;

    /// Whether all is well.
    fn is_healthy(&self) -> impl Future<Output = bool> + Send;

    /// Its state, for metrics.
    fn gauges(&self) -> Vec<Gauge>;
}

/// One request. Its body has not arrived yet.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    /// Room for a long answer.
    pub(crate) room: Room,
    body: Incoming,
    arrival: Duration,
    limit: usize,
}

/// Room in memory for answers of one client.
#[derive(Debug)]
pub(crate) struct Room {
    crowd: Arc<Crowd<Who>>,
    who: Who,
    all: usize,
}

/// Room that is taken.
pub(crate) type Share = Place<Who>;

/// No room for an answer now.
#[derive(Debug)]
pub(crate) struct NoRoom;

impl Room {
    /// Shorter answers are as many as there are connections, and no matter.
    const SHORT: usize = 64 << 10;

    /// Room for an answer of so many bytes: at most a quarter of it is for one client.
    pub(crate) fn take(&self, bytes: usize) -> Result<Option<Share>, NoRoom> {
        if bytes <= Self::SHORT {
            return Ok(None);
        }
        self.crowd.take(self.who.clone(), bytes, self.all / 4, self.all).map(Some).ok_or(NoRoom)
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// SHA-256 of the certificate that it showed in TLS 1.3.
    pub(crate) certificate: Option<Digest>,
}

impl Request {
    pub(crate) fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// The body, at most `limit` bytes and the server's own limit.
    ///
    /// # Errors
    /// In the inner result an answer; in the outer one a client that is too slow or has gone.
    pub(crate) async fn read_body(self, limit: usize) -> Result<Result<Bytes, Answer>, Gone> {
        if self.headers.get_all(CONTENT_ENCODING).iter().any(|coding| coding != "identity") {
            let unsupported = hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Ok(Err(Answer::refusal_with(unsupported, Code::Misuse)));
        }
        let limit = limit.min(self.limit);
        // A length that is announced and too large is refused before a byte of it is read.
        if self.body.size_hint().lower() > limit as u64 {
            return Ok(Err(Answer::refusal(Code::Oversize)));
        }
        let read = tokio::time::timeout(self.arrival, Limited::new(self.body, limit).collect());
        match read.await.map_err(|_| Gone)? {
            Ok(body) => Ok(Ok(body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Ok(Err(Answer::refusal(Code::Oversize))),
            Err(_) => Err(Gone),
        }
    }
}

/// The door of one service.
#[derive(Debug)]
pub(crate) struct Door<S> {
    pub(crate) service: S,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limits,
    credentials: Option<Credentials>,
    crowd: Arc<Crowd<Who>>,
    /// Bytes of long answers.
    answers: Arc<Crowd<Who>>,
}

/// Whose limits count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Counterpart(Name),
    Address(IpAddr),
}

impl<S: Service> Door<S> {
    pub(crate) fn new(service: S, credentials: Option<Credentials>, limits: Limits) -> Self {
        Self {
            service,
            metrics: Metrics::default(),
            limits,
            credentials,
            crowd: Arc::default(),
            answers: Arc::default(),
        }
    }

    /// Answers a request, or ends its connection.
    pub(crate) async fn pass(
        &self,
        peer: Peer,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<http_body_util::Full<Bytes>>, Gone> {
        let start = Instant::now();
        let (head, body) = request.into_parts();
        let (answers, all) = (Arc::clone(&self.answers), self.limits.answers);
        let request = Request {
            room: Room { crowd: answers, who: Who::Address(origin_of(peer.address)), all },
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            method: head.method,
            headers: head.headers,
            body,
            arrival: self.limits.arrival,
            limit: self.limits.body,
        };
        let what = self.service.endpoint(&request.path);
        let (counterpart, answer) = self.admit(peer, request).await;
        let time = start.elapsed();
        let status = answer.as_ref().map_or(0, |answer| answer.status.as_u16());
        let code = match &answer {
            Ok(answer) => answer.code.map_or("OK", Code::as_str),
            Err(Gone) => "GONE",
        };
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let counterpart = counterpart.as_ref().map(Name::as_str);
        tracing::info!(what, status = u64::from(status), code, milliseconds, counterpart);
        self.metrics.answered(what, status, time);
        answer.map(Answer::into_response)
    }

    async fn admit(&self, peer: Peer, mut request: Request) -> (Option<Name>, Result<Answer, Gone>) {
        let (who, counterpart) = match &self.credentials {
            Some(credentials) if !self.service.is_open(&request.path) => {
                match credentials.find(&request.headers, peer.certificate.as_ref()) {
                    Some(name) => (Who::Counterpart(name.clone()), Some(name)),
                    None => return (None, Ok(Answer::refusal(Code::Unauthenticated))),
                }
            }
            _ => (Who::Address(origin_of(peer.address)), None),
        };
        request.room.who = who.clone();
        let Some(_place) = self.crowd.enter(who, self.limits.at_work) else {
            return (counterpart, Ok(Answer::busy(Duration::from_secs(1))));
        };
        let answer = match tokio::time::timeout(self.limits.answer, self.service.answer(request)).await {
            Ok(answer) => answer,
            Err(_) => Ok(Answer::refusal(self.service.too_slow())),
        };
        (counterpart, answer)
    }
}
