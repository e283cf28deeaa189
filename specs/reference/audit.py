"""audit.md, "Procedure": from logs, agreements, a policy, presentations and a time to facts. The report is in report.py."""

from dataclasses import dataclass, field

import agreement
import anchor
import bodies
import content
import evaluation
import merkle
import policy as policies
import presentation
import profiles
import statement
from checkpoint import VerifiedCheckpoint, cosigned_at, parse_checkpoint, parse_note, parse_proof, verify_checkpoint
from core import Refused, sha256
from facts import KNOWN, QUORUM_SPLIT, UNWITNESSED, Anchor, Entry, Facts, PartyFacts
from instants import AFTER_ALL, BEFORE_ALL, UNKNOWN, Interval, instant, interval_of


@dataclass
class Log:
    id: bytes
    notes: list
    entries: list


@dataclass
class Input:
    agreements: list
    policy: bytes
    companion: bytes | None
    at: int
    logs: list
    presentations: list
    contents: list


@dataclass(frozen=True)
class Note:
    data: bytes
    checkpoint: VerifiedCheckpoint
    mirrored: dict  # index of a mirror -> its time

    @property
    def size(self):
        return self.checkpoint.size


@dataclass
class AuditedLog:
    id: bytes
    origin: str
    party: str  # its id in the first agreement that names it
    entries: list
    notes: list  # those given of a size up to the audited one, and those that joined them
    roots: dict  # of every size up to that of the entries
    size: int = 0
    replay: object = None
    statements: dict = field(default_factory=dict)  # index -> (Statement, Body or None), those that count
    anchors: list = field(default_factory=list)
    malformed: dict = field(default_factory=dict)  # index -> code
    opened: dict = field(default_factory=dict)  # index -> slot -> (is present, value)
    manifests: set = field(default_factory=set)  # indices of accusations that a manifest opens
    used: list = field(default_factory=list)  # notes of step 6


@dataclass
class Audit:
    given: Input
    policy: policies.Policy
    agreements: list
    parties: dict  # log id -> (id, origin), in order
    logs: dict  # log id -> AuditedLog, in the order of the parties
    presentations: list = field(default_factory=list)  # SHA-256 of those that count
    contents: list = field(default_factory=list)
    refused: list = field(default_factory=list)  # (SHA-256, code)
    facts: Facts | None = None
    results: list = field(default_factory=list)  # (Force or None, cells) of each agreement


def run(given):
    audit = _open(given)  # 1
    for log_id in audit.parties:  # 2
        log = next((log for log in given.logs if log.id == log_id), None)
        if log is not None:
            audit.logs[log_id] = _Reader(audit, log).read()
    for log in audit.logs.values():  # 3
        _anchors(audit, log)
    for data in dict.fromkeys(given.presentations):  # 4
        _counted(audit, audit.presentations, data, _present)
    for data in dict.fromkeys(given.contents):  # 5
        _counted(audit, audit.contents, data, _contain)
    times = _times_word(audit.policy)  # 6
    audit.facts = Facts({log.id: _facts_of(audit, log, times) for log in audit.logs.values()}, instant(given.at), times)
    audit.results = [evaluation.evaluate(terms, audit.facts) for terms in audit.agreements]  # 7
    return audit


def _open(given):
    policy = policies.load_policy(given.policy, given.companion)
    agreements, parties, ids = [], {}, {}
    for data in given.agreements:
        agreements.append(agreement.parse(data))
        agreements[-1].require_policy(policy, given.policy, given.companion)
    named = {party.log for terms in agreements for party in terms.parties}
    for log in given.logs:
        if log.id not in named:
            raise Refused("UNKNOWN-LOG", log.id.hex(), "it is of no party of an agreement")
    for party in (party for terms in agreements for party in terms.parties):
        party_id, origin = parties.setdefault(party.log, (party.id, party.origin))
        if origin != party.origin:
            raise Refused("ORIGIN-MISMATCH", party.origin, f"another agreement says {origin}")
        if ids.setdefault(party_id, party.log) != party.log:
            raise Refused("LOG-MISMATCH", party_id, "two parties of one id")
    return Audit(given, policy, agreements, parties, {})


