//! Neighbours with the same verdict and state become one cell.

use crate::{Cell, evaluate::sheet::Sheet};

/// Writes cells, folding each into the one before when both say the same.
#[derive(Default)]
pub(super) struct Fold {
    last: Option<Cell>,
}

impl Fold {
    pub(super) fn push(&mut self, sheet: &mut Sheet<'_>, cell: Cell) {
        if let Some(last) = &mut self.last
            && last.verdict == cell.verdict
            && last.state == cell.state
        {
            last.links = last.links.saturating_add(cell.links);
            (last.met_by, last.answer, last.due) = (cell.met_by, cell.answer, cell.due);
        } else if let Some(last) = self.last.replace(cell) {
            sheet.push(last);
        }
    }

    pub(super) fn finish(self, sheet: &mut Sheet<'_>) {
        if let Some(last) = self.last {
            sheet.push(last);
        }
    }
}
