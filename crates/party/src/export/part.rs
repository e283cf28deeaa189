//! What a part of an export says: a row of a vault, or first what the vault is of. There is one way to write it.

use detente_core::json::Value;
use detente_core::{LogId, TreeSize, base64, decimal};
use zeroize::Zeroizing;

use crate::vault::{PlainRow, Table};

const META: (&str, &str, &str) =
    ("{\"format\":\"detente-vault-v1\",\"log\":\"", "\",\"size\":\"", "\",\"table\":\"meta\"}");

/// One part of a vault's export, opened: canonical JSON, and nothing else is accepted.
pub struct ExportPart(pub(crate) Part);

pub(crate) enum Part {
    /// The first part.
    Meta { log: LogId, size: TreeSize },
    /// A row, and the incident id under which it is looked up.
    Row { row: PlainRow, incident_id: Option<String> },
}

impl core::fmt::Debug for ExportPart {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match &self.0 {
            Part::Meta { .. } => "ExportPart(meta)",
            Part::Row { .. } => "ExportPart(row, not shown)",
        })
    }
}

impl ExportPart {
    /// Reads a part; none when it would be written in other bytes.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(bytes).ok()?;
        meta(text).or_else(|| row(text)).map(Self)
    }

    /// The part's bytes, wiped when dropped.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        match &self.0 {
            Part::Meta { log, size } => {
                let (format, between, end) = META;
                Zeroizing::new(format!("{format}{log}{between}{size}{end}").into_bytes())
            }
            Part::Row { row, incident_id } => row_bytes(row, incident_id.as_deref()),
        }
    }
}

/// As [`ExportPart::to_bytes`] of a row.
pub(super) fn row_bytes(row: &PlainRow, incident_id: Option<&str>) -> Zeroizing<Vec<u8>> {
    let encoded = Zeroizing::new(base64::encode(&row.plain));
    let lookup = incident_id.map(|id| format!("\"lookup\":{},", Value::from(id).to_canonical()));
    let head = format!(
        "{{{}\"number\":\"{}\",\"{}\":\"",
        lookup.unwrap_or_default(),
        row.number,
        if row.is_pending { "pending" } else { "row" },
    );
    let end = format!("\",\"table\":\"{}\"}}", row.table.name());
    // Of its length from the beginning: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + encoded.len() + end.len()));
    for piece in [&head, encoded.as_str(), &end] {
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes
}

fn meta(text: &str) -> Option<Part> {
    let (format, between, end) = META;
    let (log, size) = text.strip_prefix(format)?.strip_suffix(end)?.split_once(between)?;
    Some(Part::Meta { log: LogId::from_hex(log).ok()?, size: TreeSize::parse(size).ok()? })
}

fn row(text: &str) -> Option<Part> {
    let mut rest = text.strip_prefix('{')?;
    let mut incident_id = None;
    if let Some(after) = rest.strip_prefix("\"lookup\":") {
        let (id, after) = string(after)?;
        incident_id = Some(id);
        rest = after.strip_prefix(',')?;
    }
    let (number, rest) = rest.strip_prefix("\"number\":\"")?.split_once("\",\"")?;
    let (is_pending, rest) = match rest.strip_prefix("row\":\"") {
        Some(rest) => (false, rest),
        None => (true, rest.strip_prefix("pending\":\"")?),
    };
    let (encoded, table) = rest.strip_suffix("\"}")?.split_once("\",\"table\":\"")?;
    let table = Table::parse(table)?;
    if table != Table::Entries && (is_pending || incident_id.is_some()) {
        return None;
    }
    let plain = Zeroizing::new(base64::decode(encoded).ok()?);
    let row = PlainRow { table, number: decimal::parse(number).ok()?, plain, is_pending };
    Some(Part::Row { row, incident_id })
}

/// A canonical JSON string at the beginning of a text, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    let (literal, rest) = text.split_at_checked(end + 2)?;
    match Value::parse(literal.as_bytes()).ok()? {
        Value::String(id) if Value::from(id.as_str()).to_canonical() == literal => Some((id, rest)),
        _ => None,
    }
}