def _counted(audit, counted, data, read):
    """A presentation or a content by itself: refused, left aside or counted."""
    try:
        if read(audit, data):
            counted.append(sha256(data))
    except _Fork:
        raise
    except Refused as refused:
        audit.refused.append((sha256(data), refused.code))


class _Fork(Refused):
    """Two trees of one log: it ends the audit, wherever it shows."""

    def __init__(self, log, size):
        super().__init__("INVALID-CONSISTENCY", f"{log}, size {size}", "a fork: another root than that of the entries")


# Step 2: one log


def verify_note(audit, data, checkpoint=None):
    """A note with its checkpoint verified, the quorum excepted, and the times of the mirrors whose lines are valid."""
    checkpoint = checkpoint or parse_checkpoint(parse_note(data))
    verified = verify_checkpoint(checkpoint, audit.policy)
    text, mirrored = checkpoint.note.text.encode("utf-8"), {}
    for number, mirror in enumerate(audit.policy.mirrors):
        for line in checkpoint.note.lines:
            if line.line_key == mirror.line_key:
                time = cosigned_at(line, mirror.key, text)
                if time:
                    mirrored[number] = time
    return Note(data, verified, mirrored)


def _seen_sizes(notes, policy, at=None):
    """The sizes of notes that, joined by size and root, meet the quorum with cosignatures up to a time."""
    names = {}
    for note in notes:
        counting = policies.counting(note.checkpoint.times, policy)
        names.setdefault((note.size, note.checkpoint.root), set()).update(n for n, time in counting.items() if at is None or time <= at)
    return {size for (size, _), found in names.items() if policies.quorum_met(found, policy)}


class _Reader:
    def __init__(self, audit, given):
        self.audit, self.given, self.policy = audit, given, audit.policy
        party, origin = audit.parties[given.id]
        self.log = AuditedLog(given.id, origin, party, given.entries, [], {})

    def read(self):
        log, given = self.log, self.given
        for data in given.notes:
            log.notes.append(verify_note(self.audit, data))
            if log.notes[-1].checkpoint.origin != log.origin:
                raise Refused("ORIGIN-MISMATCH", log.notes[-1].checkpoint.origin, f"expected {log.origin}")
        seen = _seen_sizes(log.notes, self.policy, self.audit.given.at)
        if log.notes and not seen and not _seen_sizes(log.notes, self.policy):
            raise Refused("UNDER-WITNESSED", log.origin, "no note meets the quorum")
        log.size = max(seen, default=0)
        if len(given.entries) < log.size:
            raise Refused("INDEX-RANGE", log.origin, f"{len(given.entries)} entries, and the audited size is {log.size}")
        log.roots = merkle.roots_of(given.entries, range(len(given.entries) + 1))
        self._check_roots()
        if log.size:
            self._begin()
            for index, found, body, code in log.replay.to(log.size):
                if code is None:
                    log.statements[index] = found, body
                else:
                    log.malformed[index] = code
        log.notes = [note for note in log.notes if note.size <= log.size]
        return log

    def _check_roots(self):
        log = self.log
        for note in sorted((note for note in log.notes if note.size < len(log.roots)), key=lambda note: note.size):
            if note.checkpoint.root == log.roots[note.size]:
                continue
            if note.size == log.size and not any(n.size == log.size and n.checkpoint.root == log.roots[log.size] for n in log.notes):
                raise Refused("ROOT-MISMATCH", log.origin, "the entries do not give the audited root")
            raise _Fork(log.origin, note.size)

    def _begin(self):
        log = self.log
        try:
            log.replay = _Replay(log.entries)
        except Refused as cause:
            raise Refused("MALFORMED-ENTRY", f"{log.origin}, entry 0", f"{cause.code}: {cause.detail}") from None
        history = log.replay.history
        if history.log != log.id:
            raise Refused("LOG-MISMATCH", log.origin, f"entry 0 is that of {history.log.hex()}")
        if history.genesis.origin != log.origin:
            raise Refused("ORIGIN-MISMATCH", history.genesis.origin, f"expected {log.origin}")
        if all(history.genesis.vkey.key.data not in note.checkpoint.log_keys for note in log.notes if note.size == log.size):
            raise Refused("UNKNOWN-LOG", log.origin, "no verified log line is by the genesis' key")


