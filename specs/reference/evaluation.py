"""agreement.md, "Obligations": from facts to cells. Rules that make links one after another are in cadences.py."""

from dataclasses import dataclass

import bodies
import cadences
import instants
import reports
from facts import KNOWN, OUT, QUORUM_SPLIT, UNDECIDED, Force
from instants import AFTER_ALL, Interval, above, at_or_below, deadline, instant

CLASS_OF = {
    "MET": "kept", "MISSED": "broken", "OVERDUE": "broken", "PENDING": "open", "INDETERMINATE": "undecided",
    "UNDELIVERED": "undecided", "REFUSED": "undecided", "QUORUM-SPLIT": "undecided", "WITNESS-CONFLICT": "undecided",
    "BEFORE-EVENT": "undecided", "MALFORMED-DATE": "undecided", "NOT-VERIFIABLE": "outside"}


@dataclass
class Cell:
    obligation: str
    party: str
    verdict: str
    state: str | None = None
    subject: tuple | None = None  # (party id, index)
    met_by: tuple | None = None
    start: Interval | None = None
    answer: Interval | None = None
    due: Interval | None = None
    links: int = 1
    unopened: int | None = None


def evaluate(terms, facts):
    """(Force or None, cells) of an agreement."""
    if any(party.log not in facts.logs for party in terms.parties):
        return None, [Cell(o.id, party, *(("NOT-VERIFIABLE",) if o.kind == "not-verifiable" else ("INDETERMINATE", "NO-LOG")))
                      for o in terms.obligations for party in o.obliged]
    force = Force(terms, facts)
    if force.begins is None:
        return None, []
    cells = []
    for obligation in terms.obligations:
        for party_id in obligation.obliged:
            cells += _RULES[obligation.kind](Case(terms, facts, force, obligation, party_id))
    return force, cells


