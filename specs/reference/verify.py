"""The command of the second verifier. `verify.py --help` lists what it does; README.md says why it exists."""

import argparse
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # the specs stay free of caches

import annex
import core
import evaluation
import finding
import policy as policies
import presentation
import profiles
import selftest
import strict_json
import vectors
from core import Refused

VECTORS = Path(__file__).resolve().parent.parent.parent / "tests" / "vectors"


def main():
    sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    arguments = _parser().parse_args()
    try:
        return arguments.run(arguments)
    except Refused as refused:
        kind = core.CLASS_OF[refused.code]
        _print({"verdict": "REFUSED", "code": refused.code, "class": kind, "culprit": refused.culprit, "detail": refused.detail})
        return core.EXIT_OF_CLASS[kind]


def _parser():
    parser = argparse.ArgumentParser(prog="verify.py")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("vectors", help="run every vector below a directory")
    command.add_argument("directory", nargs="?", type=Path, default=VECTORS)
    command.set_defaults(run=run_vectors)
    command = commands.add_parser("presentation", help="verify a presentation")
    command.add_argument("file", type=Path)
    command.add_argument("--audience", help="the reader's key digest, hexadecimal")
    _policy_arguments(command)
    command.set_defaults(run=run_presentation)
    command = commands.add_parser("proof", help="verify an offline proof")
    command.add_argument("file", type=Path)
    command.add_argument("--entry", type=Path, required=True)
    _policy_arguments(command)
    command.set_defaults(run=run_proof)
    command = commands.add_parser("finding", help="verify a finding")
    command.add_argument("file", type=Path)
    _policy_arguments(command, required=False)
    command.set_defaults(run=run_finding)
    command = commands.add_parser("audit", help="compute the report of an annex again")
    command.add_argument("directory", type=Path)
    command.set_defaults(run=run_audit)
    command = commands.add_parser("evaluate", help="answer operations, one JSON object a line")
    command.add_argument("file", type=Path)
    command.set_defaults(run=run_evaluate)
    command = commands.add_parser("selftest", help="known answers of the cited standards")
    command.set_defaults(run=lambda _: selftest.run())
    return parser


def _policy_arguments(command, required=True):
    command.add_argument("--policy", type=Path, required=required)
    command.add_argument("--companion", type=Path, help="default: POLICY.json, if there")


def _print(value):
    print(strict_json.canonical(value).decode("utf-8"))


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused("UNAVAILABLE", str(path), error.strerror or str(error)) from None


def _load_policy(arguments):
    companion = arguments.companion
    if companion is None:
        companion = arguments.policy.with_name(arguments.policy.name + ".json")
        companion = companion if companion.exists() else None
    return policies.load_policy(_read(arguments.policy), None if companion is None else _read(companion))


def run_presentation(arguments):
    audience = arguments.audience
    if audience is not None and not core.is_digest(audience):
        raise Refused("MISUSE", "--audience", "expected 64 hexadecimal digits")
    policy, found = _load_policy(arguments), profiles.built_in()
    verdict = presentation.verify(_read(arguments.file), policy, found, None if audience is None else bytes.fromhex(audience))
    grant = verdict.presentation.grant
    _print({
        "verdict": verdict.word, "log": verdict.log.hex(), "statement": grant.statement.hex(), "index": str(verdict.index),
        "size": str(verdict.size), "signer": grant.signer.hex(), "audience": grant.audience.hex(), "tlp": grant.tlp,
        "pap": grant.pap, "granted": str(grant.time), "times": verdict.time_word,
        "lo": None if verdict.lo is None else str(verdict.lo), "hi": None if verdict.hi is None else str(verdict.hi),
        "openings": [_opened(opening, found[grant.profile]) for opening in verdict.presentation.openings],
        "revocation": "REVOCATION-NOT-CHECKED", "earlier_entries_not_seen": str(verdict.index)})
    return 0


def _opened(opening, profile):
    slot = profile.slots.get(opening.slot)
    shown = {"slot": opening.slot, "name": slot.name if slot else None}
    return shown | ({"value": opening.value} if opening.present else {"absent": True})


def run_proof(arguments):
    policy = _load_policy(arguments)
    index, verified = vectors.check_proof(_read(arguments.file), _read(arguments.entry), policy)
    _print({"verdict": "UNWITNESSED" if policy.quorum is None else "VERIFIED", "origin": verified.origin,
            "index": str(index), "size": str(verified.size), "witnesses": sorted(policies.counting(verified.times, policy))})
    return 0


def run_finding(arguments):
    if arguments.policy is None and arguments.companion is not None:
        raise Refused("MISUSE", "--companion", "expected --policy too")
    policy = None if arguments.policy is None else _load_policy(arguments)
    verdict = finding.verify(_read(arguments.file), policy)
    # Whose key it is, only a policy says; a cosignature does not even cover the witness's name.
    _print({"verdict": verdict.offence, "culprit": verdict.culprit, "culprit_known": policy is not None,
            "origin": verdict.origin, "first": str(verdict.first), "second": str(verdict.second)})
    return 0


def run_audit(arguments):
    found = annex.check(arguments.directory)
    cells = [cell["verdict"] for terms in found["agreements"] for cell in terms["cells"]]
    counts = {verdict: cells.count(verdict) for verdict in evaluation.CLASS_OF if verdict in cells}
    print("MATCH", ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "no cells")
    return 0


def run_vectors(arguments):
    files = sorted(arguments.directory.rglob("*.json"))
    if not files:
        raise Refused("UNAVAILABLE", str(arguments.directory), "no vectors")
    failed = 0
    for path in files:
        fault = vectors.run_file(path)
        if fault is not None:
            failed += 1
            print(f"{path.relative_to(arguments.directory)}: {fault}")
    if not _counts_agree(arguments.directory, files):
        failed += 1
        print("README.md: it counts other files")
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _counts_agree(directory, files):
    """Whether the folder's README, if there is one, counts as many files, so that a lost file is no success."""
    try:
        text = (directory / "README.md").read_text(encoding="utf-8")
    except OSError:
        return True
    total = re.search(r"^\| all \| ([0-9]+) \| ([0-9]+) \|$", text, re.MULTILINE)
    return total is not None and int(total[1]) + int(total[2]) == len(files)


def run_evaluate(arguments):
    for line in _read(arguments.file).split(b"\n"):
        if line:
            print(json.dumps(_answer(line), ensure_ascii=True, sort_keys=True))
    return 0


def _answer(line):
    try:
        code, output = vectors.evaluate(strict_json.read_json(line))
        return {"expect": code, "output": None if output is None else json.loads(strict_json.canonical(output))}
    except (vectors.VectorFault, Refused) as fault:
        return {"expect": "VECTOR-FAULT", "output": None, "detail": str(fault)}
    except Exception as error:  # the comparison counts it as a failure
        return {"expect": "CRASH", "output": None, "detail": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    sys.exit(main())
