"""audit.md, "Annex": a folder from which the report is computed again, and compared byte for byte."""

import re
from pathlib import Path

import agreement
import audit as audits
import report
from core import Refused, decimal, is_digest, sha256
from merkle import tile_path
from strict_json import read_file_of_ours, read_json

_WIDTH = 256


class Mismatch(Refused):
    """The files give another report than the one beside them."""

    def __init__(self, found, given):
        super().__init__("REPORT-MISMATCH", "report.json", _first_difference(found, given))


def check(directory):
    """The report, when it is the one in the folder."""
    files, value = _read(Path(directory))
    found = report.report(_input(files, value))
    if report.file_of(found) != files["report.json"]:
        raise Mismatch(found, files["report.json"])
    return found


# The folder's own form


def _require(condition, culprit, detail):
    if not condition:
        raise Refused("MALFORMED-ANNEX", culprit, detail)


def _read(directory):
    """All files by path, and what annex.json says."""
    if not directory.is_dir():
        raise Refused("UNAVAILABLE", str(directory), "no such folder")
    try:
        paths = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if not path.is_dir()}
        files = {name: path.read_bytes() for name, path in sorted(paths.items())}
    except OSError as error:
        raise Refused("UNAVAILABLE", str(directory), error.strerror or str(error)) from None
    _require("annex.json" in files, "annex.json", "it is missing")
    value = _annex(files.pop("annex.json"))
    for name in sorted(set(files) | set(value["files"])):
        _require(name in files, name, "it is missing")
        _require(name in value["files"], name, "annex.json does not name it")
        _require(sha256(files[name]).hex() == value["files"][name], name, "it is another file")
    _check_paths(files, value["logs"])
    _check_ids(files, value["logs"])
    return files, value


def _annex(data):
    value = read_file_of_ours(data)
    _require(isinstance(value, dict) and set(value) == {"at", "detente", "files", "logs"}, "annex.json", "other members")
    _require(value["detente"] == "annex/v1", "annex.json", "expected annex/v1")
    for name in ("files", "logs"):
        _require(isinstance(value[name], dict) and all(map(is_digest, value[name].values())), "annex.json", f"{name}: expected digests")
    for party in value["logs"]:
        _require(re.fullmatch("[a-z0-9-]{1,32}", party) is not None, "annex.json", "a party's id")
    try:
        decimal(value["at"] if isinstance(value["at"], str) else "")
    except Refused:
        _require(False, "annex.json", "at is no decimal number")
    _require(len(set(value["logs"].values())) == len(value["logs"]), "annex.json", "one log twice")
    return value


def _check_paths(files, logs):
    """Every path is one of the page's; numbers go from 0 on, notes and files in the order of their SHA-256."""
    allowed = {"policy", "policy.json", "report.json"} | {f"logs/{party}/checkpoint" for party in logs}
    _require({"policy", "policy.json", "report.json", "agreements/0.toml"} <= set(files), "annex.json", "a file that every annex has")
    allowed.update(_numbered(files, "agreements/", ".toml", ordered=False))
    for folder in ("presentations/", "contents/", *(f"logs/{party}/notes/" for party in logs)):
        allowed.update(_numbered(files, folder))
    for party in logs:
        allowed.update(_bundles(files, party))
    for name in files:
        _require(name in allowed, name, "a path that no annex has")


def _check_ids(files, logs):
    """Each log is of the party of that id, as far as the agreements can be read; else the audit says why not."""
    try:
        agreements = [agreement.parse(files[name]) for name in _numbered(files, "agreements/", ".toml", ordered=False)]
    except Refused:
        return
    ids = {}
    for party in (party for terms in agreements for party in terms.parties):
        ids.setdefault(party.log.hex(), party.id)
    for party, log in logs.items():
        _require(ids.get(log) == party, f"logs/{party}", "no log of a party of that id")


def _numbered(files, folder, ending="", ordered=True):
    names, digests = [], []
    while f"{folder}{len(names)}{ending}" in files:
        names.append(f"{folder}{len(names)}{ending}")
        digests.append(sha256(files[names[-1]]))
    _require(not ordered or all(a < b for a, b in zip(digests, digests[1:])), folder, "not in the order of their SHA-256")
    return names


def _bundle_path(party, number, width):
    return f"logs/{party}/{tile_path(0, number, width).replace('tile/0/', 'tile/entries/', 1)}"


def _bundles(files, party):
    """Full bundles from 0 on, then at most one that is not full."""
    names = []
    while _bundle_path(party, len(names), _WIDTH) in files:
        names.append(_bundle_path(party, len(names), _WIDTH))
    partial = [name for width in range(1, _WIDTH) if (name := _bundle_path(party, len(names), width)) in files]
    return names + partial[:1]


# The audit of its files


def _input(files, value):
    def listed(names):
        return [files[name] for name in names]
    logs = [_log(files, party, bytes.fromhex(log)) for party, log in value["logs"].items()]
    return audits.Input(
        listed(_numbered(files, "agreements/", ".toml", ordered=False)), files["policy"], files["policy.json"], int(value["at"]), logs,
        listed(_numbered(files, "presentations/")), listed(_numbered(files, "contents/")))


def _log(files, party, log):
    notes = [files[name] for name in _numbered(files, f"logs/{party}/notes/")]
    checkpoint = files.get(f"logs/{party}/checkpoint")
    if checkpoint is not None and checkpoint not in notes:
        notes.insert(0, checkpoint)
    entries = []
    for name in _bundles(files, party):
        width = int(name.rpartition(".p/")[2]) if ".p/" in name else _WIDTH
        entries += _entries(files[name], name, width)
    return audits.Log(log, notes, entries)


def _entries(data, name, width):
    entries, at = [], 0
    for _ in range(width):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise Refused("MALFORMED-TILE", name, f"expected {width} entries")
        entries.append(data[at + 2:end])
        at = end
    if at != len(data):
        raise Refused("MALFORMED-TILE", name, "something follows its entries")
    return entries


# What differs


def _first_difference(found, data):
    try:
        given = read_json(data)
    except Refused as refused:
        return f"report.json is no JSON: {refused.code}"
    return _difference("report", found, given) or "the same values, written in another way"


def _difference(where, found, given):
    if isinstance(found, dict) and isinstance(given, dict):
        for name in sorted(set(found) | set(given)):
            if name not in found or name not in given:
                return f"{where}.{name}: only {'expected' if name in found else 'given'}"
            inner = _difference(f"{where}.{name}", found[name], given[name])
            if inner:
                return inner
        return None
    if isinstance(found, list) and isinstance(given, list):
        for number, (left, right) in enumerate(zip(found, given)):
            inner = _difference(f"{where}[{number}]", left, right)
            if inner:
                return inner
        return None if len(found) == len(given) else f"{where}: expected {len(found)} items, got {len(given)}"
    return None if found == given else f"{where}: expected {_short(found)}, got {_short(given)}"


def _short(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
