//! Terms to begin from: texts of others as obligations, in our words, each with where it comes from and what is unsure.

use detente_checkpoint::PolicyId;

use crate::{Agreement, AgreementError, PartyTerms};

/// Terms that want parties and a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What it is asked for by.
    pub name: &'static str,
    /// One line for people.
    pub title: &'static str,
    /// The definitions and obligations, as a file has them.
    terms: &'static str,
}

/// Every preset, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "cn-incident-2025",
        title: "incident reports as Chinese measures ask for them from 1 November 2025",
        terms: include_str!("preset/cn-incident-2025.toml"),
    },
    Preset {
        name: "eu-nis2",
        title: "incident reports as Article 23 of Directive (EU) 2022/2555 asks for them",
        terms: include_str!("preset/eu-nis2.toml"),
    },
    Preset {
        name: "us-cn-2015",
        title: "the understanding of 25 September 2015 between China and the United States",
        terms: include_str!("preset/us-cn-2015.toml"),
    },
];

/// A file with the terms of a preset, for these parties and this policy with its companion. It reads as an agreement.
///
/// # Errors
/// `MISUSE` for another name or a policy without a companion; `MALFORMED-AGREEMENT` for parties that no agreement can
/// have.
pub fn preset(name: &str, parties: &[PartyTerms], policy: PolicyId) -> Result<String, AgreementError> {
    let preset = PRESETS.iter().find(|preset| preset.name == name).ok_or_else(|| {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        AgreementError::UnknownPreset { expected: names.join(", "), got: name.chars().take(60).collect() }
    })?;
    let companion = policy.companion.ok_or(AgreementError::NoCompanion)?;
    let mut file = format!(
        "agreement = \"{}\"\nname = {}\ntitle = {}\npolicy = \"{}\"\ncompanion = \"{companion}\"\n",
        Agreement::VERSION,
        quoted(preset.name),
        quoted(preset.title),
        policy.policy,
    );
    for party in parties {
        file.push_str(&format!(
            "\n[[party]]\nid = {}\nname = {}\nlog = \"{}\"\norigin = {}\n",
            quoted(party.id.as_str()),
            quoted(&party.name),
            party.log,
            quoted(party.origin.as_str())
        ));
        if let Some(minutes) = party.offset {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            file.push_str(&format!("offset = \"{sign}{:02}:{:02}\"\n", minutes / 60, minutes % 60));
        }
    }
    file.push('\n');
    file.push_str(preset.terms);
    // What the caller gave may still be no party of an agreement.
    Agreement::parse(file.as_bytes())?;
    Ok(file)
}

/// A string of the narrow TOML; what it cannot hold is refused when the file is read.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
