//! The file that parties adopt (`specs/agreement.md` "File").

mod duty;
mod fields;
mod policy;
pub mod toml;

use detente_core::{Digest, LogId, Origin};
use sha2::{Digest as _, Sha256};

use crate::{
    AgreementDigest, AgreementError, AgreementTerms, Duty, Obligation, ObligationId, PartyId, PartyTerms,
};
use fields::Fields;
use toml::{Table, malformed};

/// Terms, and the digest by which parties adopt them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    digest: AgreementDigest,
    terms: AgreementTerms,
}

impl Agreement {
    /// Value of the first member of a file.
    pub const VERSION: &str = "detente-agreement/v1";

    /// The longest file, in bytes.
    pub const MAX_BYTES: usize = toml::MAX_BYTES;

    /// Reads a file.
    ///
    /// # Errors
    /// `OVERSIZE`, then `MALFORMED-AGREEMENT` with the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, AgreementError> {
        let terms = terms(toml::read(bytes)?)?;
        let digest = AgreementDigest::new(Digest::from_bytes(Sha256::digest(bytes).into()));
        Ok(Self { digest, terms })
    }

    /// SHA-256 of the exact file.
    pub const fn digest(&self) -> AgreementDigest {
        self.digest
    }

    /// What it says.
    pub const fn terms(&self) -> &AgreementTerms {
        &self.terms
    }
}

fn terms(tables: Vec<Table>) -> Result<AgreementTerms, AgreementError> {
    let last = tables.last().map_or(1, |table| table.line);
    let mut tables = tables.into_iter();
    let mut top = Fields::new(tables.next().unwrap_or_else(|| Table {
        line: 1,
        name: String::new(),
        is_list: false,
        members: Default::default(),
    }));
    top.parsed("agreement", Agreement::VERSION, |text| (text == Agreement::VERSION).then_some(()))?;
    let mut terms = AgreementTerms {
        name: top.parsed("name", "1 to 64 of a-z 0-9 -", |text| is_name(text).then(|| text.to_owned()))?,
        title: top.short("title")?,
        policy: top.digest("policy")?,
        companion: top.digest("companion")?,
        parties: Vec::new(),
        definitions: Vec::new(),
        obligations: Vec::new(),
    };
    top.finish()?;
    // Obligations name parties, which may come after them.
    let mut obligations = Vec::new();
    for table in tables {
        match (table.name.as_str(), table.is_list) {
            ("party", true) => add_party(&mut terms.parties, table)?,
            ("definitions", false) => terms.definitions = definitions(table)?,
            ("obligation", true) => obligations.push(table),
            _ => {
                return Err(malformed(table.line, "[[party]], [definitions] or [[obligation]]", &table.name));
            }
        }
    }
    let count = terms.parties.len();
    if !(2..=16).contains(&count) {
        return Err(malformed(last, "2 to 16 parties", &count.to_string()));
    }
    if !(1..=64).contains(&obligations.len()) {
        return Err(malformed(last, "1 to 64 obligations", &obligations.len().to_string()));
    }
    for table in obligations {
        add_obligation(&mut terms, table)?;
    }
    Ok(terms)
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn add_party(parties: &mut Vec<PartyTerms>, table: Table) -> Result<(), AgreementError> {
    let mut fields = Fields::new(table);
    let party = PartyTerms {
        id: fields.parsed("id", "1 to 32 of a-z 0-9 -", PartyId::parse)?,
        name: fields.short("name")?,
        log: fields.parsed("log", "64 lower-case hexadecimal digits, not zeros", |text| {
            LogId::from_hex(text).ok().filter(|log| *log != LogId::ZERO)
        })?,
        origin: fields.parsed(
            "origin",
            "a name of 1 to 255 bytes without white space, + or control characters",
            |text| Origin::parse(text).ok(),
        )?,
        offset: if fields.has("offset") {
            Some(fields.parsed("offset", "+hh:mm or -hh:mm, at most 14:00", PartyTerms::parse_offset)?)
        } else {
            None
        },
    };
    let line = fields.line();
    fields.finish()?;
    for other in parties.iter() {
        let twice = [
            ("id", other.id == party.id),
            ("log", other.log == party.log),
            ("origin", other.origin == party.origin),
        ];
        if let Some((member, _)) = twice.iter().find(|(_, twice)| *twice) {
            let expected = format!("a party with another {member} than {}", other.id);
            return Err(malformed(line, expected, party.id.as_str()));
        }
    }
    parties.push(party);
    Ok(())
}

impl PartyTerms {
    /// Minutes east of UTC, from `+hh:mm` or `-hh:mm`, at most 14 hours; `None` for anything else.
    pub fn parse_offset(text: &str) -> Option<i16> {
        let (sign, [h1, h2, b':', m1, m2]) = (match text.as_bytes() {
            [b'+', rest @ ..] => (1, rest),
            [b'-', rest @ ..] => (-1, rest),
            _ => return None,
        }) else {
            return None;
        };
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
        let (hours, minutes) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
        let all = hours * 60 + minutes;
        (minutes < 60 && all <= 14 * 60).then_some(sign * all)
    }
}

fn definitions(table: Table) -> Result<Vec<(String, String)>, AgreementError> {
    let mut names: Vec<_> = table.members.iter().map(|(name, member)| (member.line, name.clone())).collect();
    names.sort();
    let mut fields = Fields::new(table);
    names.into_iter().map(|(_, name)| fields.short(&name).map(|text| (name, text))).collect()
}

fn add_obligation(terms: &mut AgreementTerms, table: Table) -> Result<(), AgreementError> {
    let mut fields = Fields::new(table);
    let line = fields.line();
    let position = |id: &str| terms.parties.iter().position(|party| party.id.as_str() == id);
    let obligation = Obligation {
        id: fields.parsed("id", "1 to 32 of A-Z a-z 0-9 . -", ObligationId::parse)?,
        text: fields.short("text")?,
        source: fields.optional_short("source")?,
        unsure: fields.optional_short("unsure")?,
        obliged: fields
            .optional_words("obliged", "the id of a party", position)?
            .unwrap_or_else(|| (0..terms.parties.len()).collect()),
        duty: duty::duty(&mut fields)?,
    };
    fields.finish()?;
    let is_notice = |obligation: &Obligation| matches!(obligation.duty, Duty::NoticeBeforeWithdrawal { .. });
    for other in &terms.obligations {
        if other.id == obligation.id {
            return Err(malformed(line, "obligations with different ids", obligation.id.as_str()));
        }
        if is_notice(other) && is_notice(&obligation) {
            let expected = "at most one obligation of kind notice-before-withdrawal";
            return Err(malformed(line, expected, obligation.id.as_str()));
        }
    }
    terms.obligations.push(obligation);
    Ok(())
}
