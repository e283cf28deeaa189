//! A result that is longer than what should be held in memory: printed item by item.

use std::io::{BufWriter, ErrorKind, StdoutLock, Write as _};

use detente_core::{Code, json::Value};

use super::{Printer, Report};
use crate::failure::Failure;
use crate::show;

/// One list on standard output: an object with one long member, or lines.
pub(crate) struct List {
    out: BufWriter<StdoutLock<'static>>,
    json: bool,
    empty: bool,
    fault: Option<ErrorKind>,
}

impl List {
    /// Begins the object. In canonical form `detente` comes before `member`, so `member` has to follow it in the alphabet.
    pub(crate) fn begin(printer: Printer, schema: &str, member: &str) -> Self {
        let out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        let mut list = Self { out, json: printer.is_json(), empty: true, fault: None };
        if list.json {
            list.write(&format!("{{\"detente\":\"{schema}\",\"{member}\":["));
        }
        list
    }

    /// Adds an item to the object; whether more is wanted.
    pub(crate) fn item(&mut self, item: &Value) -> bool {
        if !core::mem::take(&mut self.empty) {
            self.write(",");
        }
        self.write(&item.to_canonical())
    }

    /// Adds a line for people; whether more is wanted.
    pub(crate) fn line(&mut self, line: &str) -> bool {
        self.write(&show::harmless_lines(&format!("{line}\n")))
    }

    /// Ends the object; the report says nothing more.
    pub(crate) fn end(mut self) -> Result<Report, Failure> {
        if self.json {
            self.write("],\"warnings\":[]}\n");
        }
        if let Err(error) = self.out.flush() {
            self.fault.get_or_insert(error.kind());
        }
        match self.fault {
            // A reader that has gone, as behind `| head`, is no failure.
            None | Some(ErrorKind::BrokenPipe) => Ok(Report::printed()),
            Some(_) => {
                Err(Failure::new(Code::Unavailable, "standard output", "the result could not be written"))
            }
        }
    }

    fn write(&mut self, text: &str) -> bool {
        if self.fault.is_none() {
            self.fault = self.out.write_all(text.as_bytes()).err().map(|error| error.kind());
        }
        self.fault.is_none()
    }
}
