//! The audit for people: counts by obligation and party, every cell that is not kept, and what its verdict is worth.

use detente_agreement::{AgreementTerms, Cell, Evaluation, Facts, Interval, Place, Verdict};
use detente_core::{LeafIndex, UnixSeconds, json::Value};

use crate::show;

/// Slot of the claimed time in every profile.
const CLAIMED_TIME: u16 = 1;

/// How the parties and obligations of one agreement are called, and what is known of their entries.
pub(crate) struct Names<'a> {
    pub(crate) terms: &'a AgreementTerms,
    pub(crate) facts: &'a Facts,
}

impl Names<'_> {
    pub(crate) fn party(&self, position: usize) -> &str {
        self.terms.parties.get(position).map_or("?", |party| party.id.as_str())
    }

    pub(crate) fn obligation(&self, position: usize) -> &str {
        self.terms.obligations.get(position).map_or("?", |obligation| obligation.id.as_str())
    }

    /// `a/5`.
    pub(crate) fn place(&self, place: Place) -> String {
        format!("{}/{}", self.party(place.party), place.index)
    }

    /// When an entry was published, and when its author says that it was made.
    fn times_of(&self, place: Place) -> String {
        let log = self.terms.parties.get(place.party).and_then(|party| self.facts.logs.get(&party.log));
        let Some(log) = log else { return String::new() };
        let published = format!("published {}", interval(log.timeline.interval(place.index)));
        match claimed(log.opened.get(&place.index).map(|opened| &opened.slots)) {
            Some(claimed) => format!("{published}; claimed {claimed}, its author's word"),
            None => published,
        }
    }

    /// What an absence rests on: whatever is not in the log by its audited size came later.
    fn looked_through(&self, party: usize) -> Option<String> {
        let terms = self.terms.parties.get(party)?;
        let log = self.facts.logs.get(&terms.log)?;
        let until = log.timeline.horizon(log.size).map_or_else(|| "an unknown time".to_owned(), show::time);
        Some(format!(
            "through all {} entries of {}, which hold what it published until {until}",
            log.size, terms.id
        ))
    }

    /// A line for a cell, and what it rests on below it.
    pub(crate) fn cell(&self, cell: &Cell) -> String {
        let mut text =
            format!("{} {} {}", self.obligation(cell.obligation), self.party(cell.party), cell.verdict);
        if let Some(state) = &cell.state {
            text.push_str(&format!(" {}", show::harmless(state.as_str())));
        }
        if cell.links > 1 {
            text.push_str(&format!(", {} in a row", cell.links));
        }
        if let Some(unopened) = cell.unopened {
            text.push_str(&format!(", {unopened} sealed entries would have to be opened"));
        }
        text.push('\n');
        if let Some(subject) = cell.subject {
            text.push_str(&format!("    about    {}{}\n", self.place(subject), self.kind(subject)));
            text.push_str(&format!("             {}\n", self.times_of(subject)));
        }
        if let Some(start) = cell.start {
            text.push_str(&format!("    begins   {}\n", interval(start)));
        }
        if let Some(due) = cell.due {
            text.push_str(&format!("    due      {}\n", interval(due)));
        }
        if cell.verdict == Verdict::Overdue
            && let Some(looked) = self.looked_through(cell.party)
        {
            text.push_str(&format!("    looked   {looked}\n"));
        }
        if let Some(met_by) = cell.met_by {
            text.push_str(&format!("    met by   {}{}\n", self.place(met_by), self.kind(met_by)));
            text.push_str(&format!("             {}\n", self.times_of(met_by)));
        }
        text
    }

    /// The kind of an entry that shows it, after a blank.
    pub(crate) fn kind(&self, place: Place) -> String {
        let log = self.terms.parties.get(place.party).and_then(|party| self.facts.logs.get(&party.log));
        let entry = log.and_then(|log| {
            let at = log.visible.binary_search_by_key(&place.index, |entry| entry.index).ok()?;
            log.visible.get(at)
        });
        match (entry, log) {
            (Some(entry), _) => format!(" {}", entry.kind),
            (None, Some(log)) if log.sealed.binary_search(&place.index).is_ok() => " sealed".to_owned(),
            _ => String::new(),
        }
    }
}

