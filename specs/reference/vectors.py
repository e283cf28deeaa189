"""The operations of the specs' Vectors tables, as functions from `input` to `output`."""

import re
from pathlib import Path

import agreement
import anchor
import audit
import bodies
import checkpoint as texts
import content
import core
import disclosure
import ed25519
import finding
import instants
import merkle
import policy as policies
import presentation
import profiles
import report
import statement
import strict_json
import witness
from core import Refused


class VectorFault(Exception):
    """The vector itself is not well formed; no code says so."""


# Readers of `input`. What they refuse is a fault of the vector, not a verdict.


def _text(given, name):
    if not isinstance(given.get(name), str):
        raise VectorFault(f"{name}: expected a string")
    return given[name]


def _list(given, name):
    if not isinstance(given.get(name), list):
        raise VectorFault(f"{name}: expected a list")
    return given[name]


def _base64(value, name):
    try:
        return core.from_base64(value)
    except (Refused, AttributeError):
        raise VectorFault(f"{name}: expected base64") from None


def _bytes(given, name):
    return _base64(given.get(name), name)


def _hex(value, name, length=None):
    if not isinstance(value, str) or re.fullmatch("(?:[0-9a-f]{2})*", value) is None:
        raise VectorFault(f"{name}: expected hexadecimal")
    if length is not None and len(value) != 2 * length:
        raise VectorFault(f"{name}: expected {length} bytes")
    return bytes.fromhex(value)


def _hash(given, name):
    return _hex(given.get(name), name, 32)


def _hashes(given, name):
    return [_hex(item, name, 32) for item in _list(given, name)]


def _number(given, name):
    """A `u64`, so one that may be out of range: the range is what is tested."""
    if re.fullmatch("0|[1-9][0-9]{0,19}", _text(given, name)) is None or int(given[name]) >= 2**64:
        raise VectorFault(f"{name}: expected a decimal number")
    return int(given[name])


def _policy(given):
    companion = None if given.get("companion") is None else _bytes(given, "companion")
    return policies.load_policy(_bytes(given, "policy"), companion)


def _profile(given):
    return profiles.parse_profile(_bytes(given, "profile"))


def _optional_decimal(value):
    return None if value is None else str(value)


# core and merkle


def core_json(given):
    return {"canonical": core.to_base64(strict_json.canonical(strict_json.read_json(_bytes(given, "bytes"))))}


def core_file(given):
    strict_json.read_file_of_ours(_bytes(given, "bytes"))
    return {}


def core_number(given):
    return {"value": str(core.decimal(_text(given, "text")))}


def core_base64(given):
    return {"hex": core.from_base64(_text(given, "text")).hex()}


def core_digest(given):
    if not _text(given, "label").isascii():
        raise VectorFault("label: expected ASCII")
    return {"digest": core.sha256(core.opened_label(given["label"]) + _bytes(given, "data")).hex()}


def merkle_root(given):
    return {"root": merkle.root_of([_hex(item, "leaves") for item in _list(given, "leaves")]).hex()}


def merkle_inclusion(given):
    merkle.verify_inclusion(_hash(given, "leaf"), _number(given, "index"), _number(given, "size"), _hash(given, "root"),
                            _hashes(given, "proof"))
    return {}


def merkle_consistency(given):
    merkle.verify_consistency(_number(given, "old_size"), _hash(given, "old_root"), _number(given, "new_size"),
                              _hash(given, "new_root"), _hashes(given, "proof"))
    return {}


def merkle_subtree(given):
    merkle.verify_subtree(_number(given, "start"), _number(given, "end"), _number(given, "size"), _hash(given, "hash"),
                          _hash(given, "root"), _hashes(given, "proof"))
    return {}


def merkle_prefix(given):
    return {"old_root": merkle.rebuild_prefix(_number(given, "old_size"), _number(given, "new_size"), _hash(given, "root"),
                                              _hashes(given, "proof")).hex()}


def merkle_tile(given):
    return {"path": merkle.tile_path(_number(given, "level"), _number(given, "index"), _number(given, "width"))}


# checkpoint


def checkpoint_key(given):
    ed25519.enrol(_hex(given.get("key"), "key", 32))
    return {}


def checkpoint_signature(given):
    key, signature = _hex(given.get("key"), "key", 32), _hex(given.get("signature"), "signature", 64)
    if not ed25519.enrol(key).verifies(signature, _bytes(given, "message")):
        raise Refused("INVALID-LOG-SIGNATURE")
    return {}


