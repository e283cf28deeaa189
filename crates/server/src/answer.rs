//! What goes back to a client, and the status of each code (`specs/server.md` "Answers").

use std::time::Duration;

use bytes::Bytes;
use detente_core::{Class, Code, json::Value};
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};

use crate::door::Share;

/// Content type of notes and lists.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
/// Content type of tiles and bundles.
pub(crate) const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

/// An answer in the making; `code` is for log lines.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) code: Option<Code>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

struct Held {
    bytes: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Nothing can be answered: the client was too slow, or has gone. The connection ends.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends")]
pub(crate) struct Gone;

impl Answer {
    /// A status without a body.
    pub(crate) const fn empty(status: StatusCode) -> Self {
        Self { status, code: None, headers: Vec::new(), body: Bytes::new() }
    }

    /// A body that no cache keeps.
    pub(crate) fn text(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self { body: body.into(), ..Self::empty(status) };
        answer.set(CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer
    }

    /// A refusal. Its message is the code's meaning: it names nothing of this machine, and nobody.
    pub(crate) fn refusal(code: Code) -> Self {
        Self::refusal_with(status_of(code), code)
    }

    /// A refusal with a status that HTTP knows better than the code.
    pub(crate) fn refusal_with(status: StatusCode, code: Code) -> Self {
        let body =
            Value::from([("code", code.as_str().into()), ("message", code.meaning().into())]).to_file();
        let mut answer = Self::text(status, JSON, body);
        answer.code = Some(code);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.set(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }

    /// A full queue.
    pub(crate) fn busy(retry_after: Duration) -> Self {
        let mut answer = Self::refusal(Code::Busy);
        // Whole seconds only: rounded up, since 0 would mean at once.
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        answer.set(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        answer
    }

    /// A method that the path does not have.
    pub(crate) fn other_method(allowed: &'static str) -> Self {
        let mut answer = Self::refusal_with(StatusCode::METHOD_NOT_ALLOWED, Code::Misuse);
        answer.set(ALLOW, HeaderValue::from_static(allowed));
        answer
    }

    pub(crate) fn not_published() -> Self {
        Self::refusal(Code::NotPublished)
    }

    pub(crate) const fn with_code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// The room of its body is given back when the last byte of it has left.
    pub(crate) fn holding(mut self, share: Option<Share>) -> Self {
        if let Some(share) = share {
            self.body = Bytes::from_owner(Held { bytes: self.body, _share: share });
        }
        self
    }

    pub(crate) fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
    }

    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// The status of a refusal with a code.
pub(crate) const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Oversize => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::NotPublished => StatusCode::NOT_FOUND,
        Code::DuplicateStatement | Code::DuplicateSealed => StatusCode::CONFLICT,
        Code::EntryAfterClose => StatusCode::GONE,
        Code::UnderWitnessed => StatusCode::SERVICE_UNAVAILABLE,
        other => match other.class() {
            Class::Malformed | Class::Misuse => StatusCode::BAD_REQUEST,
            Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Class::Invalid | Class::Undecided => StatusCode::FORBIDDEN,
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_status_of_the_table() {
        for code in Code::ALL {
            let status = status_of(*code).as_u16();
            assert!([400, 401, 403, 404, 409, 410, 413, 503].contains(&status), "{code}: {status}");
            let body = Answer::refusal(*code).body;
            assert!(body.ends_with(b"\n") && body.iter().filter(|byte| **byte == b'\n').count() == 1);
        }
        for (code, status) in [
            (Code::MalformedStatement, 400),
            (Code::Misuse, 400),
            (Code::Oversize, 413),
            (Code::KeyRevoked, 403),
            (Code::DuplicateSealed, 409),
            (Code::EntryAfterClose, 410),
            (Code::Busy, 503),
            (Code::UnderWitnessed, 503),
            (Code::LogRolledBack, 503),
        ] {
            assert_eq!(status_of(code).as_u16(), status, "{code}");
        }
    }

    #[test]
    fn a_wait_is_whole_seconds_and_never_none() {
        let seconds = |wait| {
            let answer = Answer::busy(wait);
            let (_, value) = answer.headers.iter().find(|(name, _)| *name == RETRY_AFTER).unwrap();
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(seconds(Duration::ZERO), "1");
        assert_eq!(seconds(Duration::from_millis(1200)), "2");
        assert_eq!(seconds(Duration::from_secs(30)), "30");
    }
}
