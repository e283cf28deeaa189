"""agreement.md, "Bodies": what the statements of kinds 32 to 66 say."""

from dataclasses import dataclass

from core import MAXIMUM, Reader, has_control
from disclosure import is_claimed_time

ZERO = bytes(32)
DECLARE, ADOPT, AMEND, WITHDRAW, ANCHOR, DENIED, PING, PONG, SESSION = range(32, 41)
ASSISTANCE, PRESERVE, ACK, ANSWER, REFUSE, UPDATE = range(48, 54)
ISSUE, REPLY, ISSUE_WITHDRAW = 64, 65, 66
REQUESTS = (ASSISTANCE, PRESERVE)

NAMES = {
    DECLARE: "party.declare", ADOPT: "agreement.adopt", AMEND: "agreement.amend", WITHDRAW: "agreement.withdraw",
    DENIED: "access.denied", PING: "ping", PONG: "pong", SESSION: "dialogue.session", ASSISTANCE: "request.assistance",
    PRESERVE: "request.preserve", ACK: "request.ack", ANSWER: "request.answer", REFUSE: "request.refuse",
    UPDATE: "request.update", ISSUE: "accusation.issue", REPLY: "accusation.reply", ISSUE_WITHDRAW: "accusation.withdraw"}
KIND_OF = {name: kind for kind, name in NAMES.items()}

# Closed lists, each word at its number; where 0 is a value, "" stands for not stated.
FORMS = (None, "dialogue", "experts", "exercise", "hotline")
OUTCOMES = (None, "investigated", "preserved", "mitigated", "provided", "nothing-found")
STATUSES = (None, "open", "preserved", "released", "closed")
GROUNDS = (None, "sovereignty", "security", "public-order", "political-offence", "not-competent", "legal-hold", "content-not-delivered")
CLASSES = (None, "government", "company", "researcher")
CHANNELS = (None, "private", "public")
LIKELIHOODS = ("", "1-5", "5-20", "20-45", "45-55", "55-80", "80-95", "95-99")
CONFIDENCES = ("", "low", "moderate", "high")
ALTERNATIVES = ("", "no", "yes")
BASES = (None, "industry", "political", "judicial", "media", "victim", "attacker-claim")
ITEM_TYPES = (None, "sample", "network-log", "host-log", "infrastructure", "document", "human-source", "signal", "other")
POSITIONS = (None, "denied", "accepted", "evidence-asked", "examining")
REASONS = (None, "mistaken", "settled", "unspecified")


@dataclass(frozen=True)
class Reference:
    log: bytes
    index: int
    statement: bytes


@dataclass(frozen=True)
class Body:
    """One body; what its kind does not have is None."""
    kind: int
    to: bytes | None = None  # the log that it names: whom it asks, pings, accuses, met, or could not read
    reference: Reference | None = None
    agreement: bytes | None = None  # adopted, withdrawn; of an amendment the new one
    old: bytes | None = None
    effective: int | None = None
    word: str | None = None  # form, outcome, ground, status, class, position or reason
    content: bytes | None = None
    manifest: bytes | None = None
    items: tuple = ()  # (type, count)


def decode(kind, data, culprit=None):
    reader = Reader(data, "MALFORMED-STATEMENT", culprit)
    reader.take(16)
    body = _READERS[kind](reader)
    reader.end()
    return Body(kind, **body)


def knows(kind):
    return kind in _READERS


# Parts


def _log(reader, zeros=False):
    log = reader.take(32)
    if log == ZERO and not zeros:
        reader.refuse("a log id of zeros")
    return log


def _reference(reader):
    log, index = _log(reader), reader.number(8)
    if not 1 <= index <= MAXIMUM:
        reader.refuse(f"a reference to index {index}")
    return Reference(log, index, reader.take(32))


def _commitment(reader):
    return reader.option(lambda: reader.take(32))


def _word(reader, words):
    number = reader.number(1)
    if number >= len(words) or words[number] is None:
        reader.refuse(f"{number} is not in the list")
    return words[number]


def _contact(reader):
    text = reader.text()
    if not 1 <= len(text.encode("utf-8")) <= 1_024 or has_control(text):
        reader.refuse("expected 1 to 1,024 bytes without control characters")


def _increasing(reader, read, what, least):
    """A list whose items' first numbers increase strictly."""
    count, items = reader.number(8), []
    if count < least:
        reader.refuse(f"expected at least one of {what}")
    for _ in range(count):  # each takes a byte or more, so the reader ends a count that lies
        items.append(read())
        if len(items) > 1 and items[-2][0] >= items[-1][0]:
            reader.refuse(f"{what} not strictly increasing")
    return tuple(items)


def _number_of(reader, words):
    number = reader.number(1)
    if not 1 <= number < len(words):
        reader.refuse(f"{number} is not in the list")
    return number


# Kinds


def _declare(reader):
    _contact(reader)
    _contact(reader)
    return {}


def _amend(reader):
    old, new = reader.take(32), reader.take(32)
    if old == new:
        reader.refuse("old and new are the same")
    return {"old": old, "agreement": new}


def _small(reader):
    number = reader.number(8)
    if number > MAXIMUM:
        reader.refuse("a number above 2^63 - 1")
    return number


def _withdraw(reader):
    return {"agreement": reader.take(32), "effective": _small(reader)}


def _denied(reader):
    log = _log(reader)
    _small(reader)
    return {"to": log}


def _session(reader):
    log, form, date = _log(reader), _word(reader, FORMS), reader.text()
    if not is_claimed_time(date):
        reader.refuse("a date that is no claimed time")
    return {"to": log, "word": form, "reference": reader.option(lambda: _reference(reader))}


def _request(reader):
    return {"to": _log(reader), "content": reader.take(32)}


def _about(words, committed=True):
    def read(reader):
        found = {"reference": _reference(reader), "word": _word(reader, words)}
        return found | ({"content": _commitment(reader)} if committed else {})
    return read


def _issue(reader):
    accused, accuser = _log(reader, zeros=True), _word(reader, CLASSES)
    for words in (CHANNELS, LIKELIHOODS, CONFIDENCES):
        _word(reader, words)
    _increasing(reader, lambda: (_number_of(reader, BASES),), "bases", 1)
    _word(reader, ALTERNATIVES)
    asked, manifest = reader.option(lambda: _reference(reader)), _commitment(reader)
    items = _increasing(reader, lambda: (_number_of(reader, ITEM_TYPES), reader.number(4)), "items", 0)
    if bool(items) != (manifest is not None) or any(count < 1 for _, count in items):
        reader.refuse("expected items with a manifest and none without, each at least once")
    review = reader.text()
    if review and not is_claimed_time(review):
        reader.refuse("a review date that is no claimed time")
    return {"to": None if accused == ZERO else accused, "word": accuser, "reference": asked, "manifest": manifest,
            "items": tuple((ITEM_TYPES[number], count) for number, count in items), "content": _commitment(reader)}


_READERS = {
    DECLARE: _declare, ADOPT: lambda reader: {"agreement": reader.take(32)}, AMEND: _amend, WITHDRAW: _withdraw,
    DENIED: _denied, PING: lambda reader: {"to": _log(reader)}, PONG: lambda reader: {"reference": _reference(reader)},
    SESSION: _session, ASSISTANCE: _request, PRESERVE: _request, ACK: lambda reader: {"reference": _reference(reader)},
    ANSWER: _about(OUTCOMES), REFUSE: _about(GROUNDS), UPDATE: _about(STATUSES), ISSUE: _issue, REPLY: _about(POSITIONS),
    ISSUE_WITHDRAW: _about(REASONS, committed=False)}
