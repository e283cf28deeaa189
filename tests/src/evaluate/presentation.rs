//! `specs/presentation.md` "Vectors".

use detente_core::{KeyDigest, json::Value};
use detente_disclosure::Profile;
use detente_presentation::{Reader, UnverifiedPresentation};

use super::{Answer, checkpoint::bounds, input::Input, input::hex, output};

pub(super) fn verify(input: &Input<'_>) -> Answer {
    let file = input.bytes("file")?;
    let audience = input.optional("audience").map(|_| input.digest("audience")).transpose()?;
    let policy = input.policy()?;
    let reader =
        Reader { policy: &policy, profiles: &[Profile::veris_1()], audience: audience.map(KeyDigest::new) };
    let verified = UnverifiedPresentation::parse(&file)?.verify(&reader)?;
    let slots: Vec<Value> =
        verified.openings().iter().map(|opened| u32::from(opened.number().get()).into()).collect();
    let (lo, hi) = bounds(verified.published());
    output([
        ("verdict", verified.verdict().as_str().into()),
        ("log", hex(verified.log().as_bytes())),
        ("statement", hex(verified.statement().id().as_bytes())),
        ("signer", hex(verified.signer().as_bytes())),
        ("audience", hex(verified.terms().audience.as_bytes())),
        ("index", verified.index().to_string().into()),
        ("size", verified.size().to_string().into()),
        ("slots", slots.into()),
        ("lo", lo),
        ("hi", hi),
    ])
}