class _Replay:
    """The life of keys and what occurred, entry by entry."""

    def __init__(self, entries):
        self.entries, self.next = entries, 0
        self.first = statement.decode(entries[0], "entry 0")
        self.history = statement.KeyHistory(self.first)
        self.ids, self.sealed = {self.first.id}, {self.first.sealed}

    def to(self, size):
        """(index, Statement, Body or None, None) or (index, None, None, code) of every entry from the last one on."""
        for index in range(self.next, size):
            self.next = index + 1
            try:
                yield index, *(self._step(index) if index else (self.first, None)), None
            except Refused as refused:
                yield index, None, None, refused.code

    def _step(self, index):
        culprit = f"entry {index}"
        found = statement.decode(self.entries[index], culprit)
        self.history.check(found, index)
        if self.history.closed_at is not None:
            raise Refused("ENTRY-AFTER-CLOSE", culprit)
        if found.id in self.ids:
            raise Refused("DUPLICATE-STATEMENT", culprit)
        if found.sealed is not None and found.sealed in self.sealed:
            raise Refused("DUPLICATE-SEALED", culprit)
        self.history.apply(found, index)
        self.ids.add(found.id)
        body = _body(found, culprit)
        self.sealed.add(found.sealed)
        return found, body


def _body(found, culprit):
    """The body of a kind of agreement.md; of an anchor only whether it can be read."""
    if found.kind == bodies.ANCHOR:
        anchor.parse_anchor(found.body_bytes)
    if not bodies.knows(found.kind):
        return None
    if found.sealed is not None:
        raise Refused("MALFORMED-STATEMENT", culprit, "a sealed value, which this kind has not")
    return bodies.decode(found.kind, found.body_bytes, culprit)


# Step 3


def _anchors(audit, log):
    for index, (found, _) in list(log.statements.items()):
        if found.kind != bodies.ANCHOR:
            continue
        about, checkpoint = anchor.parse_anchor(found.body_bytes)
        if about not in audit.parties:
            continue
        if checkpoint.note.lines[0].line_key not in audit.policy.logs:
            continue
        try:
            note = verify_note(audit, _anchored_note(found), checkpoint)
            if note.checkpoint.origin != audit.parties[about][1]:
                raise Refused("ORIGIN-MISMATCH", note.checkpoint.origin, f"expected {audit.parties[about][1]}")
        except Refused as refused:
            log.malformed[index] = refused.code
            del log.statements[index]
            continue
        other = audit.logs.get(about)
        if other is not None and note.size < len(other.roots) and note.checkpoint.root != other.roots[note.size]:
            raise _Fork(other.origin, note.size)
        covers = other is not None and note.size <= other.size
        if covers:
            _join(other, note)
        log.anchors.append(Anchor(index, about, note.size if covers else None))


def _anchored_note(found):
    return found.body_bytes[16 + 32 + 8:]


def _join(log, note):
    """A note that came from elsewhere joins the notes of the log, when it is of the same tree."""
    if note.checkpoint.root != log.roots[note.size]:
        raise _Fork(log.origin, note.size)
    log.notes.append(note)


# Steps 4 and 5


def _present(audit, data):
    verdict = presentation.verify(data, audit.policy, profiles.built_in())
    found, proof = verdict.presentation, parse_proof(verdict.presentation.proof)
    log = next((log for log in audit.logs.values() if log.origin == proof.checkpoint.origin), None)
    if log is None:
        raise Refused("LOG-MISMATCH", verdict.log.hex(), "its log is not at hand")
    if verdict.size < len(log.roots) and proof.checkpoint.root != log.roots[verdict.size]:
        raise _Fork(log.origin, verdict.size)
    if verdict.size > log.size:
        return False
    _check_signer(log, found.grant.signer, verdict.size)
    _join(log, verify_note(audit, proof.note))
    if found.earlier is not None:
        _join(log, verify_note(audit, found.earlier.checkpoint))
    if verdict.index not in log.statements:
        return False
    slots = log.opened.setdefault(verdict.index, {})
    slots.update({opening.slot: (opening.present, opening.value) for opening in found.openings})
    return True


