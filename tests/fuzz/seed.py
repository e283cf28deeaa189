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
LONGEST = 65_536  # bytes; a longer seed costs more time than it finds

# target: (operation, member of input or output, how it is written)
SOURCES = {
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


def main():
    empty = []
    for target, sources in SOURCES.items():
        seeds = {seed for source in sources for seed in byte_strings(*source) if len(seed) < LONGEST}
        if target == "entry_bundle":
            seeds = {bundle([seed]) for seed in seeds} | {bundle(sorted(seeds, key=len)[:256])}
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
