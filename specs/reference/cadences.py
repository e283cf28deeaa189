"""agreement.md, "Cadences" and open-within: links from one own entry to the next, folded where they say the same."""

from dataclasses import replace

import bodies
import statement
from instants import Interval, above


def links(case, qualifying, state=None, hidden=False):
    """The links of a cadence. `hidden`: the opaque rule holds."""
    begins, ends = case.force.begins, case.force.ends
    start, subject, cells = begins, None, []
    for answer in [*qualifying, None]:
        due = start.after(case.obligation.period)
        verdict, stale = case.deadline(start, answer)
        said = state or stale
        if hidden:
            verdict, said = case.opaque(verdict, said, start, answer)
        if ends is not None and not due.lo < ends.lo and verdict != "MET":
            break
        cells.append(case.cell(verdict, said, subject=subject, met_by=case.place(answer), start=start,
                               answer=None if answer is None else answer.interval, due=due))
        if answer is not None:
            # The duty runs from adoption by all: no gap counts before that.
            start = Interval(max(answer.interval.lo, begins.lo), max(answer.interval.hi, begins.hi))
            subject = case.place(answer)
    return fold(cells)


def fold(cells):
    folded = []
    for cell in cells:
        if folded and (folded[-1].verdict, folded[-1].state) == (cell.verdict, cell.state):
            folded[-1] = replace(folded[-1], answer=cell.answer, met_by=cell.met_by, due=cell.due, links=folded[-1].links + cell.links)
        else:
            folded.append(cell)
    return folded


def publish(case):
    return links(case, case.force.own(case.party.id))


def anchor(case):
    cells = []
    for other in case.others:
        held = case.force.logs[other.id].held
        sizes = {anchor.index: anchor.size for anchor in case.log.anchors if anchor.log == other.log}
        cells += links(case, [entry for entry in case.force.own(case.party.id) if _keeps_up(case, entry, other, held, sizes)], f"OF-{other.id}")
    return cells


def _keeps_up(case, entry, other, held, sizes):
    if entry.kind == bodies.DENIED:
        return entry.body.to == other.log
    if entry.index not in sizes:
        return False
    return all(sizes[entry.index] >= size or not case.obligation.period.after(hi) < entry.interval.lo for size, hi in held)


def meet(case):
    forms, others = case.obligation.terms["of"], {party.log: party for party in case.others}
    return links(case, [entry for entry in case.force.own(case.party.id)
                        if entry.kind == bodies.SESSION and entry.body.word in forms and entry.body.to in others
                        and _both_say_so(case, entry, case.force.logs[others[entry.body.to].id])], hidden=True)


def _both_say_so(case, entry, theirs):
    def with_us(session):
        return session is not None and session.kind == bodies.SESSION and session.body.to == case.party.log
    about = entry.body.reference
    return (about is not None and with_us(theirs.find(about))) or any(with_us(e) for e in theirs.about(case.party.log, entry))


def openings(case):
    slots = case.obligation.terms["slots"]

    def judge(entry):
        due = entry.interval.after(case.obligation.period)
        if all(slot in entry.opened for slot in slots):
            verdict = "MET"
        elif entry.interval.conflict:
            verdict = "WITNESS-CONFLICT"
        else:
            verdict = case.timed("OVERDUE" if above(case.facts.at, due.hi) else "PENDING")
        return case.cell(verdict, None, subject=case.place(entry), start=entry.interval, due=due)
    return fold(case.scoped(case.party.id, case.log.of_kind(statement.SEALED), judge))