class Case:
    """One obligation of one obliged party."""

    def __init__(self, terms, facts, force, obligation, party_id):
        self.terms, self.facts, self.force, self.obligation = terms, facts, force, obligation
        self.party = terms.party(party_id)
        self.log = force.logs[party_id]
        self.others = [party for party in terms.parties if party.id != party_id]

    def cell(self, verdict, state=None, **members):
        return Cell(self.obligation.id, self.party.id, verdict, state, **members)

    def timed(self, verdict, state=None):
        """(verdict, state) by comparing instants, when there are instants to compare."""
        if self.facts.times == KNOWN:
            return verdict, state
        return ("QUORUM-SPLIT", None) if self.facts.times == QUORUM_SPLIT else ("INDETERMINATE", "UNWITNESSED")

    def deadline(self, start, answer):
        """(verdict, state) by the deadline table, with the obligation's period."""
        interval = None if answer is None else answer.interval
        verdict, state = deadline(start, self.obligation.period, interval, self.log.horizon, self.facts.at)
        return self.timed(verdict, state)

    def place(self, entry):
        """The place of an own entry, or None."""
        return None if entry is None else (self.party.id, entry.index)

    def scoped(self, party_id, entries, judge):
        """A cell for each entry that is not out of scope."""
        cells = []
        for entry in entries:
            scope = self.force.scope(party_id, entry)
            if scope == UNDECIDED:
                cells.append(self.cell("INDETERMINATE", "SCOPE", subject=(party_id, entry.index)))
            elif scope != OUT:
                judged = judge(entry)
                cells += [self.unless_ended(party_id, entry, cell) for cell in (judged if isinstance(judged, list) else [judged])]
        return cells

    def unless_ended(self, party_id, entry, cell):
        """A broken verdict about an entry is undecided while an end may be in what was not seen of another log."""
        if cell.verdict in ("MISSED", "OVERDUE") and not entry.interval.hi < self.force.unseen_from(party_id):
            cell.verdict, cell.state = "INDETERMINATE", "END"
        return cell

    def asked(self, kinds):
        """(other party, entries of these kinds that it addressed to the obliged party), in order."""
        for other in self.others:
            yield other, [e for e in self.force.logs[other.id].of_kind(*kinds) if e.body.to == self.party.log]

    def start(self, other, entry):
        """(S or None, the own index at or below which an answer is in time by order, or None) of another party's entry."""
        if self.obligation.terms["start"] == "mirror":
            return Interval(entry.interval.lo, entry.mirror_hi), None
        first = self.log.first_knowing(other.log, entry)
        if first is None:
            return None, None
        # An anchor that could not be compared may be the first one that covers the entry.
        earliest = min([first, *self.log.aside(other.log)], key=lambda found: found.index)
        return Interval(earliest.interval.lo, first.interval.hi), earliest.index

    def unless(self, judged, word, suspects, start, answer, above_index=None, since=None):
        """A broken verdict becomes INDETERMINATE when an own entry that may be the one missed lies where it would be in time."""
        if judged[0] not in ("MISSED", "OVERDUE"):
            return judged
        due = start.after(self.obligation.period).hi
        floor = max(self.force.adoption[self.party.id].index, above_index or 0)
        hides = any(entry.index > floor and not above(entry.interval.lo, due) and (answer is None or entry.index < answer.index)
                    and (since is None or not above(since, entry.interval.hi))
                    for entry in suspects)
        return ("INDETERMINATE", word) if hides else judged

    def opaque(self, judged, start, answer, before=None, since=None):
        """The opaque rule, of a link that begins with an own entry or none, about something from a time on."""
        suspects = [entry for entry in self.log.entries.values() if entry.opaque]
        return self.unless(judged, "OPAQUE", suspects, start, answer, None if before is None else before.index, since)

    def link(self, subject, start, order, answer, state=None, before=None):
        """The cell of a duty to another's entry: from a start to an own answer. Without `before` the rules of starts hold."""
        begins, since = before is None, self.force.logs[subject[0]].entries[subject[1]].interval.lo
        members = {"subject": subject, "met_by": self.place(answer), "answer": None if answer is None else answer.interval}
        if start is None:
            return self.cell("UNDELIVERED", None, **members)
        members |= {"start": start, "due": start.after(self.obligation.period)}
        if begins and order is not None and answer is not None and answer.index <= order:
            return self.cell("MET", state, **members)
        verdict, stale = self.deadline(start, answer)
        if begins and order is None and start.hi == AFTER_ALL and verdict != "MET":
            return self.cell("UNDELIVERED", state, **members)
        return self.cell(*self.opaque((verdict, state or stale), start, answer, before, since), **members)


# Answers to another party


_ACKNOWLEDGES = {
    bodies.PING: (bodies.PONG,), bodies.ISSUE: (bodies.REPLY,),
    **dict.fromkeys(bodies.REQUESTS, (bodies.ACK, bodies.ANSWER, bodies.REFUSE, bodies.UPDATE))}
_ENDS = (bodies.ANSWER, bodies.REFUSE)


def _kinds(case):
    return [bodies.KIND_OF[name] for name in case.obligation.terms["of"]]


def _acknowledge(case):
    def judge(other):
        def of(entry):
            answer = next((e for e in case.log.about(other.log, entry) if e.kind in _ACKNOWLEDGES[entry.kind]), None)
            return case.link((other.id, entry.index), *case.start(other, entry), answer)
        return of
    return [cell for other, entries in case.asked(_kinds(case)) for cell in case.scoped(other.id, entries, judge(other))]


