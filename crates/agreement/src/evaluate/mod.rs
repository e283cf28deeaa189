//! From facts to cells, obligation by obligation.

mod accuse;
mod amend;
mod anchor;
mod budget;
mod cadence;
mod case;
mod codes;
mod fold;
mod force;
mod log;
mod meet;
mod notice;
mod open;
mod preserve;
mod publish;
mod report;
mod respond;

mod scope;
mod sheet;
mod start;
mod thread;
mod update;

use crate::{
    AgreementDigest, AgreementTerms, Cell, Duty, Facts, Force, Obligation, Verdict,
    evaluate::{case::Case, force::InForce, log::Log, sheet::Sheet},
};

/// What an agreement makes of the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Since when it is in force; `None` when it is not, or when a log that would show it is not at hand.
    pub force: Option<Force>,
    /// In the order of the obligations, then of the obliged parties, then as the spec says for each kind.
    pub cells: Vec<Cell>,
}

/// The table of an agreement (`specs/agreement.md` "Facts" to "Obligations").
pub fn evaluate(agreement: AgreementDigest, terms: &AgreementTerms, facts: &Facts) -> Evaluation {
    let at_hand: Option<Vec<_>> = terms.parties.iter().map(|party| facts.logs.get(&party.log)).collect();
    let Some(at_hand) = at_hand else {
        return Evaluation { force: None, cells: without_a_log(terms) };
    };
    let logs: Vec<_> =
        (0..).zip(at_hand).map(|(party, own)| Log::new(party, own, terms, facts.times)).collect();
    let Some(force) = InForce::find(agreement, terms, &logs) else {
        return Evaluation { force: None, cells: Vec::new() };
    };
    let announced = force.announced();
    let case = Case::new(agreement, terms, facts, logs, force);
    let mut cells = Vec::new();
    for (position, obligation) in (0..).zip(&terms.obligations) {
        for party in &obligation.obliged {
            if let Some(mut sheet) = Sheet::new(&case, position, *party) {
                fill(&mut sheet, obligation);
                cells.append(&mut sheet.into_cells());
            }
        }
    }
    Evaluation { force: Some(announced), cells }
}

/// What can be said when it is not known what is in force.
fn without_a_log(terms: &AgreementTerms) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (position, obligation) in (0..).zip(&terms.obligations) {
        for party in &obligation.obliged {
            cells.push(match obligation.duty {
                Duty::NotVerifiable => sheet::bare(position, *party, Verdict::NotVerifiable, None),
                _ => sheet::bare(position, *party, Verdict::Indeterminate, Some("NO-LOG")),
            });
        }
    }
    cells
}

fn fill(sheet: &mut Sheet<'_>, obligation: &Obligation) {
    match &obligation.duty {
        Duty::AcknowledgeWithin { of, start, period } => respond::acknowledge(sheet, of, *start, *period),
        Duty::RespondWithin { of, start, period, grounds } => {
            respond::respond(sheet, of, *start, *period, grounds);
        }
        Duty::UpdateEvery { of, start, period } => update::update(sheet, of, *start, *period),
        Duty::PreserveFor { start, period } => preserve::preserve(sheet, *start, *period),
        Duty::ReportWithin { from, stage, period, .. } => {
            report::report(sheet, from, stage.as_deref(), *period);
        }
        Duty::EvidenceWithAccusation => accuse::evidence(sheet),
        Duty::AskBeforeAccusing { wait } => accuse::ask_first(sheet, *wait),
        Duty::AnchorWithin { period } => anchor::anchor(sheet, *period),
        Duty::PublishWithin { period } => publish::publish(sheet, *period),
        Duty::OpenWithin { slots, period } => open::open(sheet, slots, *period),
        Duty::MeetEvery { of, period } => meet::meet(sheet, of, *period),
        Duty::NoticeBeforeWithdrawal { period } => notice::notice(sheet, *period),
        Duty::Budget { of, at_most, per } => budget::budget(sheet, of, *at_most, *per),
        Duty::NotVerifiable => sheet.push(sheet.cell(crate::Ruling::of(Verdict::NotVerifiable))),
    }
}