def checkpoint_vkey(given):
    vkey = texts.parse_vkey(_text(given, "text"))
    return {"name": vkey.name, "id": vkey.id.hex(), "type": vkey.type}


def checkpoint_note(given):
    return {"signatures": len(texts.parse_note(_bytes(given, "note")).lines)}


def checkpoint_checkpoint(given):
    policy = _policy(given)
    verified = texts.verify_checkpoint(texts.parse_checkpoint(texts.parse_note(_bytes(given, "note"))), policy)
    policies.require_quorum(verified, policy)
    return {"origin": verified.origin, "size": str(verified.size), "root": core.to_base64(verified.root),
            "witnesses": sorted(policies.counting(verified.times, policy))}


def checkpoint_policy(given):
    return {"overlap": policies.smallest_overlap(_policy(given))}


def check_proof(proof_bytes, entry, policy):
    """The index and the verified checkpoint of an offline proof, quorum last."""
    proof = texts.parse_proof(proof_bytes)
    verified = texts.verify_checkpoint(proof.checkpoint, policy)
    merkle.verify_inclusion(merkle.leaf_hash(entry), proof.index, verified.size, verified.root, proof.hashes, "entry")
    policies.require_quorum(verified, policy)
    return proof.index, verified


def checkpoint_proof(given):
    policy = _policy(given)
    index, verified = check_proof(_bytes(given, "proof"), _bytes(given, "entry"), policy)
    return {"index": str(index), "size": str(verified.size)}


def checkpoint_time(given):
    index, policy = _number(given, "index"), _policy(given)
    if index > core.MAXIMUM:
        raise VectorFault("index: expected at most 2^63 - 1")
    pool = []
    for note in _list(given, "notes"):
        pool.append(texts.verify_checkpoint(texts.parse_checkpoint(texts.parse_note(_base64(note, "notes"))), policy))
        if pool[-1].origin != pool[0].origin:
            raise Refused("ORIGIN-MISMATCH", pool[-1].origin, f"expected {pool[0].origin}")
    word, lo, hi = policies.time_bounds(pool, index, policy)
    return {"word": word, "lo": _optional_decimal(lo), "hi": _optional_decimal(hi)}


def checkpoint_anchor(given):
    policy = _policy(given)
    log, verified = anchor.read_anchor(_bytes(given, "body"), policy)
    return {"log": log.hex(), "size": str(verified.size)}


# statement and disclosure


def statement_decode(given):
    found = statement.decode(_bytes(given, "entry"))
    return {"kind": found.kind, "id": found.id.hex(), "author": found.author.hex(), "log": found.log.hex(),
            "sealed": None if found.sealed is None else found.sealed.hex()}


def statement_replay(given):
    entries = [_base64(entry, "entries") for entry in _list(given, "entries")]
    history = statement.replay(entries)
    return {"log": history.log.hex(), "authors": [digest.hex() for digest in history.usable(len(entries))],
            "closed": history.closed_at is not None}


def disclosure_profile(given):
    found = _profile(given)
    return {"digest": found.digest.hex(), "name": found.name, "assigned": len(found.slots)}


def disclosure_slots(given):
    values = disclosure.document_slots(_profile(given), _bytes(given, "document"))
    return {"values": {str(slot): value for slot, value in values.items()}}


def disclosure_seal(given):
    found, values = _profile(given), given.get("values")
    if not isinstance(values, dict) or any(re.fullmatch("0|[1-9][0-9]{0,4}", key) is None for key in values):
        raise VectorFault("values: expected an object from slot numbers")
    values = {int(slot): value for slot, value in values.items()}
    return {"sealed": disclosure.seal(found, _hash(given, "log"), _hash(given, "seed"), values).hex()}


def _opening(item):
    if not isinstance(item, dict) or set(item) not in ({"slot", "salt", "value"}, {"slot", "salt", "absent"}):
        raise VectorFault("openings: expected slot, salt and value or absent")
    slot, salt, absent = item["slot"], _bytes(item, "salt"), "absent" in item
    if type(slot) is not float or not slot.is_integer() or not 0 <= slot <= 65_535 or len(salt) != 32:
        raise VectorFault("openings: expected a slot number and 32 bytes of salt")
    if absent and item["absent"] is not True:
        raise VectorFault("openings: absent is true")
    return disclosure.Opening(int(slot), salt, not absent, item.get("value"))


