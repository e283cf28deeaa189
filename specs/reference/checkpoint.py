"""checkpoint.md, the texts: names, vkeys, signed notes, checkpoints, cosignatures and offline proofs.

Who is asked to sign, and what their times say, is in policy.py.
"""

from dataclasses import dataclass

import ed25519
from core import MAXIMUM, Refused, decimal, from_base64, has_control, has_white_space, sha256
from merkle import EMPTY_ROOT

NOTE_LIMIT = 1_000_000
PROOF_LIMIT = 1_100_000
SIGNATURE_LIMIT = 100
LOG_KEY, COSIGNATURE_KEY = 1, 4


def is_name(text):
    return 1 <= len(text.encode("utf-8")) <= 255 and "+" not in text and not has_white_space(text) and not has_control(text)


@dataclass(frozen=True)
class VerifierKey:
    name: str
    id: bytes
    type: int
    key: ed25519.PublicKey

    @property
    def line_key(self):
        """What a signature line names."""
        return self.name, self.id


def parse_vkey(text, culprit=None):
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_name(parts[0]) or len(parts[1]) != 8 or not set(parts[1]) <= set("0123456789abcdef"):
        raise Refused("MALFORMED-KEY", culprit, "expected <name>+<key id>+<base64>")
    name, key_id = parts[0], bytes.fromhex(parts[1])
    data = from_base64(parts[2], culprit)
    if len(data) != 33 or data[0] not in (LOG_KEY, COSIGNATURE_KEY):
        raise Refused("MALFORMED-KEY", culprit, "expected type 1 or 4 and 32 bytes")
    if sha256(name.encode("utf-8") + b"\n" + data)[:4] != key_id:
        raise Refused("MALFORMED-KEY", culprit, "the key id does not match")
    return VerifierKey(name, key_id, data[0], ed25519.enrol(data[1:], culprit or name))


# Signed note


@dataclass(frozen=True)
class SignatureLine:
    name: str
    id: bytes
    payload: bytes

    @property
    def line_key(self):
        return self.name, self.id


@dataclass(frozen=True)
class Note:
    text: str
    lines: tuple


def parse_note(data):
    if len(data) > NOTE_LIMIT:
        raise Refused("OVERSIZE", "note", f"expected at most {NOTE_LIMIT} bytes, got {len(data)}")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("MALFORMED-NOTE", "note", "not UTF-8") from None
    if any(byte < 0x20 and byte != 0x0A for byte in data):
        raise Refused("MALFORMED-NOTE", "note", "a control character")
    blank = note.rfind("\n\n")
    if not note.endswith("\n") or blank < 0 or blank + 2 == len(note):
        raise Refused("MALFORMED-NOTE", "note", "expected a text, a blank line and signature lines")
    raw_lines = note[blank + 2:-1].split("\n")
    lines = tuple(_signature_line(line, i + 1) for i, line in enumerate(raw_lines[:SIGNATURE_LIMIT]))
    if len(raw_lines) > SIGNATURE_LIMIT:
        raise Refused("TOO-MANY-SIGNATURES", "note", f"{len(raw_lines)} signature lines")
    if len({line.line_key for line in lines}) != len(lines):
        raise Refused("DUPLICATE-SIGNATURE", "note", "two lines with one name and key id")
    return Note(note[:blank + 1], lines)


def _signature_line(line, number):
    culprit = f"signature line {number}"
    name, space, encoded = line[2:].partition(" ")
    if not line.startswith("\u2014 ") or not space or not is_name(name):
        raise Refused("MALFORMED-NOTE", culprit, "expected — <name> <base64>")
    blob = from_base64(encoded, culprit)
    if len(blob) < 5:
        raise Refused("MALFORMED-NOTE", culprit, "under five bytes")
    return SignatureLine(name, blob[:4], blob[4:])


# Checkpoint


@dataclass(frozen=True)
class Checkpoint:
    note: Note
    origin: str
    size: int
    root: bytes


