//! Answers vectors, one JSON object a line, as `specs/reference/verify.py evaluate FILE` does: two verifiers that read
//! the same lines must write the same answers.

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
};

use detente_core::json::Value;
use detente_tests::evaluate::{Outcome, evaluate};

fn main() -> io::Result<ExitCode> {
    let Some(path) = std::env::args_os().nth(1) else {
        writeln!(io::stderr(), "usage: evaluate FILE")?;
        return Ok(ExitCode::from(2));
    };
    let lines = fs::read(path)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        writeln!(out, "{}", answer(line).to_canonical())?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn answer(line: &[u8]) -> Value {
    match outcome(line) {
        Outcome::Ok(output) => Value::from([("expect", "OK".into()), ("output", output)]),
        Outcome::Refused(code) => Value::from([("expect", code.as_str().into()), ("output", Value::Null)]),
        Outcome::Fault(detail) => Value::from([
            ("detail", detail.into()),
            ("expect", "VECTOR-FAULT".into()),
            ("output", Value::Null),
        ]),
    }
}

fn outcome(line: &[u8]) -> Outcome {
    let vector = match Value::parse(line) {
        Ok(vector) => vector,
        Err(error) => return Outcome::Fault(error.to_string()),
    };
    let member = |name| vector.as_object().and_then(|members| members.get(name));
    match (member("operation").and_then(Value::as_str), member("input")) {
        (Some(operation), Some(input)) => evaluate(operation, input),
        _ => Outcome::Fault("expected an object with operation and input".to_owned()),
    }
}
