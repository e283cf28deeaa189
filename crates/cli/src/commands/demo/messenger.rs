//! A messenger between the parties changes the file, or wraps it again. Anybody could.

use detente_checkpoint::SigningKey;
use detente_core::{Code, base64, json::Value};
use detente_disclosure::Profile;
use detente_presentation::UnverifiedPresentation;
use detente_statement::key_digest;

use super::story::{Stop, Story, read, write};
use crate::failure::Failure;

const VERIFY: &str = "--policy b/trusted/a.witnessed.policy";

impl Story<'_> {
    pub(super) fn one_byte(&mut self) -> Result<(), Stop> {
        self.scene(
            "One byte is changed",
            "A messenger carries p.json from a to b, and changes one byte of one opened value on the way.",
        );
        let original = read("p.json")?;
        let changed = with_another_sector(&original)?;
        let places: Vec<usize> =
            (0..original.len()).filter(|at| original.get(*at) != changed.get(*at)).collect();
        let [place] = places.as_slice() else {
            return Err(Stop::Otherwise(format!(
                "changed.json: expected 1 byte changed, got {}",
                places.len()
            )));
        };
        let byte = |bytes: &[u8]| char::from(bytes.get(*place).copied().unwrap_or_default());
        write("changed.json", &changed)?;
        self.by_hand(&format!(
            "(changed.json is p.json with '{}' for '{}' at byte {place}: another sector)",
            byte(&changed),
            byte(&original)
        ));
        let slot = sector_slot()?;
        self.refused(
            &format!("verify changed.json {VERIFY}"),
            Code::OpeningMismatch,
            &format!("slot {slot} (sector.2)"),
        )?;
        self.shows(
            "the file was changed, and where: the error names the slot.",
            "who did it. A file that does not verify says nothing about a or b.",
        );
        Ok(())
    }

    pub(super) fn marking(&mut self) -> Result<(), Stop> {
        self.scene(
            "The marking is changed",
            "The messenger turns TLP:AMBER into TLP:GREEN instead, so that more people may be told.",
        );
        let text = String::from_utf8_lossy(&read("p.json")?).into_owned();
        let changed = text.replacen(r#""tlp":"AMBER""#, r#""tlp":"GREEN""#, 1);
        self.require(changed != text, || "p.json: expected the marking AMBER, got another".to_owned())?;
        write("marking.json", changed.as_bytes())?;
        self.refused(&format!("verify marking.json {VERIFY}"), Code::InvalidGrantSignature, "grant")?;
        self.shows(
            "audience, marking, slots and time are what a signed.",
            "that everybody keeps to the marking. It is a promise with a name under it, no lock.",
        );
        Ok(())
    }

    pub(super) fn wrapped_again(&mut self) -> Result<(), Stop> {
        self.scene(
            "The openings are wrapped again",
            "The messenger keeps a's openings, every one of them genuine, and makes out a grant of its own, to itself, \
             signed with its own key.",
        );
        write("relayed.json", &wrapped(&read("p.json")?)?)?;
        self.refused(&format!("verify relayed.json {VERIFY}"), Code::Relayed, "grant")?;
        self.shows(
            "whoever passes openings on cannot make it look as if a had opened them to somebody else.",
            "that nothing is passed on. Who has read a value can tell it; what it cannot hand on is a's word for it.",
        );
        Ok(())
    }
}

fn sector_slot() -> Result<u16, Stop> {
    let slot = Profile::veris_1().slot_named("sector.2");
    slot.map(|slot| slot.number().get())
        .ok_or_else(|| Stop::Otherwise("profile: expected a slot sector.2, got none".to_owned()))
}

/// The same bytes, but for the last digit of the sector.
fn with_another_sector(presentation: &[u8]) -> Result<Vec<u8>, Stop> {
    let text = String::from_utf8_lossy(presentation).into_owned();
    let before = format!(r#""slot":{},"value":""#, sector_slot()?);
    let digit = text.find(&before).map(|at| at + before.len() + 1);
    let mut bytes = presentation.to_vec();
    match digit.and_then(|at| bytes.get_mut(at)) {
        Some(byte) if byte.is_ascii_digit() => *byte = if *byte == b'9' { b'8' } else { *byte + 1 },
        _ => {
            return Err(Stop::Otherwise(
                "p.json: expected an opened sector of two digits, got none".to_owned(),
            ));
        }
    }
    Ok(bytes)
}

/// The same presentation, its grant made out to and signed by a key that the log does not enrol.
fn wrapped(presentation: &[u8]) -> Result<Vec<u8>, Failure> {
    let messenger = SigningKey::from_seed(&[7; 32]);
    let key = key_digest(&messenger.public());
    let mut terms = UnverifiedPresentation::parse(presentation)?.unverified_terms().clone();
    terms.audience = key;
    let signature = messenger.sign(&terms.message());
    let mut file = Value::parse_file(presentation)?;
    if let Value::Object(members) = &mut file
        && let Some(Value::Object(grant)) = members.get_mut("grant")
    {
        for (member, value) in [
            ("audience", key.to_string()),
            ("signer", key.to_string()),
            ("signature", base64::encode(&signature)),
        ] {
            grant.insert(member.to_owned(), value.into());
        }
    }
    Ok(file.to_file())
}