def _check_signer(log, digest, size):
    """A grant's key by all entries below a size, which may be above the audited one."""
    log.replay = log.replay or _Replay(log.entries)
    for _ in log.replay.to(size):
        pass
    signer = log.replay.history.keys.get(digest)
    if signer is None or signer.enrolled >= size:
        raise Refused("RELAYED", digest.hex(), "the log does not enrol the grant's key")
    if signer.revoked is not None and signer.revoked < size:
        raise Refused("KEY-REVOKED", digest.hex(), "the grant's key is revoked")


def _contain(audit, data):
    found = content.parse(data)
    log, counts = audit.logs.get(found.log), False
    for index, (said, body) in log.statements.items() if log is not None else ():
        if found.kind == 0 and said.kind == bodies.ISSUE and found.answers(log.id, 0, body.manifest, body.items):
            log.manifests.add(index)
            counts = True
        counts = counts or (said.kind == found.kind and found.answers(log.id, said.kind, body.content))
    if not counts:
        raise Refused("CONTENT-MISMATCH", "content", "no statement that counts commits to it")
    return True


# Step 6


def _times_word(policy):
    if policy.quorum is None:
        return UNWITNESSED
    return QUORUM_SPLIT if policies.smallest_overlap(policy) <= policy.tolerated else KNOWN


@dataclass
class _Group:
    """All notes of one size, joined."""
    size: int
    met: bool  # the quorum, by the time asked about
    first: object  # the smallest time at which it is met
    last: object  # the largest time since which it is met
    mirrored: object  # the smallest time at which the mirrors' quorum is met


def _met(audit, names):
    return policies.quorum_met(names, audit.policy)


def _groups(audit, log):
    by_size, groups = {}, []
    for note in log.notes:
        by_size.setdefault(note.size, []).append(note)
    for size, notes in sorted(by_size.items()):
        earliest, latest, mirrored = {}, {}, {}
        for note in notes:
            for name, time in policies.counting(note.checkpoint.times, audit.policy).items():
                if time <= audit.given.at:
                    earliest[name] = min(earliest.get(name, time), time)
                    latest[name] = max(latest.get(name, time), time)
            for number, time in note.mirrored.items():
                if time <= audit.given.at:
                    mirrored[number] = min(mirrored.get(number, time), time)
        first = min((t for t in earliest.values() if _met(audit, [n for n in earliest if earliest[n] <= t])), default=None)
        last = max((t for t in latest.values() if _met(audit, [n for n in latest if latest[n] >= t])), default=None)
        quorum = audit.policy.mirror_quorum
        heard = sorted(mirrored.values())[quorum - 1] if quorum is not None and len(mirrored) >= quorum else None
        met, times = _met(audit, earliest), interval_of(last, first)
        if met or heard is not None:
            log.used += notes
            groups.append(_Group(size, met, times.hi, times.lo, instant(heard)))
    return groups


def _facts_of(audit, log, times):
    groups, timed = _groups(audit, log), times == KNOWN
    lows, highs, heard = [BEFORE_ALL] * (log.size + 1), [AFTER_ALL] * (log.size + 1), [AFTER_ALL] * (log.size + 1)
    for group in groups:  # lo counts from its size up, hi and mirror hi below its size
        if group.size <= log.size:
            lows[group.size] = group.last
        below = min(group.size, log.size) - 1
        if below >= 0:
            highs[below], heard[below] = min(highs[below], group.first), min(heard[below], group.mirrored)
    for size in range(1, log.size + 1):
        lows[size] = max(lows[size], lows[size - 1])
    for size in range(log.size - 1, -1, -1):
        highs[size], heard[size] = min(highs[size], highs[size + 1]), min(heard[size], heard[size + 1])
    entries = [Entry(
        index, found.kind, found.id, Interval(lows[index], highs[index]) if timed else UNKNOWN, body, heard[index],
        log.opened.get(index, {}), index in log.manifests) for index, (found, body) in log.statements.items()]
    malformed = [Entry(index, 0, b"", Interval(lows[index], highs[index]) if timed else UNKNOWN) for index in log.malformed]
    held = [(group.size, group.first) for group in groups if group.met] if timed else []
    return PartyFacts(log.id, log.size, lows[log.size] if timed else BEFORE_ALL, entries, log.anchors, held, malformed)
