//! A party's folder, looked at part by part. Exit code 1 when a part is wrong, with the same result as otherwise.

use detente_core::{Code, json::Value};
use detente_party::{Health, PartyFolder, examine};

use crate::args::Doctor;
use crate::failure::Failure;
use crate::output::{Printer, Report};
use crate::show;

pub(crate) fn run(doctor: &Doctor, printer: &Printer) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&doctor.party.party);
    let bar = printer.progress("checking", Some(0));
    let findings = examine(&folder, doctor.unlock.source(), |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let findings = findings?;

    let count = |health| findings.iter().filter(|finding| finding.health == health).count();
    let (faults, advice) = (count(Health::Fault), count(Health::Advice));
    let mut lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let code = finding.code.map_or_else(String::new, |code| format!("{code} "));
            let says = show::harmless(&finding.says);
            format!("{:<8} {:<9} {code}{says}", finding.health.as_str(), finding.part)
        })
        .collect();
    lines.push(format!("faults {faults}, to do {advice}"));
    let items: Vec<Value> = findings
        .iter()
        .map(|finding| {
            Value::from([
                ("part", finding.part.into()),
                ("health", finding.health.as_str().into()),
                ("says", finding.says.as_str().into()),
                ("fault_code", finding.code.map(Code::as_str).map_or(Value::Null, Value::from)),
            ])
        })
        .collect();
    let number = |count: usize| Value::from(u32::try_from(count).unwrap_or(u32::MAX));
    let report = Report::new(
        "doctor/v1",
        [("findings", items.into()), ("faults", number(faults)), ("to_do", number(advice))],
        lines.join("\n"),
    )
    .findings();
    Ok(if faults > 0 { report.exit(1) } else { report })
}