def _respond(case):
    grounds = case.obligation.terms["grounds"]

    def answers(entry):
        if entry.kind == bodies.ISSUE:
            return lambda e: e.kind == bodies.REPLY
        return lambda e: e.kind == bodies.ANSWER or (e.kind == bodies.REFUSE and e.body.word in grounds)

    def judge(other):
        def of(entry):
            answer = next(filter(answers(entry), case.log.about(other.log, entry)), None)
            state = None if answer is None else answer.body.word
            cell = case.link((other.id, entry.index), *case.start(other, entry), answer, state)
            if cell.verdict == "MET" and answer.kind == bodies.REFUSE:
                cell.verdict = "REFUSED"
            return cell
        return of
    return [cell for other, entries in case.asked(_kinds(case)) for cell in case.scoped(other.id, entries, judge(other))]


def _update(case):
    def judge(other):
        def of(entry):
            subject, about = (other.id, entry.index), case.log.about(other.log, entry)
            said = [e for e in about if e.kind in _ACKNOWLEDGES[entry.kind]]
            answer = next(iter(said), None)
            cells = [case.link(subject, *case.start(other, entry), answer)]
            while answer is not None and not (answer.kind in _ENDS or (answer.kind == bodies.UPDATE and answer.body.word == "closed")):
                before, answer = answer, next((e for e in said if e.index > answer.index and e.kind != bodies.ACK), None)
                cells.append(case.link(subject, before.interval, None, answer, before=before))
            return cells
        return of
    return [cell for other, entries in case.asked(_kinds(case)) for cell in case.scoped(other.id, entries, judge(other))]


def _preserve(case):
    cells = []
    for other, entries in case.asked([bodies.PRESERVE]):
        held = {}
        for entry in entries:
            answer = next((e for e in case.log.about(other.log, entry) if e.kind == bodies.ANSWER and e.body.word == "preserved"), None)
            if answer is not None:
                held[entry.index] = answer
        cells += case.scoped(other.id, [entry for entry in entries if entry.index in held],
                             lambda entry: _held(case, other, entry, held[entry.index]))
    return cells


def _held(case, other, entry, answer):
    start, _ = case.start(other, entry)
    due = start.after(case.obligation.period)
    release = next((e for e in case.log.about(other.log, entry)
                    if e.kind == bodies.UPDATE and e.body.word == "released" and e.index > answer.index), None)
    last = release or answer
    state = None if release else "HELD"
    if start.conflict or (release is not None and release.interval.conflict):
        verdict = "WITNESS-CONFLICT"
    elif release is None:
        verdict = "MET" if above(case.log.horizon, due.hi) else "PENDING"
    else:
        verdict = not_before(release.interval, due)
    return case.cell(*case.timed(verdict, state), subject=(other.id, entry.index), met_by=case.place(last), start=start,
                     answer=last.interval, due=due)


def not_before(times, due):
    """Something that must not come before a due time."""
    if at_or_below(due.hi, times.lo):
        return "MET"
    return "MISSED" if above(due.lo, times.hi) else "INDETERMINATE"


# Accusations


def _evidence(case):
    def judge(entry):
        state = "OPENED" if entry.manifest_opened else "EVIDENCE-NONE" if entry.body.manifest is None else "COMMITTED"
        return case.cell("MISSED" if state == "EVIDENCE-NONE" else "MET", state, subject=case.place(entry), met_by=case.place(entry))
    return case.scoped(case.party.id, case.log.of_kind(bodies.ISSUE), judge)