def disclosure_open(given):
    openings = [_opening(item) for item in _list(given, "openings")]
    disclosure.verify_openings(_profile(given), _hash(given, "log"), _hash(given, "sealed"), openings,
                               _hashes(given, "proof"))
    return {}


def disclosure_select(given):
    return {"slots": _profile(given).select(_text(given, "field"))}


# presentation


def presentation_verify(given):
    policy = _policy(given)
    audience = None if given.get("audience") is None else _hash(given, "audience")
    verdict = presentation.verify(_bytes(given, "file"), policy, profiles.built_in(), audience)
    grant = verdict.presentation.grant
    return {"verdict": verdict.word, "log": verdict.log.hex(), "statement": grant.statement.hex(),
            "signer": grant.signer.hex(), "audience": grant.audience.hex(), "index": str(verdict.index),
            "size": str(verdict.size), "slots": [opening.slot for opening in verdict.presentation.openings],
            "lo": _optional_decimal(verdict.lo), "hi": _optional_decimal(verdict.hi)}


# witness


def witness_request(given):
    found = witness.parse_request(_bytes(given, "request"))
    return {"old": str(found.old), "origin": found.origin, "size": str(found.size), "root": found.root.hex(),
            "proof": [item.hex() for item in found.proof]}


def _seconds(given, name):
    if _number(given, name) > core.MAXIMUM:
        raise VectorFault(f"{name}: expected at most 2^63 - 1")
    return _number(given, name)


def _newest(given):
    if given.get("newest") is None:
        return witness.Newest()
    if not isinstance(given["newest"], dict):
        raise VectorFault("newest: expected an object")
    return witness.Newest(_seconds(given["newest"], "size"), _hash(given["newest"], "root"), _seconds(given["newest"], "time"))


def witness_decide(given):
    data, newest, now = _bytes(given, "request"), _newest(given), _seconds(given, "now")
    vkeys, own = _list(given, "keys"), _text(given, "witness")
    if not all(isinstance(vkey, str) for vkey in vkeys):
        raise VectorFault("keys: expected strings")
    keys = [texts.parse_vkey(vkey) for vkey in vkeys]
    own = texts.parse_vkey(own)
    witness.require_configuration(keys, own)
    code, after, keeps = witness.answer(keys, own, newest, data, now)
    return {"code": code, "status": witness.status_of(code), "size": str(after.size), "time": str(after.time), "keeps": keeps}


# finding


def finding_verify(given):
    data = _bytes(given, "file")
    if given.get("policy") is None and given.get("companion") is not None:
        raise VectorFault("companion: expected a policy too")
    policy = None if given.get("policy") is None else _policy(given)
    verdict = finding.verify(data, policy)
    return {"offence": verdict.offence, "culprit": verdict.culprit, "origin": verdict.origin, "first": str(verdict.first),
            "second": str(verdict.second)}


# agreement and audit


def _integer(given, name, most):
    value = given.get(name)
    if type(value) is not float or not value.is_integer() or not 0 <= value <= most:
        raise VectorFault(f"{name}: expected a number up to {most}")
    return int(value)


def agreement_body(given):
    kind = _integer(given, "kind", 2**32 - 1)
    if not bodies.knows(kind):
        raise VectorFault("kind: expected one of agreement.md")
    body = bodies.decode(kind, _bytes(given, "body"))
    to, about = body.to, body.reference
    return {"kind": bodies.NAMES[kind], "to": to and to.hex(), "log": about and about.log.hex(),
            "index": about and str(about.index), "statement": about and about.statement.hex()}


def agreement_file(given):
    found = agreement.parse(_bytes(given, "file"))
    return {"digest": found.digest.hex(), "parties": [party.id for party in found.parties],
            "obligations": [obligation.id for obligation in found.obligations]}


def agreement_policy(given):
    policy, companion = _policy(given), None if given.get("companion") is None else _bytes(given, "companion")
    agreement.parse(_bytes(given, "file")).require_policy(policy, _bytes(given, "policy"), companion)
    return {}


def _item(item):
    if not isinstance(item, list) or len(item) != 2:
        raise VectorFault("items: expected [type, count]")
    number, count = (_integer({"items": part}, "items", 2**32 - 1) for part in item)
    if not 1 <= number < len(bodies.ITEM_TYPES):
        raise VectorFault("items: expected types of the list")
    return bodies.ITEM_TYPES[number], count


