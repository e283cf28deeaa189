"""presentation.md: the file, the grant, and the eighteen steps of its verification."""

from dataclasses import dataclass

import ed25519
from checkpoint import parse_checkpoint, parse_note, parse_proof, verify_checkpoint
from core import Refused, decimal, from_base64, is_digest, label
from disclosure import Opening, verify_openings
from merkle import leaf_hash, verify_consistency, verify_inclusion
from policy import require_quorum, time_bounds
from statement import KeyHistory, decode
from strict_json import read_file_of_ours

LIMIT = 16_777_216
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
PAP = ("CLEAR", "GREEN", "AMBER", "RED")


@dataclass(frozen=True)
class Event:
    index: int
    entry: bytes
    proof: tuple


@dataclass(frozen=True)
class Earlier:
    checkpoint: bytes
    consistency: tuple


@dataclass(frozen=True)
class Grant:
    audience: bytes
    index: int
    leaves: tuple  # (slot, leaf)
    log: bytes
    nonce: bytes
    pap: str
    profile: bytes
    signature: bytes
    signer: bytes
    statement: bytes
    time: int
    tlp: str

    def signed_bytes(self):
        leaves = b"".join(slot.to_bytes(2, "little") + leaf for slot, leaf in self.leaves)
        return b"".join((
            label("presentation/grant"), self.log, self.statement, self.index.to_bytes(8, "little"), self.profile,
            len(self.leaves).to_bytes(8, "little"), leaves, self.audience, bytes([TLP.index(self.tlp), PAP.index(self.pap)]),
            self.time.to_bytes(8, "little"), self.nonce))


@dataclass(frozen=True)
class Presentation:
    earlier: Earlier | None
    entry: bytes
    events: tuple
    grant: Grant
    multiproof: tuple
    openings: tuple
    proof: bytes


# Members: step 2. Whatever does not fit is MALFORMED-PRESENTATION, also a bad number or base64 inside.


def parse_presentation(data):
    if len(data) > LIMIT:
        raise Refused("OVERSIZE", "presentation", f"expected at most {LIMIT} bytes, got {len(data)}")
    value = read_file_of_ours(data)
    _members(value, "presentation", "detente entry events grant multiproof openings proof", "earlier")
    _require(value["detente"] == "presentation/v1", "detente", "expected presentation/v1")
    entry = _bytes(value["entry"], "entry")
    _require(1 <= len(entry) <= 65_535, "entry", f"{len(entry)} bytes")
    openings = tuple(_opening(item) for item in _list(value["openings"], 1, 4096, "openings"))
    return Presentation(
        _earlier(value["earlier"]) if "earlier" in value else None,
        entry,
        tuple(_event(item) for item in _list(value["events"], 1, 1000, "events")),
        _grant(value["grant"], len(openings)),
        _hashes(value["multiproof"], 4096, "multiproof"),
        openings,
        _text(value["proof"], "proof").encode("utf-8"))


def _require(condition, culprit, detail):
    if not condition:
        raise Refused("MALFORMED-PRESENTATION", culprit, detail)


def _members(value, culprit, required, optional=""):
    _require(isinstance(value, dict), culprit, "expected an object")
    required, optional = set(required.split()), set(optional.split())
    _require(required <= set(value) <= required | optional, culprit, "other members")


def _text(value, culprit):
    _require(isinstance(value, str), culprit, "expected a string")
    return value


def _list(value, least, most, culprit):
    _require(isinstance(value, list) and least <= len(value) <= most, culprit, f"expected {least} to {most} items")
    return value


def _bytes(value, culprit, length=None):
    try:
        data = from_base64(_text(value, culprit))
    except Refused:
        _require(False, culprit, "expected strict base64")
    _require(length is None or len(data) == length, culprit, f"expected {length} bytes, got {len(data)}")
    return data


def _hashes(value, most, culprit):
    return tuple(_bytes(item, culprit, 32) for item in _list(value, 0, most, culprit))


