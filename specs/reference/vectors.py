"""The operations of the specs' Vectors tables, as functions from `input` to `output`."""

import re
from pathlib import Path

import anchor
import checkpoint as texts
import core
import disclosure
import ed25519
import finding
import merkle
import policy as policies
import presentation
import profiles
import statement
import strict_json
import vectors_agreement
import witness
from core import Refused
from inputs import (
    VectorFault, optional_decimal, read_base64, read_bytes, read_hash, read_hashes, read_hex, read_list, read_number, read_policy,
    read_profile, read_seconds, read_text)

# core and merkle


def core_json(given):
    return {"canonical": core.to_base64(strict_json.canonical(strict_json.read_json(read_bytes(given, "bytes"))))}


def core_file(given):
    strict_json.read_file_of_ours(read_bytes(given, "bytes"))
    return {}


def core_number(given):
    return {"value": str(core.decimal(read_text(given, "text")))}


def core_base64(given):
    return {"hex": core.from_base64(read_text(given, "text")).hex()}


def core_digest(given):
    if not read_text(given, "label").isascii():
        raise VectorFault("label: expected ASCII")
    return {"digest": core.sha256(core.opened_label(given["label"]) + read_bytes(given, "data")).hex()}


def merkle_root(given):
    return {"root": merkle.root_of([read_hex(item, "leaves") for item in read_list(given, "leaves")]).hex()}


def merkle_inclusion(given):
    merkle.verify_inclusion(read_hash(given, "leaf"), read_number(given, "index"), read_number(given, "size"), read_hash(given, "root"),
                            read_hashes(given, "proof"))
    return {}


def merkle_consistency(given):
    merkle.verify_consistency(read_number(given, "old_size"), read_hash(given, "old_root"), read_number(given, "new_size"),
                              read_hash(given, "new_root"), read_hashes(given, "proof"))
    return {}


def merkle_subtree(given):
    merkle.verify_subtree(read_number(given, "start"), read_number(given, "end"), read_number(given, "size"), read_hash(given, "hash"),
                          read_hash(given, "root"), read_hashes(given, "proof"))
    return {}


def merkle_prefix(given):
    return {"old_root": merkle.rebuild_prefix(read_number(given, "old_size"), read_number(given, "new_size"), read_hash(given, "root"),
                                              read_hashes(given, "proof")).hex()}


def merkle_tile(given):
    return {"path": merkle.tile_path(read_number(given, "level"), read_number(given, "index"), read_number(given, "width"))}


# checkpoint


def checkpoint_key(given):
    ed25519.enrol(read_hex(given.get("key"), "key", 32))
    return {}


def checkpoint_signature(given):
    key, signature = read_hex(given.get("key"), "key", 32), read_hex(given.get("signature"), "signature", 64)
    if not ed25519.enrol(key).verifies(signature, read_bytes(given, "message")):
        raise Refused("INVALID-LOG-SIGNATURE")
    return {}


def checkpoint_vkey(given):
    vkey = texts.parse_vkey(read_text(given, "text"))
    return {"name": vkey.name, "id": vkey.id.hex(), "type": vkey.type}


def checkpoint_note(given):
    return {"signatures": len(texts.parse_note(read_bytes(given, "note")).lines)}


def checkpoint_checkpoint(given):
    policy = read_policy(given)
    verified = texts.verify_checkpoint(texts.parse_checkpoint(texts.parse_note(read_bytes(given, "note"))), policy)
    policies.require_quorum(verified, policy)
    return {"origin": verified.origin, "size": str(verified.size), "root": core.to_base64(verified.root),
            "witnesses": sorted(policies.counting(verified.times, policy))}


def checkpoint_policy(given):
    return {"overlap": policies.smallest_overlap(read_policy(given))}


def check_proof(proof_bytes, entry, policy):
    """The index and the verified checkpoint of an offline proof, quorum last."""
    proof = texts.parse_proof(proof_bytes)
    verified = texts.verify_checkpoint(proof.checkpoint, policy)
    merkle.verify_inclusion(merkle.leaf_hash(entry), proof.index, verified.size, verified.root, proof.hashes, "entry")
    policies.require_quorum(verified, policy)
    return proof.index, verified


def checkpoint_proof(given):
    policy = read_policy(given)
    index, verified = check_proof(read_bytes(given, "proof"), read_bytes(given, "entry"), policy)
    return {"index": str(index), "size": str(verified.size)}


def checkpoint_time(given):
    index, policy = read_number(given, "index"), read_policy(given)
    if index > core.MAXIMUM:
        raise VectorFault("index: expected at most 2^63 - 1")
    pool = []
    for note in read_list(given, "notes"):
        pool.append(texts.verify_checkpoint(texts.parse_checkpoint(texts.parse_note(read_base64(note, "notes"))), policy))
        if pool[-1].origin != pool[0].origin:
            raise Refused("ORIGIN-MISMATCH", pool[-1].origin, f"expected {pool[0].origin}")
    word, lo, hi = policies.time_bounds(pool, index, policy)
    return {"word": word, "lo": optional_decimal(lo), "hi": optional_decimal(hi)}


def checkpoint_anchor(given):
    policy = read_policy(given)
    log, verified = anchor.read_anchor(read_bytes(given, "body"), policy)
    return {"log": log.hex(), "size": str(verified.size)}


# statement and disclosure


def statement_decode(given):
    found = statement.decode(read_bytes(given, "entry"))
    return {"kind": found.kind, "id": found.id.hex(), "author": found.author.hex(), "log": found.log.hex(),
            "sealed": None if found.sealed is None else found.sealed.hex()}