def _ask_first(case):
    others = {party.log: party for party in case.others}

    def judge(entry):
        accused, asked, subject = others[entry.body.to], entry.body.reference, case.place(entry)
        request = None if asked is None or asked.index >= entry.index else case.log.find(asked)
        if request is None or request.kind not in bodies.REQUESTS or request.body.to != accused.log:
            return case.cell("MISSED", "PUBLIC-FIRST", subject=subject)
        met_by, wait = case.place(request), case.obligation.terms.get("wait")
        if wait is None:
            return case.cell("MET", "ASKED-FIRST", subject=subject, met_by=met_by)
        due = request.interval.after(wait)
        answered = any(e.kind in _ENDS and case.log.covers(accused.log, e.index, entry.index)
                       for e in case.force.logs[accused.id].about(case.party.log, request))
        state = "ANSWERED" if answered else None
        if answered:
            verdict = "MET"
        elif request.interval.conflict or entry.interval.conflict:
            verdict = "WITNESS-CONFLICT"
        else:
            verdict, state = case.timed(not_before(entry.interval, due))
            if verdict == "MISSED" and any(
                    request.index < anchor.index < entry.index and anchor.size is None for anchor in case.log.anchors_of(accused.log)):
                verdict, state = "INDETERMINATE", "UNAUDITED"
        return case.cell(verdict, state, subject=subject, met_by=met_by, start=request.interval, answer=entry.interval, due=due)
    return case.scoped(case.party.id, [e for e in case.log.of_kind(bodies.ISSUE) if e.body.to in others], judge)


# Withdrawal, budget and what no log can show


def _notice(case):
    cells = []
    for entry in case.force.own(case.party.id):
        if entry.kind == bodies.WITHDRAW and entry.body.agreement == case.terms.digest:
            due, effective = entry.interval.after(case.obligation.period), instant(entry.body.effective)
            verdict = "WITNESS-CONFLICT" if entry.interval.conflict else not_before(Interval(effective, effective), due)
            cell = case.cell(*case.timed(verdict), subject=case.place(entry), start=entry.interval, due=due)
            cells.append(case.unless_ended(case.party.id, entry, cell))
    return cells


def _budget(case):
    counted = [(e, scope) for e in case.log.of_kind(*_kinds(case)) if (scope := case.force.scope(case.party.id, e)) != OUT]
    bounded = [(e.interval, scope) for e, scope in counted if e.interval.known and not e.interval.conflict]
    unbounded, per, cells = len(counted) - len(bounded), case.obligation.terms["per"], []
    most, unseen_from = case.obligation.terms["at_most"], case.force.unseen_from(case.party.id)
    for number in sorted({n for times, _ in bounded for n in range(span_of(times.lo, per), span_of(times.hi, per) + 1)}):
        touching = [(times, scope) for times, scope in bounded if span_of(times.lo, per) <= number <= span_of(times.hi, per)]
        certain = [times for times, scope in touching if scope != UNDECIDED and span_of(times.lo, per) == span_of(times.hi, per)]
        if sum(times.hi < unseen_from for times in certain) > most:
            verdict = "MISSED"
        elif len(touching) + unbounded > most:
            verdict = "INDETERMINATE"
        else:
            verdict = "MET" if above(case.log.horizon, last_second(number, per)) else "PENDING"
        cells.append(case.cell(verdict, span_name(number, per), links=len(certain)))
    return cells


_MONTHS = {"year": 12, "quarter": 3, "month": 1}


def span_of(moment, per):
    """The number of the year, quarter or month that a second lies in, counted from the year 0."""
    year, month, _ = instants.date_of(moment // instants.DAY)
    return (year * 12 + month - 1) // _MONTHS[per]


def last_second(number, per):
    month = (number + 1) * _MONTHS[per]
    return instants.day_number(month // 12, month % 12 + 1, 1) * instants.DAY - 1


def span_name(number, per):
    if per == "year":
        return str(number)
    return f"{number // 4}-Q{number % 4 + 1}" if per == "quarter" else f"{number // 12}-{number % 12 + 1:02}"


_RULES = {
    "acknowledge-within": _acknowledge, "respond-within": _respond, "update-every": _update, "preserve-for": _preserve,
    "report-within": reports.judge, "evidence-with-accusation": _evidence, "ask-before-accusing": _ask_first,
    "anchor-within": cadences.anchor, "publish-within": cadences.publish, "meet-every": cadences.meet, "open-within": cadences.openings,
    "notice-before-withdrawal": _notice, "budget": _budget, "not-verifiable": lambda case: [case.cell("NOT-VERIFIABLE")]}
