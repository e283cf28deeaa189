"""finding.md: portable proof that a log or a witness did what no honest one does."""

from dataclasses import dataclass

import merkle
from checkpoint import COSIGNATURE_KEY, LOG_KEY, Checkpoint, VerifierKey, parse_checkpoint, parse_note, parse_vkey
from core import MAXIMUM, Refused, from_base64
from strict_json import read_file_of_ours

LIMIT = 4_194_304
HASH_LIMIT = 64
FORK, COSIGNED_FORK, COSIGNED_BACKWARDS = "FORK", "COSIGNED-FORK", "COSIGNED-BACKWARDS"
_KEY_TYPE = {FORK: LOG_KEY, COSIGNED_FORK: COSIGNATURE_KEY, COSIGNED_BACKWARDS: COSIGNATURE_KEY}
_MEMBERS = {"culprit", "detente", "first", "hashes", "offence", "second"}


@dataclass(frozen=True)
class Finding:
    offence: str
    culprit: str
    first: bytes
    second: bytes
    hashes: tuple


@dataclass(frozen=True)
class Verdict:
    offence: str
    culprit: str
    origin: str
    first: int
    second: int


def verify(data, policy=None):
    """The verdict on the bytes of a file; without a policy step 10 is left out."""
    finding = parse_finding(data)
    culprit = _culprit(finding)
    first, first_time = _signed(finding.first, culprit, "first")
    second, second_time = _signed(finding.second, culprit, "second")
    _check_origins(finding.offence, culprit, first, second)
    _require((first.size, first.root) <= (second.size, second.root), "first", "the two are not in order")
    if first.size == 0:
        raise Refused("NO-OFFENCE", "first", "every tree begins with the empty one")
    if (first.size, first.root) == (second.size, second.root):
        raise Refused("NO-OFFENCE", "second", "it is the same tree")
    if culprit.type == COSIGNATURE_KEY and 0 in (first_time, second_time):
        raise Refused("NO-OFFENCE", culprit.name, "a cosignature of time 0 says nothing")
    if finding.offence == COSIGNED_BACKWARDS:
        if first.size == second.size or first_time <= second_time:
            raise Refused("NO-OFFENCE", culprit.name, f"size {first.size} at {first_time}, size {second.size} at {second_time}")
    elif merkle.rebuild_prefix(first.size, second.size, second.root, finding.hashes, "hashes") == first.root:
        raise Refused("NO-OFFENCE", "first", "the second tree begins with it")
    if policy is not None and not _knows(policy, culprit):
        raise Refused("UNKNOWN-CULPRIT", culprit.name, "the policy does not name this key")
    return Verdict(finding.offence, finding.culprit, first.origin, first.size, second.size)


# Steps 1 and 2. Whatever does not fit is MALFORMED-FINDING, also bad base64 in a hash.


def parse_finding(data):
    if len(data) > LIMIT:
        raise Refused("OVERSIZE", "finding", f"expected at most {LIMIT} bytes, got {len(data)}")
    value = read_file_of_ours(data)
    _require(isinstance(value, dict) and set(value) == _MEMBERS, "finding", "other members")
    for name in sorted(_MEMBERS - {"hashes"}):
        _require(isinstance(value[name], str), name, "expected a string")
    _require(value["detente"] == "finding/v1", "detente", "expected finding/v1")
    _require(isinstance(value["hashes"], list) and len(value["hashes"]) <= HASH_LIMIT, "hashes", "expected at most 64")
    hashes = tuple(_hash(item) for item in value["hashes"])
    if value["offence"] not in _KEY_TYPE:
        raise Refused("UNKNOWN-OFFENCE", "offence", f"no such offence: {value['offence'][:40]!r}")
    first, second = (value[name].encode("utf-8") for name in ("first", "second"))
    return Finding(value["offence"], value["culprit"], first, second, hashes)


def _require(condition, culprit, detail):
    if not condition:
        raise Refused("MALFORMED-FINDING", culprit, detail)


def _hash(item):
    try:
        data = from_base64(item) if isinstance(item, str) else b""
    except Refused:
        data = b""
    _require(len(data) == 32, "hashes", "expected base64 of 32 bytes")
    return data


# Steps 3 to 5


def _culprit(finding):
    vkey = parse_vkey(finding.culprit, "culprit")
    _require(vkey.type == _KEY_TYPE[finding.offence], "culprit", f"a key of type {vkey.type}")
    _require(finding.offence != COSIGNED_BACKWARDS or not finding.hashes, "hashes", "expected none")
    return vkey


def _signed(data, culprit: VerifierKey, which) -> tuple[Checkpoint, int | None]:
    """The checkpoint of a note that the culprit and nobody else signed, and a witness's time."""
    checkpoint = parse_checkpoint(parse_note(data))
    lines = checkpoint.note.lines
    _require(len(lines) == 1 and lines[0].line_key == culprit.line_key, which, "expected one line, the culprit's")
    payload, text = lines[0].payload, checkpoint.note.text.encode("utf-8")
    if culprit.type == LOG_KEY:
        if not culprit.key.verifies(payload, text):
            raise Refused("INVALID-LOG-SIGNATURE", which, "the log's signature does not verify")
        return checkpoint, None
    time = int.from_bytes(payload[:8], "big")
    message = f"cosignature/v1\ntime {time}\n".encode("ascii") + text
    if len(payload) != 72 or time > MAXIMUM or not culprit.key.verifies(payload[8:], message):
        raise Refused("INVALID-COSIGNATURE", which, "the cosignature does not verify")
    return checkpoint, time


def _check_origins(offence, culprit, first, second):
    if offence == FORK:
        for which, checkpoint in (("first", first), ("second", second)):
            if checkpoint.origin != culprit.name:
                raise Refused("ORIGIN-MISMATCH", which, f"expected {culprit.name}, got {checkpoint.origin}")
    elif first.origin != second.origin:
        raise Refused("ORIGIN-MISMATCH", "second", f"expected {first.origin}, got {second.origin}")


# Step 10


def _knows(policy, culprit):
    """The whole vkey counts: a key id is four bytes, which another key can be made to share."""
    known = policy.logs if culprit.type == LOG_KEY else policy.witnesses
    return any((key.line_key, key.key.data) == (culprit.line_key, culprit.key.data) for key in known.values())
