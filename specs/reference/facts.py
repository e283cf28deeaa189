"""agreement.md, "Facts", "In force" and "Starts": what of each log the obligations are judged by."""

from dataclasses import dataclass, field

import bodies
import statement
from instants import AFTER_ALL, Interval, above, at_or_below, instant

KNOWN, UNWITNESSED, QUORUM_SPLIT = "KNOWN", "UNWITNESSED", "QUORUM-SPLIT"
_KEY_EVENTS = (statement.GENESIS, statement.KEY_ADD, statement.KEY_ROTATE, statement.KEY_REVOKE, statement.LOG_CLOSE)
OUT, UNDECIDED, IN = "out", "undecided", "in"


@dataclass
class Entry:
    index: int
    kind: int
    id: bytes
    interval: Interval
    body: bodies.Body | None = None
    mirror_hi: object = AFTER_ALL
    opened: dict = field(default_factory=dict)  # slot -> (is present, value)
    manifest_opened: bool = False

    @property
    def opaque(self):
        return self.kind not in _KEY_EVENTS and self.kind not in (statement.SEALED, bodies.ANCHOR) and not bodies.knows(self.kind)


@dataclass(frozen=True)
class Anchor:
    index: int
    log: bytes
    size: int | None  # that it covers; None when it was left aside


class PartyFacts:
    """One log below its audited size, without malformed entries."""

    def __init__(self, log, size, horizon, entries, anchors, held, malformed=()):
        self.log, self.size, self.horizon = log, size, horizon
        self.entries = {entry.index: entry for entry in sorted(entries, key=lambda entry: entry.index)}
        self.malformed = list(malformed)  # entries of which only index and interval are of use
        self.anchors = sorted(anchors, key=lambda anchor: anchor.index)
        self.held = held  # (size, hi)
        self._about = {}
        for entry in self.entries.values():
            if entry.body is not None and entry.body.reference is not None:
                about = entry.body.reference
                self._about.setdefault((about.log, about.index, about.statement), []).append(entry)

    def about(self, log, entry):
        """Its entries that refer to an entry of a log, the lowest first."""
        return self._about.get((log, entry.index, entry.id), [])

    def of_kind(self, *kinds):
        return [entry for entry in self.entries.values() if entry.kind in kinds]

    def covers(self, log, index, below):
        """Whether an anchor of that log below an index covers that log's entry."""
        return any(anchor.index < below and anchor.size > index for anchor in self.anchors_of(log) if anchor.size is not None)

    def anchors_of(self, log):
        return [anchor for anchor in self.anchors if anchor.log == log]

    def aside(self, log):
        """Its anchors of a log that were left aside, as entries."""
        return [self.entries[anchor.index] for anchor in self.anchors_of(log) if anchor.size is None]

    def first_knowing(self, log, entry):
        """Its lowest entry that covers an entry of another log or refers to it, or None."""
        found = [anchor.index for anchor in self.anchors_of(log) if anchor.size is not None and anchor.size > entry.index][:1]
        found += [other.index for other in self.about(log, entry)[:1]]
        return self.entries[min(found)] if found else None

    def find(self, reference):
        """The entry that a reference to this log names, or None."""
        entry = self.entries.get(reference.index)
        return entry if entry is not None and reference.log == self.log and entry.id == reference.statement else None


@dataclass
class Facts:
    logs: dict  # log id -> PartyFacts, of the logs at hand
    at: object
    times: str


class Force:
    """When an agreement is in force, and which entries are in scope. `begins` is None when it is not."""

    def __init__(self, terms, facts):
        self.logs = {party.id: facts.logs[party.log] for party in terms.parties}
        self.adoption = {party_id: _first(log, 0, lambda body: _adopts(body, terms.digest)) for party_id, log in self.logs.items()}
        self.begins = self.ends = None
        if None in self.adoption.values():
            return
        self.begins = _latest(self.adoption.values())
        ends = self._withdrawals(terms) + self._amendment(terms.digest)
        if ends:
            self.ends = Interval(min(end.lo for end in ends), min(end.hi for end in ends))

    def _withdrawals(self, terms):
        period = next((o.period for o in terms.obligations if o.kind == "notice-before-withdrawal"), None)
        ends = []
        for party_id, log in self.logs.items():
            for entry in log.of_kind(bodies.WITHDRAW):
                if entry.body.agreement == terms.digest and entry.index > self.adoption[party_id].index:
                    end = entry.interval if period is None else entry.interval.after(period)
                    effective = instant(entry.body.effective)
                    ends.append(Interval(max(end.lo, effective), max(end.hi, effective)))
        return ends

    def _amendment(self, digest):
        ends = []
        for new in {e.body.agreement for log in self.logs.values() for e in log.of_kind(bodies.AMEND) if e.body.old == digest}:
            firsts = [_first(log, self.adoption[party_id].index,
                             lambda body: body.kind == bodies.AMEND and (body.old, body.agreement) == (digest, new))
                      for party_id, log in self.logs.items()]
            ends += [] if None in firsts else [_latest(firsts)]
        return ends

    def own(self, party_id):
        """Entries above its adoption."""
        first = self.adoption[party_id].index
        return [entry for entry in self.logs[party_id].entries.values() if entry.index > first]

    def unseen_from(self, party_id):
        """What is later than this, an entry of another party that was not seen may have changed: an end, for one."""
        return min(log.horizon for other_id, log in self.logs.items() if other_id != party_id)

    def scope(self, party_id, entry):
        """Whether an entry of a party is in scope: OUT, UNDECIDED or IN."""
        times = entry.interval
        if entry.index < self.adoption[party_id].index or above(self.begins.lo, times.hi):
            return OUT
        if self.ends is not None and at_or_below(self.ends.hi, times.lo):
            return OUT
        begun = at_or_below(self.begins.hi, times.lo) or all(
            self.logs[party_id].covers(other.log, self.adoption[other_id].index, entry.index)
            for other_id, other in self.logs.items() if other_id != party_id)
        return IN if begun and (self.ends is None or above(self.ends.lo, times.hi)) else UNDECIDED


def _adopts(body, digest):
    return body.kind in (bodies.ADOPT, bodies.AMEND) and body.agreement == digest


def _first(log, above_index, accepts):
    entries = (entry for entry in log.entries.values() if entry.index > above_index and entry.body is not None)
    return next((entry for entry in entries if accepts(entry.body)), None)


def _latest(entries):
    intervals = [entry.interval for entry in entries]
    return Interval(max(i.lo for i in intervals), max(i.hi for i in intervals))
