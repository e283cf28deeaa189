//! What a file says of itself: its member `detente`, found without reading the rest, so that a file that is cut off or
//! changed is still refused as what it set out to be.

/// Whether the first member `detente` of the outermost object is a text that begins with `word`.
///
/// Texts inside other members decide nothing: somebody else may have chosen them.
pub(crate) fn declares(bytes: &[u8], word: &str) -> bool {
    declared(bytes).is_some_and(|rest| rest.starts_with(word.as_bytes()))
}

/// What stands behind the quote that opens the member's value.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(b"{")?;
    let mut depth = 1_usize;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => {
                let end = end_of_string(rest)?;
                let (text, behind) = rest.split_at_checked(end)?;
                rest = behind.get(1..)?;
                if depth == 1
                    && text == b"detente"
                    && let Some(value) = rest.trim_ascii_start().strip_prefix(b":")
                {
                    return value.trim_ascii_start().strip_prefix(b"\"");
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the quote is that no backslash escapes.
fn end_of_string(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    bytes.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_member_decides() {
        for file in [
            r#"{"culprit":"evil\"presentation/v1.example/log","detente":"finding/v1","x":"#,
            r#"{"a":"\"detente\":\"presentation/v1\"","detente":"finding/v1"}"#,
            r#"{"a":{"detente":"presentation/v1"},"detente" : "finding/v2"}"#,
            r#"{"a":"\\","detente":"finding/v1"}"#,
            r#"{"x\"detente":"presentation/v1","detente":"finding/v1"}"#,
        ] {
            assert!(declares(file.as_bytes(), "finding/v"), "{file}");
            assert!(!declares(file.as_bytes(), "presentation/v"), "{file}");
        }
        for file in [
            "",
            "{",
            "[\"detente\":\"finding/v1\"]",
            r#"{"a":{"detente":"finding/v1"}}"#,
            r#"{"x\"detente":"finding/v1"}"#,
            r#"{"a":"\"detente\":\"finding/v1\""}"#,
            r#"{"detente":1,"a":"finding/v1"}"#,
            r#"}}{"detente":"finding/v1"}"#,
        ] {
            assert!(!declares(file.as_bytes(), "finding/v"), "{file}");
        }
    }
}
