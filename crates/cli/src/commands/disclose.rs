use std::io::IsTerminal as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use detente_core::{Code, LeafIndex, UnixSeconds, json::Value};
use detente_party::{Audience, GrantOptions, PartyFolder, Preview, Writing, encrypt, write_atomically};
use detente_presentation::{Pap, Tlp};

use super::{sets, token::open_signing_party};
use crate::args::Disclose;
use crate::failure::Failure;
use crate::output::{Printer, Report, to_stdout};
use crate::show;

pub(crate) fn run(disclose: &Disclose, printer: &Printer) -> Result<Report, Failure> {
    let index = LeafIndex::parse(&disclose.index).map_err(|error| Failure::misuse("INDEX", error))?;
    let words = |words: Vec<&str>| format!("expected {}", words.join(", "));
    let tlp = Tlp::parse(&disclose.tlp).ok_or_else(|| {
        Failure::misuse("--tlp", words(Tlp::ALL.iter().map(|word| word.as_str()).collect()))
    })?;
    let pap = match disclose.pap.as_deref() {
        Some(word) => Pap::parse(word).ok_or_else(|| {
            Failure::misuse("--pap", words(Pap::ALL.iter().map(|word| word.as_str()).collect()))
        })?,
        None => match tlp {
            Tlp::Clear => Pap::Clear,
            Tlp::Green => Pap::Green,
            Tlp::Amber | Tlp::AmberStrict => Pap::Amber,
            Tlp::Red => Pap::Red,
        },
    };
    let party = open_signing_party(&disclose.party.party, &disclose.unlock, &disclose.token)?;
    let fields = sets::expanded(&PartyFolder::new(&disclose.party.party), &disclose.fields, &disclose.sets)?;
    let disclosing = party.disclosing(index, &fields)?;
    let audience = Audience::find(&PartyFolder::new(&disclose.party.party), &disclose.to)?;
    let preview = disclosing.preview();
    let mut report = preview_report(index, &audience, tlp, pap, &preview);
    if disclose.dry_run {
        return Ok(report);
    }
    let out = disclose.out.as_deref().unwrap_or(Path::new("-"));
    let to_standard_output = out == Path::new("-");
    if to_standard_output && printer.is_json() {
        return Err(Failure::misuse("--out -", "expected a file with --json, got standard output")
            .hint("with --json only one JSON object goes to standard output: --out FILE"));
    }
    if !to_standard_output && out.exists() && !disclose.force {
        return Err(Failure::misuse(out.display().to_string(), "expected a new file, got one that exists")
            .hint("--force overwrites it"));
    }
    // Shown before, so not again with the result.
    let mut is_shown = false;
    if !disclose.yes {
        let question = format!("Open this to {}?", audience.name());
        match printer.ask(&report.text, &question) {
            Some(true) => is_shown = true,
            Some(false) => {
                return Err(Failure::misuse(
                    "disclose",
                    "expected yes, got another answer: nothing was written",
                )
                .hint("--yes asks nothing, --dry-run only shows"));
            }
            None => {}
        }
    }
    let options = GrantOptions { audience, tlp, pap, time: now()? };
    let mut bytes = disclosing.write(&options)?;
    if let Some(recipient) = &disclose.encrypt_to {
        bytes = encrypt(&bytes, recipient)?;
        if to_standard_output && std::io::stdout().is_terminal() {
            return Err(Failure::misuse(
                "--out -",
                "expected a file or a pipe for an encrypted presentation",
            ));
        }
    }
    if to_standard_output {
        if !is_shown {
            printer.aside(&report.text);
        }
        if !to_stdout(&bytes) {
            return Err(Failure::new(Code::Unavailable, "standard output", "the file could not be written"));
        }
        report.text.clear();
        return Ok(report);
    }
    let writing = if disclose.force { Writing::PrivateReplacing } else { Writing::PrivateNew };
    write_atomically(out, &bytes, writing)?;
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    if is_shown {
        report.text.clear();
    } else {
        report.text.push('\n');
    }
    report.text.push_str(&format!("written    {} ({length} bytes)", out.display()));
    report.json.insert("file".to_owned(), out.display().to_string().into());
    report.json.insert("length".to_owned(), length.into());
    report.json.insert("encrypted".to_owned(), disclose.encrypt_to.is_some().into());
    Ok(report)
}

fn preview_report(index: LeafIndex, audience: &Audience, tlp: Tlp, pap: Pap, preview: &Preview) -> Report {
    let present: Vec<_> = preview.opened.iter().filter(|slot| slot.value.is_some()).collect();
    let mut text = format!(
        "entry      {index}\naudience   {} ({})\nmarking    TLP:{tlp} PAP:{pap}\nwill see   {} of {} opened slots hold a value\n",
        audience.name(),
        audience.key(),
        present.len(),
        preview.opened.len()
    );
    for slot in &present {
        if let Some(value) = &slot.value {
            text.push_str(&format!("  {:<30} {}\n", slot.name, show::short(value)));
        }
    }
    let names = preview.opened.iter().map(|slot| (slot.name.as_str(), slot.value.is_some()));
    let absent = show::absent(names);
    if !absent.is_empty() {
        text.push_str(&show::wrapped("  and that nothing is stated for:", &absent));
    }
    text.push_str(&format!(
        "stays hidden  {} slots, of which {} hold a value (their number and names do not show)",
        preview.sealed,
        preview.hidden.len()
    ));
    let opened: Vec<Value> = preview
        .opened
        .iter()
        .map(|slot| show::slot_value(slot.slot, &slot.name, slot.value.as_ref()))
        .collect();
    let hidden: Vec<Value> = preview.hidden.iter().map(|name| name.as_str().into()).collect();
    Report::new(
        "disclose/v1",
        [
            ("index", index.to_string().into()),
            ("audience", audience.key().to_string().into()),
            ("audience_name", audience.name().into()),
            ("tlp", tlp.as_str().into()),
            ("pap", pap.as_str().into()),
            ("opened", opened.into()),
            ("hidden", hidden.into()),
            ("sealed", u32::try_from(preview.sealed).unwrap_or(u32::MAX).into()),
        ],
        text,
    )
}

fn now() -> Result<UnixSeconds, Failure> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs());
    let seconds =
        seconds.map_err(|_| Failure::misuse("clock", "expected a time after 1970, got an earlier one"))?;
    Ok(UnixSeconds::new(seconds)?)
}
