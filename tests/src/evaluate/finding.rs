//! `specs/finding.md` "Vectors".

use detente_finding::UnverifiedFinding;

use super::{Answer, input::Input, output};

pub(super) fn verify(input: &Input<'_>) -> Answer {
    let file = input.bytes("file")?;
    let policy = input.optional("policy").map(|_| input.policy()).transpose()?;
    let verified = UnverifiedFinding::parse(&file)?.verify(policy.as_ref())?;
    output([
        ("offence", verified.offence().as_str().into()),
        ("culprit", verified.culprit().to_string().into()),
        ("origin", verified.origin().as_str().into()),
        ("first", verified.first().head().size().to_string().into()),
        ("second", verified.second().head().size().to_string().into()),
    ])
}
