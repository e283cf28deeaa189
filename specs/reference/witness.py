"""witness.md: the add-checkpoint request, and what a witness answers. It persists and signs nothing."""

from dataclasses import dataclass

import checkpoint as texts
import core
import merkle
from core import MAXIMUM, Refused, decimal, from_base64

REQUEST_LIMIT = 1_100_000
HASH_LIMIT = 63
CLOCK_TOLERANCE = 300

_STATUS = {"OK": 200, "UNKNOWN-ORIGIN": 404, "UNKNOWN-LOG": 403, "INVALID-LOG-SIGNATURE": 403, "SIZE-CONFLICT": 409,
           "PROOF-LENGTH": 422, "INVALID-CONSISTENCY": 422, "INDEX-RANGE": 400, "EXTENSION-LINES": 400}
_STATUS_OF_CLASS = {"malformed": 400, "unavailable": 503, "misuse": 500}


@dataclass(frozen=True)
class Request:
    old: int
    proof: tuple
    note: texts.Note
    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Newest:
    size: int = 0
    root: bytes = merkle.EMPTY_ROOT
    time: int = 0


def status_of(code):
    return _STATUS.get(code) or _STATUS_OF_CLASS[core.CLASS_OF[code]]


def parse_request(data):
    if len(data) > REQUEST_LIMIT:
        raise Refused("OVERSIZE", "request", f"expected at most {REQUEST_LIMIT} bytes, got {len(data)}")
    try:
        rest = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("MALFORMED-REQUEST", "request", "not UTF-8") from None
    line, _, rest = rest.partition("\n")
    if not line.startswith("old "):
        raise Refused("MALFORMED-REQUEST", "request", "expected a first line `old <size>`")
    old, proof = decimal(line[4:], "old size"), []
    while True:
        line, newline, rest = rest.partition("\n")
        if not line:
            break
        proof.append(from_base64(line, f"hash {len(proof) + 1}"))
        if len(proof[-1]) != 32 or len(proof) > HASH_LIMIT:
            raise Refused("MALFORMED-REQUEST", "request", "a hash of another length or too many hashes")
    if not newline:
        raise Refused("MALFORMED-REQUEST", "request", "no blank line")
    note = texts.parse_note(rest.encode("utf-8"))
    return Request(old, tuple(proof), note, *_claim(note))


def _claim(note):
    """Origin, size and root. An empty tree's wrong root is not refused here: it is answered."""
    lines = note.text[:-1].split("\n")
    if len(lines) >= 3 and lines[1] == "0":
        root = from_base64(lines[2], "root hash") if texts.is_name(lines[0]) else b""
        if len(root) == 32:
            lines[2] = core.to_base64(merkle.EMPTY_ROOT)
            read = texts.parse_checkpoint(texts.Note("\n".join(lines) + "\n", note.lines))
            return read.origin, 0, root
    read = texts.parse_checkpoint(note)
    return read.origin, read.size, read.root


def require_configuration(keys, witness):
    """Section "What a witness has"."""
    if any(key.type != texts.LOG_KEY for key in keys) or witness.type != texts.COSIGNATURE_KEY:
        raise Refused("MISUSE", "vkey", "a key of the other type")
    if len({key.line_key for key in keys}) != len(keys):
        raise Refused("MISUSE", "vkey", "a pair of name and key id twice")


def answer(keys, witness, newest, data, now):
    """(code, the next newest or the one that stays, the word for what is kept or None)."""
    kept = []
    try:
        return "OK", _decide(keys, witness, newest, parse_request(data), now, kept), None
    except Refused as refused:
        return refused.code, newest, kept[0] if kept else None


def _decide(keys, witness, newest, request, now, kept):
    text = request.note.text.encode("utf-8")
    _check_signatures([key for key in keys if key.name == request.origin], request, text)
    _check_store(witness, newest, request, text)
    if request.root != newest.root and request.size == newest.size or request.size == 0 and request.root != merkle.EMPTY_ROOT:
        kept.append("fork")
    if request.old > request.size:
        raise Refused("INDEX-RANGE", "old size", f"{request.old} is above {request.size}")
    if request.old != newest.size:
        raise Refused("SIZE-CONFLICT", "old size", f"expected {newest.size}, got {request.old}")
    try:
        merkle.verify_consistency(newest.size, newest.root, request.size, request.root, request.proof, request.origin)
    except Refused:
        kept.append("unproven")
        raise
    if request.note.text.count("\n") > 3:
        raise Refused("EXTENSION-LINES", request.origin, "a text that goes on after the root")
    if now == 0 or now + CLOCK_TOLERANCE < newest.time:
        raise Refused("CLOCK-BEHIND", "clock", f"{now}, newest time {newest.time}")
    return Newest(request.size, request.root, max(now, newest.time))


def _check_signatures(keys, request, text):
    if not keys:
        raise Refused("UNKNOWN-ORIGIN", request.origin, "no trusted key has this name")
    trusted = {key.line_key: key for key in keys}
    lines = [line for line in request.note.lines if line.line_key in trusted]
    if not lines:
        raise Refused("UNKNOWN-LOG", request.origin, "no line of a trusted key")
    for line in lines:
        if not trusted[line.line_key].key.verifies(line.payload, text):
            raise Refused("INVALID-LOG-SIGNATURE", line.name, "the log's signature does not verify")


def _check_store(witness, newest, request, text):
    for line in request.note.lines:
        if line.line_key != witness.line_key or len(line.payload) != 72:
            continue
        time = int.from_bytes(line.payload[:8], "big")
        message = f"cosignature/v1\ntime {time}\n".encode("ascii") + text
        if time > MAXIMUM or not witness.key.verifies(line.payload[8:], message):
            continue
        other_root = request.size == newest.size and request.root != newest.root
        if request.size > newest.size or other_root or time > newest.time:
            raise Refused("STALE-STORE", line.name, f"cosigned size {request.size} at {time}")
