"""agreement.md, "Cadences" and open-within: links from one own entry to the next, folded where they say the same."""

from dataclasses import replace

import bodies
import statement
from instants import Interval, above


def links(case, qualifying, state=None, excuses=()):
    """The links of a cadence. `excuses`: functions that turn a broken verdict into INDETERMINATE, in their order."""
    begins, ends, unseen_from = case.force.begins, case.force.ends, case.force.unseen_from(case.party.id)
    start, before, cells = begins, None, []
    for answer in [*qualifying, None]:
        due = start.after(case.obligation.period)
        judged = case.deadline(start, answer)
        if ends is not None and not due.lo < ends.lo and judged[0] != "MET":
            break
        for excuse in excuses:
            judged = excuse(judged, start, answer, before)
        if judged[0] in ("MISSED", "OVERDUE") and not ((ends is None or due.hi < ends.lo) and due.hi < unseen_from):
            judged = "INDETERMINATE", "END"
        cells.append(case.cell(judged[0], state or judged[1], subject=case.place(before), met_by=case.place(answer), start=start,
                               answer=None if answer is None else answer.interval, due=due))
        if answer is not None:
            start, before = Interval(max(answer.interval.lo, begins.lo), max(answer.interval.hi, begins.hi)), answer
    return fold(cells)


def fold(cells):
    folded = []
    for cell in cells:
        if folded and (folded[-1].verdict, folded[-1].state) == (cell.verdict, cell.state):
            folded[-1] = replace(folded[-1], answer=cell.answer, met_by=cell.met_by, due=cell.due, links=folded[-1].links + cell.links)
        else:
            folded.append(cell)
    return folded


def _between(case, word, suspects):
    """An excuse: one of these entries lies between the link's two."""
    return lambda judged, start, answer, before: case.unless(
        judged, word, suspects, start, answer, None if before is None else before.index)


def publish(case):
    malformed = [entry for entry in case.log.malformed if entry.index > case.force.adoption[case.party.id].index]
    return links(case, sorted(case.force.own(case.party.id) + malformed, key=lambda entry: entry.index))


def anchor(case):
    cells = []
    for other in case.others:
        held = case.force.logs[other.id].held
        sizes = {anchor.index: anchor.size for anchor in case.log.anchors_of(other.log) if anchor.size is not None}
        qualifying = [entry for entry in case.force.own(case.party.id) if _keeps_up(case, entry, other, held, sizes)]
        cells += links(case, qualifying, f"OF-{other.id}", [_between(case, None, case.log.aside(other.log))])
    return cells


def _keeps_up(case, entry, other, held, sizes):
    if entry.kind == bodies.DENIED:
        return entry.body.to == other.log
    if entry.index not in sizes:
        return False
    return all(sizes[entry.index] >= size or not case.obligation.period.after(hi) < entry.interval.lo for size, hi in held)


def meet(case):
    forms, others = case.obligation.terms["of"], {party.log: party for party in case.others}
    sessions = [entry for entry in case.force.own(case.party.id)
                if entry.kind == bodies.SESSION and entry.body.word in forms and entry.body.to in others]
    confirmed, taken = [], set()
    for entry in sessions:
        record = _record(case, entry, case.force.logs[others[entry.body.to].id], taken)
        if record is not None:
            taken.add((entry.body.to, record.index))
            confirmed.append(entry)
    alone = [entry for entry in sessions if entry not in confirmed]
    return links(case, confirmed, None, [lambda judged, start, answer, before: case.opaque(judged, start, answer, before),
                                         _between(case, "UNCONFIRMED", alone)])


def _record(case, entry, theirs, taken):
    """The other party's record of a session, of those that are not taken, or None."""
    about = entry.body.reference
    records = [] if about is None else [theirs.find(about)]
    return next((record for record in [*records, *theirs.about(case.party.log, entry)]
                 if record is not None and record.kind == bodies.SESSION and record.body.to == case.party.log
                 and (entry.body.to, record.index) not in taken), None)


def openings(case):
    slots = case.obligation.terms["slots"]

    def judge(entry):
        due, judged = entry.interval.after(case.obligation.period), ("MET", None)
        if not all(slot in entry.opened for slot in slots):
            verdict = "WITNESS-CONFLICT" if entry.interval.conflict else "OVERDUE" if above(case.facts.at, due.hi) else "PENDING"
            judged = case.timed(verdict)
        return case.cell(*judged, subject=case.place(entry), start=entry.interval, due=due)
    return fold(case.scoped(case.party.id, case.log.of_kind(statement.SEALED), judge))
