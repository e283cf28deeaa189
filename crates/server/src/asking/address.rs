//! Where a witness is, as a policy says it.

/// `http://HOST[:PORT][/PATH]` or `https://…`, without a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    secure: bool,
    host: String,
    port: u16,
    /// Without a slash at the end.
    path: String,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (secure, rest) = match url.split_once("://")? {
            ("http", rest) => (false, rest),
            ("https", rest) => (true, rest),
            _ => return None,
        };
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, format!("/{path}")),
            None => (rest, String::new()),
        };
        let (host, port) = match authority.rsplit_once(':') {
            // The last colon of a bare IPv6 address is no port's.
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let host_of = |byte: u8| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte);
        let path_of = |byte: u8| byte.is_ascii_graphic() && !b"?#\"<>\\^`{|}".contains(&byte);
        if host.is_empty() || !host.bytes().all(host_of) || !path.bytes().all(path_of) {
            return None;
        }
        let port = match port {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => {
                if secure {
                    443
                } else {
                    80
                }
            }
        };
        let path = path.trim_end_matches('/').to_owned();
        Some(Self { secure, host: host.to_owned(), port, path })
    }

    pub(crate) const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The name, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// For the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let default = if self.secure { 443 } else { 80 };
        if self.port == default { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// A path below it.
    pub(crate) fn below(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        for (url, authority, path) in [
            ("http://w.example", "w.example", "/x"),
            ("http://w.example/", "w.example", "/x"),
            ("https://w.example:8443/a/b/", "w.example:8443", "/a/b/x"),
            ("https://w.example:443", "w.example", "/x"),
            ("http://[::1]:80/a", "[::1]", "/a/x"),
            ("http://[::1]", "[::1]", "/x"),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((address.authority(), address.below("x")), (authority.into(), path.into()), "{url}");
        }
        assert_eq!(Address::parse("http://[::1]:7").unwrap().host(), "::1");
        for url in [
            "",
            "w.example",
            "ftp://w.example",
            "http://",
            "http:///a",
            "http://w.example:x",
            "http://w:99999",
            "http://w:",
            "http://a b",
            "http://w/a?b",
            "http://w/a#b",
            "http://u@w",
            "http://w/a b",
        ] {
            assert_eq!(Address::parse(url), None, "{url}");
        }
    }
}
