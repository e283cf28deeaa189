#!/usr/bin/env python3
"""Writes the byte strings of tests/vectors/ as seeds into corpus/<target>/, one file each, named by its digest."""

import base64
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"
INCIDENTS = HERE.parent / "data" / "incidents"
PRESETS = HERE.parents[1] / "crates" / "agreement" / "src" / "preset"
LONGEST = 65_536  # bytes; a longer seed costs more time than it finds

# target: (operation, member of input or output, how it is written)
SOURCES = {
    "agreement": [("agreement.file", "file", "base64")],
    "agreement_body": [],  # below
    "agreement_content": [("agreement.content", "file", "base64")],
    "checkpoint": [("checkpoint.checkpoint", "note", "base64"), ("checkpoint.time", "notes", "base64")],
    "companion": [("checkpoint.policy", "companion", "base64"), ("checkpoint.checkpoint", "companion", "base64")],
    "document": [("disclosure.slots", "document", "base64")],
    "entry_bundle": [("statement.decode", "entry", "base64")],
    "export_part": [],  # below
    "finding": [("finding.verify", "file", "base64")],
    "json": [("core.json", "bytes", "base64"), ("disclosure.slots", "document", "base64")],
    "json_file": [("core.file", "bytes", "base64"), ("checkpoint.policy", "companion", "base64")],
    "note": [("checkpoint.note", "note", "base64"), ("checkpoint.checkpoint", "note", "base64")],
    "policy": [("checkpoint.policy", "policy", "base64"), ("checkpoint.checkpoint", "policy", "base64")],
    "presentation": [("presentation.verify", "file", "base64")],
    "profile": [("disclosure.profile", "profile", "base64")],
    "statement": [("statement.decode", "entry", "base64"), ("statement.replay", "entries", "base64")],
    "tile_path": [("merkle.tile", "path", "text")],
    "tlog_proof": [("checkpoint.proof", "proof", "base64")],
    "vkey": [("checkpoint.vkey", "text", "text")],
}


def byte_strings(operation, member, form):
    for path in sorted((VECTORS / operation.replace(".", "/")).glob("*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        found = {**vector["input"], **vector.get("output", {})}.get(member)
        for text in found if isinstance(found, list) else [found]:
            if isinstance(text, str):
                yield base64.b64decode(text) if form == "base64" else text.encode("utf-8", "replace")


def bundle(entries):
    """What the target reads: the width less one, then each entry with its length."""
    return bytes([max(len(entries), 1) - 1]) + b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def export_parts():
    """One part of each form: what the vault is of, a row, a pending row with an incident id in need of escapes."""
    yield json.dumps({"format": "detente-vault-v1", "log": "0a" * 32, "size": "12", "table": "meta"}, separators=(",", ":"))
    for table in ["secrets", "keyring", "epochs", "entries", "forgotten", "unknown"]:
        yield json.dumps({"number": "7", "row": "AAECAw==", "table": table}, separators=(",", ":"))
    for name in ["pending", "row"]:
        row = {"lookup": 'a "b"\\\u0001', "number": "7", name: "AAECAw==", "table": "entries"}
        yield json.dumps(row, separators=(",", ":"))


def agreements():
    """Each preset with two parties before it."""
    head = 'agreement = "detente-agreement/v1"\nname = "n"\ntitle = "t"\npolicy = "%s"\ncompanion = "%s"\n' % ("01" * 32, "02" * 32)
    for party, offset in [("a", 'offset = "+08:00"\n'), ("b", "")]:
        head += f'[[party]]\nid = "{party}"\nname = "{party}"\nlog = "{(party * 64)}"\norigin = "{party}.example/log"\n{offset}'
    for path in sorted(PRESETS.glob("*.toml")):
        yield (head + path.read_text(encoding="utf-8")).encode()


def bodies():
    """What the target reads: the kind's code, then the body. One of each kind."""
    def text(string):
        return len(string).to_bytes(8, "little") + string

    nonce, log, digest, five = bytes(16), b"\x0a" * 32, b"\x0d" * 32, (5).to_bytes(8, "little")
    reference = log + five + digest
    content = b"\x01" + digest
    accusation = bytes([1, 2, 5, 2]) + text(b"\x01\x05") + b"\x02\x01" + reference + b"\x01" + digest
    accusation += (1).to_bytes(8, "little") + b"\x01\x02\0\0\0" + text(b"2027-01") + content
    yield from (bytes([kind]) + nonce + body for kind, body in {
        32: text(b"desk@a.example") + text(b"soc@a.example"), 33: digest, 34: log + digest, 35: digest + five, 37: log + five,
        38: log, 39: reference, 40: log + b"\x01" + text(b"2026-11-30T10:00:00+08:00") + b"\x01" + reference,
        48: log + digest, 49: log + digest, 50: reference, 51: reference + b"\x01" + content, 52: reference + b"\x06\0",
        53: reference + b"\x04" + content, 64: log + accusation, 65: reference + b"\x02\0", 66: reference + b"\x01",
    }.items())
    for path in sorted((VECTORS / "agreement" / "body").glob("*.json")):
        given = json.loads(path.read_text(encoding="utf-8"))["input"]
        yield bytes([given["kind"] % 256]) + base64.b64decode(given["body"])


def contents():
    """A content and a manifest."""
    common = {"log": "0a" * 32, "salt": base64.b64encode(bytes(32)).decode()}
    fields = {name: "x" for name in ["authority", "data", "offence", "custodian"]}
    items = [{"digest": "0d" * 32, "size": "7", "type": kind} for kind in ["sample", "other"]]
    for file in [
        {"detente": "content/v1", "fields": fields, "kind": "request.preserve", **common},
        {"detente": "content/v1", "fields": {"act": "\u00e9", "text": "x"}, "kind": "accusation.issue", **common},
        {"detente": "manifest/v1", "items": items, **common},
    ]:
        yield (json.dumps(file, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n").encode()


def main():
    empty = []
    for target, sources in SOURCES.items():
        seeds = {seed for source in sources for seed in byte_strings(*source) if len(seed) < LONGEST}
        if target == "entry_bundle":
            seeds = {bundle([seed]) for seed in seeds} | {bundle(sorted(seeds, key=len)[:256])}
        if target == "agreement":
            seeds |= set(agreements())
        if target == "agreement_body":
            seeds |= {body for body in bodies() if len(body) < LONGEST}
        if target == "agreement_content":
            seeds |= set(contents())
        if target == "export_part":
            seeds |= {part.encode() for part in export_parts()}
        if target == "document":
            seeds |= {path.read_bytes() for path in INCIDENTS.glob("*.json")}
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds:
            (folder / hashlib.sha256(seed).hexdigest()[:24]).write_bytes(seed)
        if not seeds:
            empty.append(target)
    if empty:
        print(f"seed.py: no seeds for {', '.join(empty)}: are there vectors in {VECTORS}?", file=sys.stderr)
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