def _decimal(value, culprit):
    try:
        return decimal(_text(value, culprit))
    except Refused:
        _require(False, culprit, "expected a decimal number")


def _digest(value, culprit):
    _require(is_digest(value), culprit, "expected 64 hexadecimal digits")
    return bytes.fromhex(value)


def _slot(value, culprit):
    _require(type(value) is float and value.is_integer() and 0 <= value <= 65_535, culprit, "expected 0 to 65535")
    return int(value)


def _opening(value):
    _require(isinstance(value, dict), "openings", "expected an object")
    absent = "absent" in value
    _members(value, "openings", "absent salt slot" if absent else "salt slot value")
    _require(not absent or value["absent"] is True, "openings", "absent is not true")
    salt = _bytes(value["salt"], "salt", 32)
    return Opening(_slot(value["slot"], "openings"), salt, not absent, value.get("value"))


def _event(value):
    _members(value, "events", "entry index proof")
    entry = _bytes(value["entry"], "events")
    _require(1 <= len(entry) <= 65_535, "events", f"an entry of {len(entry)} bytes")
    return Event(_decimal(value["index"], "events"), entry, _hashes(value["proof"], 63, "events"))


def _earlier(value):
    _members(value, "earlier", "checkpoint consistency")
    return Earlier(_text(value["checkpoint"], "earlier").encode("utf-8"), _hashes(value["consistency"], 64, "earlier"))


def _grant(value, count):
    _members(value, "grant", "audience index leaves log nonce pap profile signature signer statement time tlp")
    leaves = []
    for item in _list(value["leaves"], count, count, "leaves"):
        _members(item, "leaves", "leaf slot")
        leaves.append((_slot(item["slot"], "leaves"), _digest(item["leaf"], "leaves")))
    _require(value["tlp"] in TLP if isinstance(value["tlp"], str) else False, "tlp", "an unknown word")
    _require(value["pap"] in PAP if isinstance(value["pap"], str) else False, "pap", "an unknown word")
    return Grant(
        _digest(value["audience"], "audience"), _decimal(value["index"], "index"), tuple(leaves),
        _digest(value["log"], "log"), _bytes(value["nonce"], "nonce", 16), value["pap"],
        _digest(value["profile"], "profile"), _bytes(value["signature"], "signature", 64),
        _digest(value["signer"], "signer"), _digest(value["statement"], "statement"),
        _decimal(value["time"], "time"), value["tlp"])


# Verify


@dataclass(frozen=True)
class Verdict:
    word: str
    presentation: Presentation
    log: bytes
    index: int
    size: int
    time_word: str
    lo: int | None
    hi: int | None