def statement_replay(given):
    entries = [read_base64(entry, "entries") for entry in read_list(given, "entries")]
    history = statement.replay(entries)
    return {"log": history.log.hex(), "authors": [digest.hex() for digest in history.usable(len(entries))],
            "closed": history.closed_at is not None}


def disclosure_profile(given):
    found = read_profile(given)
    return {"digest": found.digest.hex(), "name": found.name, "assigned": len(found.slots)}


def disclosure_slots(given):
    values = disclosure.document_slots(read_profile(given), read_bytes(given, "document"))
    return {"values": {str(slot): value for slot, value in values.items()}}


def disclosure_seal(given):
    found, values = read_profile(given), given.get("values")
    if not isinstance(values, dict) or any(re.fullmatch("0|[1-9][0-9]{0,4}", key) is None for key in values):
        raise VectorFault("values: expected an object from slot numbers")
    values = {int(slot): value for slot, value in values.items()}
    return {"sealed": disclosure.seal(found, read_hash(given, "log"), read_hash(given, "seed"), values).hex()}


def _opening(item):
    if not isinstance(item, dict) or set(item) not in ({"slot", "salt", "value"}, {"slot", "salt", "absent"}):
        raise VectorFault("openings: expected slot, salt and value or absent")
    slot, salt, absent = item["slot"], read_bytes(item, "salt"), "absent" in item
    if type(slot) is not float or not slot.is_integer() or not 0 <= slot <= 65_535 or len(salt) != 32:
        raise VectorFault("openings: expected a slot number and 32 bytes of salt")
    if absent and item["absent"] is not True:
        raise VectorFault("openings: absent is true")
    return disclosure.Opening(int(slot), salt, not absent, item.get("value"))


def disclosure_open(given):
    openings = [_opening(item) for item in read_list(given, "openings")]
    disclosure.verify_openings(read_profile(given), read_hash(given, "log"), read_hash(given, "sealed"), openings,
                               read_hashes(given, "proof"))
    return {}


def disclosure_select(given):
    return {"slots": read_profile(given).select(read_text(given, "field"))}


# presentation


def presentation_verify(given):
    policy = read_policy(given)
    audience = None if given.get("audience") is None else read_hash(given, "audience")
    verdict = presentation.verify(read_bytes(given, "file"), policy, profiles.built_in(), audience)
    grant = verdict.presentation.grant
    return {"verdict": verdict.word, "log": verdict.log.hex(), "statement": grant.statement.hex(),
            "signer": grant.signer.hex(), "audience": grant.audience.hex(), "index": str(verdict.index),
            "size": str(verdict.size), "slots": [opening.slot for opening in verdict.presentation.openings],
            "lo": optional_decimal(verdict.lo), "hi": optional_decimal(verdict.hi)}


# witness


def witness_request(given):
    found = witness.parse_request(read_bytes(given, "request"))
    return {"old": str(found.old), "origin": found.origin, "size": str(found.size), "root": found.root.hex(),
            "proof": [item.hex() for item in found.proof]}


def _newest(given):
    if given.get("newest") is None:
        return witness.Newest()
    if not isinstance(given["newest"], dict):
        raise VectorFault("newest: expected an object")
    return witness.Newest(read_seconds(given["newest"], "size"), read_hash(given["newest"], "root"), read_seconds(given["newest"], "time"))


def witness_decide(given):
    data, newest, now = read_bytes(given, "request"), _newest(given), read_seconds(given, "now")
    vkeys, own = read_list(given, "keys"), read_text(given, "witness")
    if not all(isinstance(vkey, str) for vkey in vkeys):
        raise VectorFault("keys: expected strings")
    keys = [texts.parse_vkey(vkey) for vkey in vkeys]
    own = texts.parse_vkey(own)
    witness.require_configuration(keys, own)
    code, after, keeps = witness.answer(keys, own, newest, data, now)
    return {"code": code, "status": witness.status_of(code), "size": str(after.size), "time": str(after.time), "keeps": keeps}


# finding


def finding_verify(given):
    data = read_bytes(given, "file")
    if given.get("policy") is None and given.get("companion") is not None:
        raise VectorFault("companion: expected a policy too")
    policy = None if given.get("policy") is None else read_policy(given)
    verdict = finding.verify(data, policy)
    return {"offence": verdict.offence, "culprit": verdict.culprit, "origin": verdict.origin, "first": str(verdict.first),
            "second": str(verdict.second)}


OPERATIONS = {f"{f.__name__.replace('_', '.', 1)}": f for f in (
    core_json, core_file, core_number, core_base64, core_digest, merkle_root, merkle_inclusion, merkle_consistency,
    merkle_subtree, merkle_prefix, merkle_tile, checkpoint_key, checkpoint_signature, checkpoint_vkey, checkpoint_note,
    checkpoint_checkpoint, checkpoint_policy, checkpoint_proof, checkpoint_time, checkpoint_anchor, statement_decode, statement_replay,
    disclosure_profile, disclosure_slots, disclosure_seal, disclosure_open, disclosure_select, presentation_verify,
    witness_request, witness_decide, finding_verify, *vectors_agreement.OPERATIONS)}


# Running


def evaluate(vector):
    """(`OK` or a code, output or None) of one vector's operation and input."""
    if not isinstance(vector, dict) or not isinstance(vector.get("input"), dict):
        raise VectorFault("expected an object with operation and input")
    operation = OPERATIONS.get(read_text(vector, "operation"))
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