def agreement_content(given):
    log, kind, commitment = _hash(given, "log"), _integer(given, "kind", 2**32 - 1), _hash(given, "commitment")
    items = tuple(_item(item) for item in given.get("items") or [])
    if not content.parse(_bytes(given, "file")).answers(log, kind, commitment, items):
        raise Refused("CONTENT-MISMATCH", "file", "it is not what was committed to")
    return {}


def agreement_period(given):
    moment, period = instants.instant(_seconds(given, "instant")), instants.parse_period(_text(given, "period"))
    return {"instant": report.shown(period.after(moment))}


def agreement_date(given):
    offset = None if given.get("offset") is None else instants.parse_offset(_text(given, "offset"))
    found = instants.claimed_interval(_text(given, "date"), offset)
    if found is None:
        raise Refused("MALFORMED-AGREEMENT", "date", "it is no date")
    return {"first": report.shown(found.lo), "last": report.shown(found.hi)}


def agreement_days(given):
    first, second = (instants.days_of_date(_text(given, name)) for name in ("first", "second"))
    days = _integer(given, "days", core.MAXIMUM)
    if first is None or second is None:
        return {"verdict": "MALFORMED-DATE"}
    return {"verdict": instants.days_verdict(first, second, days)}


def audit_report(given):
    logs = []
    for item in _list(given, "logs"):
        if not isinstance(item, dict):
            raise VectorFault("logs: expected objects")
        logs.append(audit.Log(_hash(item, "log"), _files(item, "notes"), _files(item, "entries")))
    if len({log.id for log in logs}) != len(logs):
        raise VectorFault("logs: one log twice")
    companion = None if given.get("companion") is None else _bytes(given, "companion")
    return {"report": report.report(audit.Input(
        _files(given, "agreements"), _bytes(given, "policy"), companion, _seconds(given, "at"), logs,
        _files(given, "presentations"), _files(given, "contents")))}


def _files(given, name):
    return [_base64(item, name) for item in _list(given, name)]


OPERATIONS = {f"{f.__name__.replace('_', '.', 1)}": f for f in (
    core_json, core_file, core_number, core_base64, core_digest, merkle_root, merkle_inclusion, merkle_consistency,
    merkle_subtree, merkle_prefix, merkle_tile, checkpoint_key, checkpoint_signature, checkpoint_vkey, checkpoint_note,
    checkpoint_checkpoint, checkpoint_policy, checkpoint_proof, checkpoint_time, checkpoint_anchor, statement_decode, statement_replay,
    disclosure_profile, disclosure_slots, disclosure_seal, disclosure_open, disclosure_select, presentation_verify,
    witness_request, witness_decide, finding_verify, agreement_body, agreement_file, agreement_policy, agreement_content,
    agreement_period, agreement_date, agreement_days, audit_report)}


# Running


def evaluate(vector):
    """(`OK` or a code, output or None) of one vector's operation and input."""
    if not isinstance(vector, dict) or not isinstance(vector.get("input"), dict):
        raise VectorFault("expected an object with operation and input")
    operation = OPERATIONS.get(_text(vector, "operation"))
    if operation is None:
        raise VectorFault(f"unknown operation {vector['operation']}")
    try:
        return "OK", operation(vector["input"])
    except Refused as refused:
        return refused.code, None


def run_file(path):
    """What is wrong with one vector file, or None."""
    try:
        vector = strict_json.read_json(Path(path).read_bytes())
        code, output = evaluate(vector)
    except (VectorFault, Refused) as fault:
        return f"fault of the vector: {fault}"
    except Exception as error:  # a defect of this verifier; the run goes on and fails
        return f"CRASH {type(error).__name__}: {error}"
    if set(vector) - {"operation", "description", "input", "expect", "output"} or not isinstance(vector.get("description"), str):
        return "fault of the vector: members"
    if Path(path).parent.name != vector["operation"].partition(".")[2]:
        return f"fault of the vector: operation {vector['operation']} in the wrong directory"
    if code != vector.get("expect"):
        return f"expected {vector.get('expect')}, got {code}"
    if code == "OK" and strict_json.canonical(output) != strict_json.canonical(vector.get("output")):
        return f"expected output {strict_json.canonical(vector.get('output')).decode()[:600]}, got {strict_json.canonical(output).decode()[:600]}"
    return None
