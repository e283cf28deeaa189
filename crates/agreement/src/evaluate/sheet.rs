//! The cells of one obligation and one obliged party, as they are written.

use detente_core::{LeafIndex, UnixSeconds};

use crate::{
    Cell, Interval, Period, Place, Ruling, State, Verdict,
    evaluate::{case::Case, log::Log, scope::Scope},
};

pub(super) struct Sheet<'a> {
    pub(super) case: &'a Case<'a>,
    /// The obliged party's log.
    pub(super) own: &'a Log<'a>,
    /// Its entry that adopts the agreement.
    pub(super) adoption: LeafIndex,
    obligation: usize,
    cells: Vec<Cell>,
}

/// A cell that has a verdict and perhaps a word, and no more.
pub(super) fn bare(obligation: usize, party: usize, verdict: Verdict, word: Option<&str>) -> Cell {
    Cell {
        obligation,
        party,
        verdict,
        state: word.map(State::new),
        subject: None,
        met_by: None,
        start: None,
        answer: None,
        due: None,
        links: 1,
        unopened: None,
    }
}

impl<'a> Sheet<'a> {
    pub(super) fn new(case: &'a Case<'a>, obligation: usize, party: usize) -> Option<Self> {
        let (own, adoption) = (case.logs.get(party)?, *case.force.adoptions.get(party)?);
        Some(Self { case, own, adoption, obligation, cells: Vec::new() })
    }

    pub(super) fn into_cells(self) -> Vec<Cell> {
        self.cells
    }

    pub(super) fn push(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    /// Writes a cell with a subject, undecided unless it is certain that the agreement had not ended.
    pub(super) fn push_unless_ended(&mut self, cell: Cell) {
        let cell = self.unless_ended(cell);
        self.push(cell);
    }

    /// An end may be in what was not seen of a log. So nothing is broken unless its subject is older than that, in every
    /// log but the subject's own.
    pub(super) fn unless_ended(&self, cell: Cell) -> Cell {
        if !matches!(cell.verdict, Verdict::Missed | Verdict::Overdue) {
            return cell;
        }
        let Some(subject) = cell.subject else { return cell };
        let published = self.case.logs.get(subject.party).and_then(|log| log.interval(subject.index).hi);
        let seen = self.case.seen_until(subject.party);
        if published.zip(seen).is_some_and(|(published, seen)| published < seen) {
            return cell;
        }
        let Ruling { verdict, state } = Ruling::with(Verdict::Indeterminate, "END");
        Cell { verdict, state, ..cell }
    }

    pub(super) fn cell(&self, ruling: Ruling) -> Cell {
        Cell { state: ruling.state, ..bare(self.obligation, self.own.party, ruling.verdict, None) }
    }

    /// A cell of an entry, with what began and what answered it.
    pub(super) fn timed_cell(
        &self,
        ruling: Ruling,
        subject: Option<Place>,
        start: Interval,
        period: Period,
        answer: Option<LeafIndex>,
    ) -> Cell {
        Cell {
            subject,
            met_by: answer.map(|index| self.own.place(index)),
            start: Some(start),
            answer: answer.map(|index| self.own.interval(index)),
            due: Some(period.due(start)),
            ..self.cell(ruling)
        }
    }

    /// A cell of an entry of which it is not known whether it is in scope.
    pub(super) fn scope_cell(&self, subject: Place) -> Cell {
        let ruling = Ruling::with(Verdict::Indeterminate, "SCOPE");
        Cell { subject: Some(subject), ..self.cell(ruling) }
    }

    /// Whether an entry is in scope; when that is not known, its cell says so.
    pub(super) fn admits(&mut self, subject: Place) -> bool {
        match self.case.scope(subject) {
            Scope::In => true,
            Scope::Out => false,
            Scope::Unknown => {
                let cell = self.scope_cell(subject);
                self.push(cell);
                false
            }
        }
    }

    /// The smallest horizon of the other logs: an end that is in one of them and was not seen is not before it.
    pub(super) fn others_seen_until(&self) -> Option<UnixSeconds> {
        self.case.seen_until(self.own.party)
    }
}