def verify(data, policy, profiles, audience=None):
    """The verdict, or the first failing step's code. `profiles` maps digests to profiles."""
    presentation = parse_presentation(data)  # 1, 2
    proof = parse_proof(presentation.proof)  # 3
    _require(proof.extra is None, "proof", "an extra line")
    checkpoint = verify_checkpoint(proof.checkpoint, policy)
    index = proof.index
    verify_inclusion(leaf_hash(presentation.entry), index, checkpoint.size, checkpoint.root, proof.hashes, "entry")  # 4
    history = _key_history(presentation.events, checkpoint)  # 5, 6
    if history.genesis.origin != checkpoint.origin:  # 7
        raise Refused("ORIGIN-MISMATCH", history.genesis.origin, f"the checkpoint's origin is {checkpoint.origin}")
    if history.genesis.vkey.key.data not in checkpoint.log_keys:
        raise Refused("UNKNOWN-LOG", history.genesis.vkey.name, "no verified log line is by the genesis' key")
    statement = decode(presentation.entry, "entry")  # 8
    if index == 0:
        raise Refused("GENESIS-MISPLACED", "entry", "index 0 is the genesis")
    history.check(statement, index)
    _require_open(history, index, "entry")
    if statement.kind != 16:  # 9
        raise Refused("NOT-SEALED", "entry", f"the statement is of kind {statement.kind}")
    _check_grant(presentation, history, statement, index, checkpoint.size)  # 10, 11
    grant = presentation.grant
    if audience is not None and audience != grant.audience:  # 12
        raise Refused("NOT-AUDIENCE", grant.audience.hex(), "the grant names another audience")
    for opening, (slot, leaf) in zip(presentation.openings, grant.leaves):  # 13
        if opening.leaf(history.log) != leaf:
            raise Refused("OPENING-MISMATCH", f"slot {slot}", "the opening does not give the granted leaf")
    if grant.profile not in profiles:  # 14
        raise Refused("UNKNOWN-PROFILE", grant.profile.hex(), "the reader has no such profile")
    verify_openings(profiles[grant.profile], history.log, statement.sealed, presentation.openings, presentation.multiproof)  # 15
    pool = [checkpoint]
    if presentation.earlier is not None:  # 16
        pool.append(_check_earlier(presentation.earlier, checkpoint, index, policy))
    require_quorum(checkpoint, policy)  # 17
    time_word, lo, hi = time_bounds(pool, index, policy)  # 18
    word = "UNWITNESSED" if policy.quorum is None else "VERIFIED"
    return Verdict(word, presentation, history.log, index, checkpoint.size, time_word, lo, hi)


def _key_history(events, checkpoint):
    for position, event in enumerate(events):
        culprit = f"event {position}"
        if position == 0 and event.index != 0:
            raise Refused("GENESIS-MISPLACED", culprit, f"its index is {event.index}")
        if position > 0 and event.index <= events[position - 1].index:
            raise Refused("MALFORMED-PRESENTATION", culprit, "the index is not above the one before it")
        verify_inclusion(leaf_hash(event.entry), event.index, checkpoint.size, checkpoint.root, event.proof, culprit)
    history = KeyHistory(decode(events[0].entry, "event 0"))
    for position, event in enumerate(events[1:], 1):
        statement = decode(event.entry, f"event {position}")
        history.check(statement, event.index)
        _require(2 <= statement.kind <= 5, "events", f"a statement of kind {statement.kind}")
        _require_open(history, event.index, f"event {position}")
        history.apply(statement, event.index)
    return history


def _require_open(history, index, culprit):
    if history.closed_at is not None and history.closed_at < index:
        raise Refused("ENTRY-AFTER-CLOSE", culprit, f"the log is closed at {history.closed_at}")


def _check_grant(presentation, history, statement, index, size):
    grant = presentation.grant
    same = (grant.log == history.log and grant.statement == statement.id and grant.index == index
            and [slot for slot, _ in grant.leaves] == [opening.slot for opening in presentation.openings])
    if not same:
        raise Refused("GRANT-MISMATCH", "grant", "it is about another entry or other slots")
    key = history.keys.get(grant.signer)
    if key is None:
        raise Refused("RELAYED", grant.signer.hex(), "no event enrols the grant's key")
    if key.enrolled >= size or key.revoked is not None:
        raise Refused("KEY-REVOKED", grant.signer.hex(), "the grant's key is revoked")
    if not ed25519.enrol(key.key).verifies(grant.signature, grant.signed_bytes()):
        raise Refused("INVALID-GRANT-SIGNATURE", grant.signer.hex(), "the grant's signature does not verify")


def _check_earlier(earlier, checkpoint, index, policy):
    verified = verify_checkpoint(parse_checkpoint(parse_note(earlier.checkpoint)), policy)
    if verified.origin != checkpoint.origin:
        raise Refused("ORIGIN-MISMATCH", verified.origin, f"expected {checkpoint.origin}")
    if verified.size > index:
        raise Refused("EARLIER-NOT-EARLIER", "earlier", f"size {verified.size} covers index {index}")
    verify_consistency(verified.size, verified.root, checkpoint.size, checkpoint.root, earlier.consistency, "earlier")
    return verified
