//! Both parties commit: reports in, one signed checkpoint each out.

use detente_core::json::Value;

use super::cast::BOTH;
use super::story::{Stop, Story, members, read, write};
use crate::failure::Failure;
use crate::incidents::INCIDENTS;

impl Story<'_> {
    pub(super) fn both_commit(&mut self) -> Result<(), Stop> {
        let lines: Result<Vec<String>, _> = INCIDENTS
            .iter()
            .map(|(_, text)| Value::parse(text.as_bytes()).map(|value| value.to_canonical()))
            .collect();
        let lines = lines?;
        let (of_a, of_b) = lines.split_at(lines.len() / 2);
        write_lines("reports.jsonl", &lines)?;
        write_lines("a.jsonl", of_a)?;
        write_lines("b.jsonl", of_b)?;
        self.scene(
            "Both commit",
            &format!(
                "The {} shipped reports are about publicly known incidents. For the story a has {} of them and b the \
                 other {}. Each side seals its own and publishes them in one signed checkpoint.",
                lines.len(),
                of_a.len(),
                of_b.len()
            ),
        );
        for (party, _) in BOTH {
            self.command(&format!(
                "commit --party {party} --unlock {party}.key --duplicates amend {party}.jsonl"
            ))?;
        }
        for ((party, _), reports) in BOTH.into_iter().zip([of_a.len(), of_b.len()]) {
            let report = self.command(&format!("entries --party {party} --json"))?;
            let entries = report.json.get("entries").and_then(Value::as_array).unwrap_or_default();
            let sealed = entries.iter().filter_map(Value::as_object).filter(|entry| {
                entry.get("kind").and_then(Value::as_str) == Some("sealed")
                    && entry.get("length").is_some_and(|length| is_number(length, 176))
            });
            let sealed = sealed.count();
            self.require(sealed == reports, || {
                format!("{party}: expected {reports} sealed entries of 176 bytes, got {sealed}")
            })?;
        }
        self.shows(
            "every report became one entry of 176 bytes, whatever it says and however long it is. Neither side can change \
             one now without changing its log.",
            "that a report is true, or that every incident was reported.",
        );
        Ok(())
    }

    /// Commits the first report again under another id.
    pub(super) fn one_more(&mut self, party: &str, unlock: &str, id: &str) -> Result<(), Stop> {
        let reports = read("reports.jsonl")?;
        let first = reports.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let mut report = members(first, "reports.jsonl")?;
        report.insert("incident_id".to_owned(), id.into());
        let file = format!("{id}.json");
        write(&file, &Value::Object(report).to_file())?;
        self.command(&format!("commit --party {party} --unlock {unlock} {file}")).map(drop)
    }
}

fn write_lines(path: &str, lines: &[String]) -> Result<(), Failure> {
    write(path, (lines.join("\n") + "\n").as_bytes())
}

/// Numbers are written as such or as decimal strings.
fn is_number(value: &Value, expected: u64) -> bool {
    value.as_u64() == Some(expected) || value.as_str() == Some(&expected.to_string())
}
