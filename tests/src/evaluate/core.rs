//! `specs/core.md` "Vectors".

use detente_core::{Label, base64, decimal, json::Value};

use super::{Answer, input::Input, input::fault, input::hex, output};

pub(super) fn json(input: &Input<'_>) -> Answer {
    let value = Value::parse(&input.bytes("bytes")?)?;
    output([("canonical", base64::encode(value.to_canonical().as_bytes()).into())])
}

pub(super) fn file(input: &Input<'_>) -> Answer {
    Value::parse_file(&input.bytes("bytes")?)?;
    output([])
}

pub(super) fn number(input: &Input<'_>) -> Answer {
    output([("value", decimal::parse(input.text("text")?)?.to_string().into())])
}

pub(super) fn base64(input: &Input<'_>) -> Answer {
    output([("hex", hex(&base64::decode(input.text("text")?)?))])
}

pub(super) fn digest(input: &Input<'_>) -> Answer {
    let name = input.text("label")?;
    // The crate has no way to use a label that the spec does not list.
    let label = Label::ALL.iter().find(|label| label.as_str() == name);
    let label = label.ok_or_else(|| fault("label", "a label of the list"))?;
    output([("digest", hex(label.digest(&[&input.bytes("data")?]).as_bytes()))])
}
