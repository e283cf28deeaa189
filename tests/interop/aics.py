"""Run by aics.sh: our log and witness against aics-tlog and aics-witness, over files and over HTTP.

Every step asserts; what it asserts is counted, and the counts are printed. `detente` and the peers are run as their users
run them. Only the peer's log is signed through its library, because its command line signs nothing.
"""

import base64
import hashlib
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import aics_tlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DETENTE, READ_LOG, PEERS = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
REPORTS = pathlib.Path("tests/data/incidents")
# Codes of ours as specs/witness.md "The answer" gives them.
STATUS = {
    "INDEX-RANGE": 400, "EXTENSION-LINES": 400, "MALFORMED-REQUEST": 400, "MALFORMED-NUMBER": 400, "MALFORMED-BASE64": 400,
    "UNKNOWN-LOG": 403, "INVALID-LOG-SIGNATURE": 403, "UNKNOWN-ORIGIN": 404, "SIZE-CONFLICT": 409,
    "PROOF-LENGTH": 422, "INVALID-CONSISTENCY": 422,
}
counts = {}


def check(kind, truth, evidence):
    assert truth, f"{kind}: {evidence}"
    counts[kind] = counts.get(kind, 0) + 1


def run(*command, stdin=None):
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, input=stdin, cwd=HOME)
    return done.returncode, done.stdout, done.stderr


def detente(*arguments, code=0, stdin=None):
    exit_code, out, err = run(DETENTE, *arguments, "--json", stdin=stdin)
    assert exit_code == code, (arguments, exit_code, out, err)
    return json.loads(out)


def aics_tlog_command(*arguments, code=0):
    exit_code, out, err = run(PEERS / "aics-tlog", *arguments)
    assert exit_code == code, (arguments, exit_code, out, err)
    return json.loads(out)


def lines_of(path):
    return (HOME / path).read_text().splitlines()


def write_policy(name, log_vkeys, witnesses):
    """A policy with a quorum of all its witnesses, none of whom is a party."""
    text = "".join(f"log {vkey}\n" for vkey in log_vkeys)
    text += "".join(f"witness {short} {vkey}\n" for short, vkey in witnesses.items())
    if witnesses:
        text += f"group every all {' '.join(witnesses)}\n"
    text += "quorum every\n" if witnesses else "quorum none\n"
    (HOME / name).write_text(text)
    companion = {
        "f": 0, "mirror_quorum": "none", "mirrors": [], "operators": {short: f"{short} operator" for short in witnesses},
        "parties": ["a.example"], "policy": hashlib.sha256(text.encode()).hexdigest(),
    }
    (HOME / f"{name}.json").write_text(json.dumps(companion, separators=(",", ":"), sort_keys=True) + "\n")


class Witness:
    """aics-witness on the loopback address."""

    def __init__(self, origin, vkey):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = HOME / origin[0] / "aics.json"
        config.parent.mkdir(exist_ok=True)
        made = run(PEERS / "aics-witness", "init", "--config", config, "--name", "aics.example/w",
                   "--listen", f"127.0.0.1:{self.port}")
        assert made[0] == 0, made
        self.vkey = next(word for word in made[1].split() if word.startswith("aics.example/w+"))
        added = run(PEERS / "aics-witness", "add-log", "--config", config, "--origin", origin, "--vkey", vkey)
        assert added[0] == 0, added
        self.process = subprocess.Popen([PEERS / "aics-witness", "serve", "--config", config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HOME)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).read()
                return
            except OSError:
                assert self.process.poll() is None, "the witness ended"
                time.sleep(0.05)
        raise AssertionError("the witness does not answer")

    def post(self, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/add-checkpoint", data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers.get("Content-Type"), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Content-Type"), error.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def our_status(request, witness="ours"):
    """What our witness answers to the same bytes."""
    (HOME / "same.request").write_bytes(request)
    (HOME / "same.answer").unlink(missing_ok=True)
    exit_code, out, err = run(DETENTE, "witness", "cosign", "same.request", "--witness", witness, "--out", "same.answer", "--json")
    return 200 if exit_code == 0 else STATUS[json.loads(out)["code"]]


def both_refuse(witness, request, status, kind, ours="ours"):
    got = witness.post(request)
    same = (got[0], our_status(request, ours)) == (status, status)
    check("refusals, the same status from both witnesses", same, (kind, got))
    return got


def changed_signature(request):
    """Another last signature byte, in base64 that is still well formed."""
    head, line = request.rstrip(b"\n").rsplit(b" ", 1)
    blob = bytearray(base64.b64decode(line))
    blob[-40] ^= 1
    return head + b" " + base64.b64encode(bytes(blob)) + b"\n"


