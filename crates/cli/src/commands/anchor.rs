use detente_core::json::Value;

use super::{policy, published, token::open_signing_party};
use crate::args::Anchor;
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn run(anchor: &Anchor, printer: &Printer) -> Result<Report, Failure> {
    let policy = policy::read(&anchor.policy)?;
    let mut party = open_signing_party(&anchor.party.party, &anchor.unlock, &anchor.token)?;
    let other =
        published::open(&anchor.log, &anchor.reading, anchor.mirror.as_deref(), Some(&policy), printer)?;
    let bar = printer.progress("checking", Some(0));
    let anchored = party.anchor(&other.log, &policy, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let anchored = anchored?;
    let text = format!(
        "anchored   {} at size {}, witness lines: {}\nlog id     {}\nentry      {} of the own log\nsays       every entry below that size is held and verified",
        anchored.origin, anchored.size, anchored.cosignatures, anchored.log, anchored.index
    );
    let cosignatures: Value = u32::try_from(anchored.cosignatures).unwrap_or(u32::MAX).into();
    Ok(Report::new(
        "anchor/v1",
        [
            ("origin", anchored.origin.into()),
            ("log", anchored.log.to_string().into()),
            ("size", anchored.size.to_string().into()),
            ("cosignatures", cosignatures),
            ("entry", anchored.index.to_string().into()),
        ],
        text,
    ))
}
