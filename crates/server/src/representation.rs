//! One body in the form that a reader asks for: validators, one range, gzip (RFC 9110; `specs/server.md` "Log: reading").

use std::io::Write as _;

use bytes::Bytes;
use detente_core::Code;
use flate2::{Compression, write::GzEncoder};
use hyper::{
    HeaderMap, StatusCode,
    header::{
        ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, ETAG, HeaderValue,
        IF_NONE_MATCH, IF_RANGE, RANGE, VARY,
    },
};
use sha2::{Digest as _, Sha256};

use crate::answer::Answer;

/// How long a body stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    /// It may be another one the next time.
    No,
    /// It never changes, and everybody may keep it.
    Forever,
    /// It never changes, and only whoever asked may keep it.
    ForeverPrivately,
}

impl Cache {
    const fn value(self) -> &'static str {
        match self {
            Self::No => "no-cache",
            Self::Forever => "public, max-age=31536000, immutable",
            Self::ForeverPrivately => "private, max-age=31536000, immutable",
        }
    }
}

/// Answers a `GET` or `HEAD` with a body; for `HEAD` the server leaves it out.
pub(crate) fn represent(
    asked: &HeaderMap,
    body: Vec<u8>,
    content_type: &'static str,
    cache: Cache,
) -> Answer {
    let digest = Sha256::digest(&body);
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    // A range counts in the bytes as they are, so it goes before compression.
    let range =
        asked.get(RANGE).and_then(|range| range.to_str().ok()).and_then(|range| parse(range, body.len()));
    let range = range.filter(|_| if_range(asked, &format!("\"{tag}\"")));
    let gzip = range.is_none() && takes_gzip(asked);
    let tag = if gzip { format!("\"{tag}-gzip\"") } else { format!("\"{tag}\"") };

    let length = body.len();
    let mut answer = if none_match(asked, &tag) {
        Answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        match range {
            Some(Range::Part(first, last)) => {
                let mut part = Answer::text(
                    StatusCode::PARTIAL_CONTENT,
                    content_type,
                    Bytes::from(body).slice(first..=last),
                );
                part.set_text(CONTENT_RANGE, &format!("bytes {first}-{last}/{length}"));
                part
            }
            Some(Range::Outside) => {
                let mut outside = Answer::refusal_with(StatusCode::RANGE_NOT_SATISFIABLE, Code::IndexRange);
                outside.set_text(CONTENT_RANGE, &format!("bytes */{length}"));
                return outside;
            }
            None if gzip => {
                let mut packed = Answer::text(StatusCode::OK, content_type, pack(&body));
                packed.set(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                packed
            }
            None => Answer::text(StatusCode::OK, content_type, body),
        }
    };
    answer.set_text(ETAG, &tag);
    answer.set(CACHE_CONTROL, HeaderValue::from_static(cache.value()));
    answer.set(VARY, HeaderValue::from_static("accept-encoding"));
    answer.set(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer
}

impl Answer {
    /// A header of printable ASCII that was made here.
    fn set_text(&mut self, name: hyper::header::HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.set(name, value);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// First and last byte, both in the body.
    Part(usize, usize),
    Outside,
}

/// One range of bytes; `None` for everything else, which a server may ignore.
fn parse(range: &str, length: usize) -> Option<Range> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        // More than a machine counts is behind every end.
        digits.then(|| text.parse::<usize>().unwrap_or(usize::MAX))
    };
    let end = length.checked_sub(1);
    if first.is_empty() {
        let wanted = number(last)?;
        return Some(match end {
            Some(end) if wanted > 0 => Range::Part(length.saturating_sub(wanted), end),
            _ => Range::Outside,
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() { usize::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    Some(match end {
        Some(end) if first <= end => Range::Part(first, last.min(end)),
        _ => Range::Outside,
    })
}

fn texts(asked: &HeaderMap, name: hyper::header::HeaderName) -> impl Iterator<Item = &str> {
    let values = asked.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// A part is only of use to a reader whose other parts are of the same body.
fn if_range(asked: &HeaderMap, tag: &str) -> bool {
    asked.get(IF_RANGE).is_none_or(|expected| expected.as_bytes() == tag.as_bytes())
}

fn none_match(asked: &HeaderMap, tag: &str) -> bool {
    texts(asked, IF_NONE_MATCH).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    texts(asked, ACCEPT_ENCODING).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        named && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
    })
}

fn pack(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2 + 32), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_everything_else_is_ignored() {
        for (text, expected) in [
            ("bytes=0-0", Some(Range::Part(0, 0))),
            ("bytes=2-", Some(Range::Part(2, 9))),
            ("bytes=-3", Some(Range::Part(7, 9))),
            ("bytes=-99", Some(Range::Part(0, 9))),
            ("bytes=5-99999999999999999999999", Some(Range::Part(5, 9))),
            ("bytes=10-", Some(Range::Outside)),
            ("bytes=-0", Some(Range::Outside)),
            ("bytes=99999999999999999999999-", Some(Range::Outside)),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("bytes=+1-2", None),
            ("bytes=a-b", None),
            ("bytes=-", None),
            ("bytes 0-1", None),
            ("items=0-1", None),
            ("", None),
        ] {
            assert_eq!(parse(text, 10), expected, "{text}");
        }
        assert_eq!(parse("bytes=0-", 0), Some(Range::Outside));
        assert_eq!(parse("bytes=-5", 0), Some(Range::Outside));
    }

    #[test]
    fn gzip_is_for_whoever_names_it() {
        let takes = |value: &'static str| {
            let mut asked = HeaderMap::new();
            asked.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_gzip(&asked)
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate, gzip; q=1"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("gzip;q=x") && !takes("") && !takes("*;q=0"));
    }
}