fn claimed(slots: Option<&std::collections::BTreeMap<u16, Option<Value>>>) -> Option<String> {
    let value = slots?.get(&CLAIMED_TIME)?.as_ref()?;
    value.as_str().map(show::harmless)
}

/// Bounds in words.
pub(crate) fn interval(interval: Interval) -> String {
    match (interval.lo, interval.hi) {
        (Some(lo), Some(hi)) if lo == hi => show::time(lo),
        (Some(lo), Some(hi)) => format!("between {} and {}", show::time(lo), show::time(hi)),
        (Some(lo), None) => format!("not before {}", show::time(lo)),
        (None, Some(hi)) => format!("not after {}", show::time(hi)),
        (None, None) => "at an unknown time".to_owned(),
    }
}

/// One row for each obligation and party, one column for each verdict that occurs.
pub(super) fn counts(names: &Names<'_>, cells: &[Cell]) -> String {
    let columns: Vec<Verdict> = occurring(cells.iter()).collect();
    let mut rows: Vec<(usize, usize)> = cells.iter().map(|cell| (cell.obligation, cell.party)).collect();
    // Cells come in the order of obligations, then of the obliged.
    rows.dedup();
    let first =
        rows.iter().map(|(obligation, _)| names.obligation(*obligation).len()).max().unwrap_or(0).max(10);
    let second = rows.iter().map(|(_, party)| names.party(*party).len()).max().unwrap_or(0).max(5);
    let mut text = format!("{:first$}  {:second$}", "obligation", "party");
    columns.iter().for_each(|verdict| text.push_str(&format!("  {verdict}")));
    text.push('\n');
    for (obligation, party) in rows {
        let mut row = format!("{:first$}  {:second$}", names.obligation(obligation), names.party(party));
        for verdict in &columns {
            let of =
                |cell: &&Cell| (cell.obligation, cell.party, cell.verdict) == (obligation, party, *verdict);
            let count: u64 = cells.iter().filter(of).map(|cell| cell.links).sum();
            let shown = if count == 0 { "-".to_owned() } else { count.to_string() };
            row.push_str(&format!("  {shown:>width$}", width = verdict.as_str().len()));
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// What each verdict that occurs proves, and what not.
pub(super) fn sentences<'c>(cells: impl Iterator<Item = &'c Cell> + Clone) -> String {
    let sentence = |verdict: Verdict| {
        format!(
            "{verdict}\n    proves: {}\n    does not prove: {}\n",
            verdict.proves(),
            verdict.does_not_prove()
        )
    };
    occurring(cells).map(sentence).collect()
}

fn occurring<'c>(cells: impl Iterator<Item = &'c Cell> + Clone) -> impl Iterator<Item = Verdict> {
    Verdict::ALL.iter().copied().filter(move |verdict| cells.clone().any(|cell| cell.verdict == *verdict))
}

/// Since when, and until when.
pub(super) fn force(evaluation: &Evaluation) -> String {
    match evaluation.force {
        None => "not in force: not every party has adopted these terms in its log".to_owned(),
        Some(force) => {
            let from = format!("in force; it began {}", interval(force.from));
            force.until.map_or_else(|| from.clone(), |until| format!("{from}; it ends {}", interval(until)))
        }
    }
}

/// The bound by which a duty is sorted: when it is due at the latest.
pub(crate) fn latest(cell: &Cell) -> (UnixSeconds, Option<LeafIndex>) {
    let due = cell.due.and_then(|due| due.hi).unwrap_or(UnixSeconds::LAST);
    (due, cell.subject.map(|subject| subject.index))
}
