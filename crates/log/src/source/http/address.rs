use core::net::IpAddr;

use ureq::http::Uri;

use crate::LogError;

/// Whether a text is meant as an address and not as a folder.
pub fn is_address(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(scheme, _)| ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

/// Where a log is, without a final slash. It holds no credentials, so it can be shown.
#[derive(Debug, Clone)]
pub(super) struct Address {
    text: String,
    is_https: bool,
    is_loopback: bool,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, LogError> {
        let malformed = |expected| LogError::Address { expected };
        // What is refused is not repeated in the message: it may hold a password.
        let uri: Uri = text.parse().map_err(|_| malformed("an address such as https://a.example/log"))?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(malformed("http or https")),
        };
        if text.contains('@') {
            return Err(malformed("no user and no password in it"));
        }
        if text.contains(['?', '#']) {
            return Err(malformed("no query and no fragment in it"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| malformed("a host in it"))?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback =
            host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        Ok(Self { text: text.trim_end_matches('/').to_owned(), is_https, is_loopback })
    }

    pub(super) const fn is_https(&self) -> bool {
        self.is_https
    }

    pub(super) const fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// Whether nobody on the way reads what is sent.
    pub(super) const fn is_private(&self) -> bool {
        self.is_https || self.is_loopback
    }

    /// The address of a file; the log's own for the empty name.
    pub(super) fn file(&self, path: &str) -> String {
        if path.is_empty() { self.text.clone() } else { format!("{}/{path}", self.text) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_log_and_nothing_else() {
        for text in ["https://a.example/log", "https://a.example/log/", "https://a.example/log//"] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.file("tile/0/000"), "https://a.example/log/tile/0/000");
            assert!(address.is_https() && address.is_private() && !address.is_loopback());
        }
        assert_eq!(
            Address::parse("http://[::1]:80").unwrap().file("checkpoint"),
            "http://[::1]:80/checkpoint"
        );
        for (text, is_loopback) in [
            ("http://127.0.0.1:1/log", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:8080/", true),
            ("http://localhost", true),
            ("http://LOCALHOST:1", true),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("http://10.0.0.1", false),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.is_loopback(), address.is_private()), (is_loopback, is_loopback), "{text}");
        }
        for text in [
            "",
            "a/log",
            "https://",
            "https:///log",
            "ftp://a.example",
            "https://me:secret@a.example/log",
            "https://a.example/log?x=1",
            "https://a.example/log#x",
            "https://a.example/a b",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.code(), detente_core::Code::Misuse, "{text}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(is_address("https://a") && is_address("HTTP://a") && !is_address("httpx://a"));
        assert!(!is_address("a/log") && !is_address("http") && !is_address("./http:/a"));
    }
}
