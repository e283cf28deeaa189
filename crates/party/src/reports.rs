//! Reading incident reports: one object, an array of objects, or JSON Lines, from files or standard input.

use std::io::{BufRead, BufReader, Read};

use detente_core::json::Value;
use detente_disclosure::Document;

use crate::PartyError;

/// The most bytes of a file that is not JSON Lines.
const FILE_LIMIT: u64 = 268_435_456;

/// Where a report was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user named it; `-` for standard input.
    pub file: String,
    /// One-based line on which the report starts.
    pub line: usize,
}

impl core::fmt::Display for Place {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// Calls `each` with every report of a source, in order, one in memory at a time when it is JSON Lines.
///
/// # Errors
/// [`PartyError::Report`] names file and line; [`PartyError::Unavailable`]; whatever `each` returns.
pub fn read_reports(
    file: &str,
    source: impl Read,
    each: &mut dyn FnMut(Place, Value) -> Result<(), PartyError>,
) -> Result<(), PartyError> {
    let mut lines = Lines { file, source: BufReader::new(source), line: 0 };
    let Some((first, whole)) = lines.next_text()? else {
        return Ok(());
    };
    let start = lines.line;
    // A first line that is too long for a report can still begin an array.
    match if whole { Value::parse(&first) } else { Ok(Value::Null) } {
        // A whole object on the first line: JSON Lines, of which a one-line file is the shortest.
        Ok(value @ Value::Object(_)) => {
            each(lines.place(start), value)?;
            while let Some((text, whole)) = lines.next_text()? {
                let place = lines.place(lines.line);
                if !whole {
                    return Err(PartyError::ReportTooLong { place, limit: Document::MAX_BYTES });
                }
                let value = Value::parse(&text).map_err(|error| PartyError::json(&place, error, 0))?;
                each(place, value)?;
            }
            Ok(())
        }
        // A fault that is not syntax is the record's own; more lines would not mend it.
        Err(detente_core::CoreError::Json { fault, line, column })
            if fault > detente_core::json::Fault::Malformed("") && first.ends_with(b"}\n") =>
        {
            let error = detente_core::CoreError::Json { fault, line, column };
            Err(PartyError::json(&lines.place(start), error, 0))
        }
        _ => {
            let mut bytes = first;
            let rest = lines.source.take(FILE_LIMIT).read_to_end(&mut bytes);
            rest.map_err(PartyError::unavailable(std::path::Path::new(file)))?;
            if bytes.len() as u64 >= FILE_LIMIT {
                return Err(PartyError::ReportsTooLong { file: file.to_owned(), limit: FILE_LIMIT });
            }
            let place = Place { file: file.to_owned(), line: start };
            Value::parse_records(&bytes, |line, value| {
                each(Place { file: file.to_owned(), line: start - 1 + line }, value)
            })
            .map_err(|error| error.at(&place, start - 1))?;
            Ok(())
        }
    }
}

struct Lines<'a, R> {
    file: &'a str,
    source: BufReader<R>,
    line: usize,
}

impl<R: Read> Lines<'_, R> {
    fn place(&self, line: usize) -> Place {
        Place { file: self.file.to_owned(), line }
    }

    /// The next line that is not blank, its line feed included, and whether it is whole: never more is read than a
    /// document may have.
    fn next_text(&mut self) -> Result<Option<(Vec<u8>, bool)>, PartyError> {
        loop {
            let mut text = Vec::new();
            let limit = Document::MAX_BYTES as u64 + 2;
            let read = (&mut self.source).take(limit).read_until(b'\n', &mut text);
            if read.map_err(PartyError::unavailable(std::path::Path::new(self.file)))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !text.iter().all(u8::is_ascii_whitespace) {
                let whole = (text.len() as u64) < limit;
                return Ok(Some((text, whole)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Result<Vec<usize>, PartyError> {
        let mut found = Vec::new();
        read_reports("r", text.as_bytes(), &mut |place, value| {
            assert!(value.as_object().is_some());
            found.push(place.line);
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn three_forms_are_read_with_their_lines() {
        assert_eq!(places("{\"a\":1}\n\n{\"a\":2}\r\n{}").unwrap(), [1, 3, 4]);
        assert_eq!(places("\n{\n\"a\":1}\n").unwrap(), [2]);
        assert_eq!(places("[\n{},\n{}]\n").unwrap(), [2, 3]);
        assert_eq!(places("[{},{}]").unwrap(), [1, 1]);
        assert_eq!(places("{}").unwrap(), [1]);
        assert_eq!(places("\n \n").unwrap(), [] as [usize; 0]);
        let long = format!("[{}\n{{}}]", "{\"a\":\"x\"},".repeat(500_000));
        assert_eq!(places(&long).unwrap().len(), 500_001, "an array whose first line is over 4 MiB");
    }

    #[test]
    fn faults_name_the_line() {
        let message = |text: &str| places(text).unwrap_err().to_string();
        assert!(
            message("{}\n{\"a\":1,\"a\":2}\n").starts_with("r:2"),
            "{}",
            message("{}\n{\"a\":1,\"a\":2}\n")
        );
        assert!(message("{}\n{,}\n").starts_with("r:2"));
        assert!(message("{\"a\":1,\"a\":2}\n{}\n").starts_with("r:1"));
        assert!(message("\n[{},\n{\"a\":1e999}]").starts_with("r:3"));
    }
}