def our_log():
    """aics-witness cosigns our log, refuses what ours refuses, and aics-tlog reads all of it."""
    detente("init", "--party", "a", "--origin", "a.example/log", "--unlock", "a.key")
    reports = [json.dumps(json.loads(path.read_text())) for path in sorted(REPORTS.glob("*.json"))[:12]]
    commit = lambda some: detente("commit", "--party", "a", "--unlock", "a.key", "-", stdin="\n".join(some) + "\n")
    commit(reports[:8])
    vkey = lines_of("a/share/a.policy")[0].split()[1]
    witness = Witness("a.example/log", vkey)
    try:
        write_policy("a.policy", [vkey], {})
        ours = detente("witness", "init", "--witness", "ours", "--name", "w1.example", "--log", "a.policy")["vkey"]
        write_policy("a.witnessed.policy", [vkey], {"aics": witness.vkey, "ours": ours})

        def request(old):
            (HOME / "a.request").unlink(missing_ok=True)
            detente("witness", "request", "a/log", "--old", old, "--out", "a.request")
            return (HOME / "a.request").read_bytes()

        def cosign(old):
            body = request(old)
            status, _, lines = witness.post(body)
            check("our checkpoints cosigned by aics-witness", status == 200, (status, lines))
            check("our checkpoints cosigned by our witness", our_status(body) == 200, "not cosigned")
            (HOME / "aics.answer").write_bytes(lines)
            for answer in ("aics.answer", "same.answer"):
                detente("witness", "add", answer, "--log", "a/log", "--policy", "a.witnessed.policy")

        unwitnessed = detente("log", "check", "a/log", "--policy", "a.witnessed.policy", code=1)
        check("UNDER-WITNESSED before", unwitnessed["code"] == "UNDER-WITNESSED", unwitnessed)
        cosign(0)
        checked = detente("log", "check", "a/log", "--policy", "a.witnessed.policy")
        check("VERIFIED with both witnesses", checked["size"] == "9", checked)

        commit(reports[8:])
        first = request(0)
        _, kind, size = both_refuse(witness, first, 409, "a stale size")
        check("text/x.tlog.size", (kind, size) == ("text/x.tlog.size", b"9\n"), (kind, size))
        (HOME / "aics.answer").write_bytes(size)
        stale = detente("witness", "add", "aics.answer", "--log", "a/log", "--policy", "a.witnessed.policy", code=1)
        check("409 understood", stale["code"] == "SIZE-CONFLICT" and "--old 9" in json.dumps(stale), stale)

        good = request(9)
        lines = good.split(b"\n")
        both_refuse(witness, changed_signature(good), 403, "another signature")
        both_refuse(witness, good.replace(b"a.example/log\n", b"c.example/log\n", 1), 404, "another origin")
        both_refuse(witness, b"\n".join([lines[0], base64.b64encode(bytes(32))] + lines[2:]), 422, "another proof")
        both_refuse(witness, b"\n".join([lines[0]] + lines[2:]), 422, "a hash less")
        both_refuse(witness, b"old 14\n" + b"\n".join(lines[1:]), 400, "an old size above the new")
        both_refuse(witness, b"old 09\n" + b"\n".join(lines[1:]), 400, "a number with a zero before it")
        both_refuse(witness, good.replace(b"old 9\n", b"old 9\nA\n", 1), 400, "a hash that is no base64")
        cosign(9)
        checked = detente("log", "check", "a/log", "--policy", "a.witnessed.policy")
        check("VERIFIED with both witnesses", checked["size"] == "13", checked)
    finally:
        witness.stop()

    trust = ["--log-key", vkey, "--witness-key", witness.vkey, "--witness-key", ours, "--quorum", "2", "--origin", "a.example/log"]
    aics_tlog_command("verify-checkpoint", "--tiles", "a/log", *trust)
    check("our checkpoint, by aics-tlog with a quorum of 2", True, "")
    aics_tlog_command("verify-checkpoint", "--tiles", "a/log", *trust[:-3], "3", *trust[-2:], code=1)
    check("a quorum of 3 refused by aics-tlog", True, "")
    for index in range(13):
        aics_tlog_command("verify-inclusion", "--tiles", "a/log", *trust, "--index", index)
        check("our entries, by aics-tlog", True, "")
    aics_tlog_command("verify-consistency", "--tiles", "a/log", *trust, "--old-checkpoint", "a/log/history/9")
    check("our growth, by aics-tlog", True, "")
    for path in ("tile/0/000.p/13", "tile/entries/000.p/13", "checkpoint"):
        file = HOME / "a/log" / path
        original = file.read_bytes()
        file.write_bytes(original[:40] + bytes([original[40] ^ 1]) + original[41:])
        aics_tlog_command("verify-inclusion", "--tiles", "a/log", *trust, "--index", 1, code=1)
        refused = detente("log", "check", "a/log", "--policy", "a.witnessed.policy", code=1)
        check("changed files refused by aics-tlog and by us", True, refused)
        file.write_bytes(original)


