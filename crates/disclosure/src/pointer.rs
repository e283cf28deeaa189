//! RFC 6901 pointers: the names that slots have inside a document.

use core::fmt;

/// Most tokens of a pointer (`specs/disclosure.md` "Profile").
const MAX_TOKENS: usize = 62;

/// A pointer to a property, 1 to 62 tokens long.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Parses the text form; `None` for anything that RFC 6901 does not allow, and for the empty pointer, which names
    /// the whole document and no property of it.
    pub fn parse(text: &str) -> Option<Self> {
        let tokens: Vec<String> = text.strip_prefix('/')?.split('/').map(unescape).collect::<Option<_>>()?;
        // No document is deeper, and what walks pointers recurses.
        (tokens.len() <= MAX_TOKENS).then_some(Self(tokens))
    }

    /// The tokens, unescaped.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// Whether this is a property inside the one that `other` points to, at any depth.
    pub fn lies_below(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }

    /// The form that people type: tokens joined by dots.
    pub fn dotted(&self) -> String {
        self.0.join(".")
    }
}

/// The text form of a path.
pub(crate) fn to_text<T: AsRef<str>>(tokens: &[T]) -> String {
    tokens
        .iter()
        .fold(String::new(), |text, token| text + "/" + &token.as_ref().replace('~', "~0").replace('/', "~1"))
}

fn unescape(token: &str) -> Option<String> {
    let mut pieces = token.split('~');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        let (c, rest) = match piece.as_bytes().first() {
            Some(b'0') => ('~', piece.get(1..)?),
            Some(b'1') => ('/', piece.get(1..)?),
            _ => return None,
        };
        text.push(c);
        text.push_str(rest);
    }
    Some(text)
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&to_text(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_rfc_6901_refuses() {
        for text in ["", "a", "/~", "/~2", "/a~", "a/b", "/a/~x"] {
            assert_eq!(Pointer::parse(text), None, "{text:?}");
        }
        assert_eq!(Pointer::parse("/a~1b/~0~01/").unwrap().tokens(), ["a/b", "~~1", ""]);
    }

    proptest! {
        #[test]
        fn text_reads_back(tokens in prop::collection::vec(".*", 1..5)) {
            let pointer = Pointer(tokens);
            prop_assert_eq!(Pointer::parse(&pointer.to_string()), Some(pointer));
        }
    }

    #[test]
    fn below_means_strictly_below_and_by_token() {
        let pointer = |text| Pointer::parse(text).unwrap();
        assert!(pointer("/a/b").lies_below(&pointer("/a")));
        assert!(!pointer("/a").lies_below(&pointer("/a")));
        assert!(!pointer("/ab").lies_below(&pointer("/a")));
    }
}
