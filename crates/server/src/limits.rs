//! What one server bears (`specs/server.md` "Around both").

use std::time::Duration;

/// Bounds of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more are closed as they come. Fewer when the system has not descriptors for as many.
    pub connections: usize,
    /// Of these, from one address.
    pub connections_each: usize,
    /// Requests at work for one counterpart, or for one address of a public log.
    pub at_work: usize,
    /// Bytes of all long answers that are made or on their way; a quarter of them for one counterpart or address. At least
    /// 64 MiB, so that the longest file can be sent.
    pub answers: usize,
    /// Bytes of a request's header, at least 8,192.
    pub header: usize,
    /// Bytes of a request's body, where its path sets no smaller limit.
    pub body: usize,
    /// How long a header may take to arrive, and then a body, and a TLS handshake before both.
    pub arrival: Duration,
    /// How long an answer may take, and then how long it may take to be read.
    pub answer: Duration,
    /// How long requests at work may go on after a stop.
    pub farewell: Duration,
}

impl Default for Limits {
    /// Those of the spec.
    fn default() -> Self {
        Self {
            connections: 1024,
            connections_each: 256,
            at_work: 64,
            answers: 256 << 20,
            header: 16 * 1024,
            body: 1_100_000,
            arrival: Duration::from_secs(10),
            answer: Duration::from_secs(60),
            farewell: Duration::from_secs(30),
        }
    }
}