def parse_checkpoint(note):
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or not is_name(lines[0]):
        raise Refused("MALFORMED-CHECKPOINT", "checkpoint", "expected an origin, a size and a root")
    size = decimal(lines[1], "tree size")
    root = from_base64(lines[2], "root hash")
    if len(root) != 32 or "" in lines[3:] or (size == 0 and root != EMPTY_ROOT):
        raise Refused("MALFORMED-CHECKPOINT", "checkpoint", "a bad root or an empty extension line")
    return Checkpoint(note, lines[0], size, root)


@dataclass(frozen=True)
class VerifiedCheckpoint:
    origin: str
    size: int
    root: bytes
    log_keys: tuple  # 32-byte keys of the log lines that verified
    times: dict  # name of a witness in the policy -> its time, 0 included


def verify_checkpoint(checkpoint, policy):
    """Steps 1 to 4; the quorum is a separate step."""
    text = checkpoint.note.text.encode("utf-8")
    log_lines = [line for line in checkpoint.note.lines if line.line_key in policy.logs]
    if not log_lines:
        raise Refused("UNKNOWN-LOG", checkpoint.origin, "no signature line of a log key of the policy")
    for line in log_lines:
        if not policy.logs[line.line_key].key.verifies(line.payload, text):
            raise Refused("INVALID-LOG-SIGNATURE", line.name, "the log's signature does not verify")
    if checkpoint.origin != log_lines[0].name:
        raise Refused("ORIGIN-MISMATCH", checkpoint.origin, f"expected origin {log_lines[0].name}")
    times = {}
    for line in checkpoint.note.lines:
        if line.line_key in policy.witness_of:
            times[policy.witness_of[line.line_key]] = _cosignature_time(line, policy, text)
    keys = tuple(policy.logs[line.line_key].key.data for line in log_lines)
    return VerifiedCheckpoint(checkpoint.origin, checkpoint.size, checkpoint.root, keys, times)


def _cosignature_time(line, policy, text):
    time = cosigned_at(line, policy.witnesses[policy.witness_of[line.line_key]].key, text)
    if time is None:
        raise Refused("INVALID-COSIGNATURE", line.name, "the cosignature does not verify")
    return time


def cosigned_at(line, key, text):
    """The time of a cosignature line of a key, or None when it is not valid."""
    time = int.from_bytes(line.payload[:8], "big")
    message = f"cosignature/v1\ntime {time}\n".encode("ascii") + text
    valid = len(line.payload) == 72 and time <= MAXIMUM and key.verifies(line.payload[8:], message)
    return time if valid else None


# Offline proof


@dataclass(frozen=True)
class OfflineProof:
    index: int
    hashes: tuple
    extra: bytes | None
    checkpoint: Checkpoint
    note: bytes  # the checkpoint's note as it came


def parse_proof(data):
    if len(data) > PROOF_LIMIT:
        raise Refused("OVERSIZE", "proof", f"expected at most {PROOF_LIMIT} bytes, got {len(data)}")
    try:
        rest = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("MALFORMED-PROOF", "proof", "not UTF-8") from None
    first, _, rest = rest.partition("\n")
    if first != "c2sp.org/tlog-proof@v1":
        raise Refused("MALFORMED-PROOF", "proof", "another first line")
    line, _, rest = rest.partition("\n")
    extra = None
    if line.startswith("extra "):
        extra = from_base64(line[6:], "extra")
        line, _, rest = rest.partition("\n")
    if not line.startswith("index "):
        raise Refused("MALFORMED-PROOF", "proof", "expected an index line")
    index = decimal(line[6:], "index")
    hashes = []
    while True:
        line, newline, rest = rest.partition("\n")
        if not line:
            break
        hashes.append(from_base64(line, f"hash {len(hashes) + 1}"))
        if len(hashes[-1]) != 32 or len(hashes) > 63:
            raise Refused("MALFORMED-PROOF", "proof", "a hash of another length or too many hashes")
    if not newline:
        raise Refused("MALFORMED-PROOF", "proof", "no blank line")
    note = rest.encode("utf-8")
    return OfflineProof(index, tuple(hashes), extra, parse_checkpoint(parse_note(note)), note)