def their_log():
    """Our witness cosigns a log that aics-tlog built and grew, and no fork of it; our readers say what it is."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    origin = "t.example/log"
    vkey = aics_tlog.format_vkey(aics_tlog.vkey_from_ed25519(origin, key.public_key()))
    leaves = [f"entry {number}" for number in range(900)]

    def sign(log, size):
        tree = aics_tlog.MerkleTree([leaf.encode() for leaf in leaves[:size]])
        checkpoint = aics_tlog.Checkpoint(origin, size, tree.root())
        (HOME / log / "checkpoint").write_bytes(aics_tlog.sign_checkpoint(checkpoint, key, origin).to_bytes())

    (HOME / "leaves").write_text("".join(f"{leaf}\n" for leaf in leaves[:600]))
    aics_tlog_command("build-tiles", "--leaves", "leaves", "--out", "t")
    sign("t", 600)
    write_policy("t.policy", [vkey], {})
    ours = detente("witness", "init", "--witness", "theirs", "--name", "w2.example", "--log", "t.policy")["vkey"]

    def cosign(log, code=0):
        (HOME / "t.answer").unlink(missing_ok=True)
        return detente("witness", "cosign", log, "--witness", "theirs", "--out", "t.answer", code=code)

    def verify(size):
        note = (HOME / "t/checkpoint").read_text() + (HOME / "t.answer").read_text()
        (HOME / "t/checkpoint").write_text(note)
        for quorum, code in ((1, 0), (2, 1)):
            aics_tlog_command("verify-checkpoint", "--note", "t/checkpoint", "--log-key", vkey, "--witness-key", ours,
                              "--quorum", quorum, "--max-age", 600, code=code)
            check("their checkpoint with our cosignature, by aics-tlog: quorum 1 met, 2 not", True, "")
        for index in (0, 255, 256, size - 1):
            aics_tlog_command("verify-inclusion", "--tiles", "t", "--log-key", vkey, "--witness-key", ours, "--quorum", 1,
                              "--index", index)
            check("their entries under our cosignature, by aics-tlog", True, "")

    cosign("t")
    verify(600)
    (HOME / "more").write_text("".join(f"{leaf}\n" for leaf in leaves[600:]))
    aics_tlog_command("append-tiles", "--out", "t", "--size", 600, "--leaves", "more")
    sign("t", 900)

    # A forged tile: our proof of growth comes from it, and our witness refuses the proof.
    file = HOME / "t/tile/0/002"
    original = file.read_bytes()
    at = 32 * (600 - 512)
    file.write_bytes(original[:at] + bytes([original[at] ^ 1]) + original[at + 1:])
    refused = cosign("t", code=1)
    check("their forged tile refused by our witness", refused["code"] == "INVALID-CONSISTENCY", refused)
    file.write_bytes(original)
    cosign("t")
    check("their growth from 600 to 900, cosigned from their tiles", True, "")
    verify(900)

    # Entries, proofs from tiles, and root, by our readers.
    read = run(READ_LOG, "t", vkey)
    check("their 900 entries and tiles, by our readers", (read[0], read[1]) == (0, "900 entries\n"), read)
    for path in ("tile/0/001", "tile/entries/001", "tile/1/000.p/3"):
        file = HOME / "t" / path
        original = file.read_bytes()
        file.write_bytes(original[:40] + bytes([original[40] ^ 1]) + original[41:])
        read = run(READ_LOG, "t", vkey)
        check("their changed tiles and entries refused by our readers", read[0] == 1 and not read[1], read)
        file.write_bytes(original)

    # The same key, another history.
    leaves[3] = "entry of another world"
    (HOME / "fork").write_text("".join(f"{leaf}\n" for leaf in leaves))
    aics_tlog_command("build-tiles", "--leaves", "fork", "--out", "f")
    sign("f", 900)
    refused = cosign("f", code=1)
    check("their fork refused by our witness", refused["code"] == "INVALID-CONSISTENCY", refused)
    witness = Witness(origin, vkey)
    try:
        for log, old, status in (("t", 0, 200), ("f", 900, 422), ("f", 0, 409)):
            (HOME / "t.request").unlink(missing_ok=True)
            detente("witness", "request", log, "--old", old, "--out", "t.request")
            body = (HOME / "t.request").read_bytes()
            if status == 200:
                check("a request of ours for their log, by aics-witness", witness.post(body)[0] == 200, "not cosigned")
            else:
                both_refuse(witness, body, status, "a fork", "theirs")
    finally:
        witness.stop()

    # Lines of text are no statements of ours: the reader says so by name, at the first.
    write_policy("t.witnessed.policy", [vkey], {"ours": ours})
    refused = detente("log", "check", "t", "--policy", "t.witnessed.policy", code=1)
    check("their entries are none of ours", (refused["code"], refused["culprit"]) == ("MALFORMED-ENTRY", "entry 0"), refused)


with tempfile.TemporaryDirectory() as home:
    HOME = pathlib.Path(home)
    our_log()
    their_log()
for kind, count in counts.items():
    print(f"{count:4d}  {kind}")
print(f"{sum(counts.values()):4d}  in all")
