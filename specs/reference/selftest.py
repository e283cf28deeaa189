"""Known answers: RFC 8032 section 7.1, RFC 8785 appendix B, RFC 6962 trees, the example of checkpoint.md and two findings."""

import struct

import checkpoint
import core
import ed25519
import finding
import merkle
import policy
import selftest_agreement
import strict_json

_SIGNATURES = (  # public key, message, signature: RFC 8032 section 7.1, tests 1 to 3
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1ec40a"),
)

_NUMBERS = (  # bits of the double, ECMAScript form: RFC 8785 appendix B
    ("0000000000000000", "0"), ("8000000000000000", "0"), ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"), ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"), ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"), ("44b52d02c7e14af6", "1e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"), ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"), ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"), ("41b3de4355555555", "333333333.3333333"),
    ("becbf647612f3696", "-0.0000033333333333333333"), ("43143ff3c1cb0959", "1424953923781206.2"),
)

_NOTE = """log.example/a
13
317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=

\u2014 log.example/a 2HC6tkgICO9pC+QDK7wafvbZ9JWa9Ft9nXzw9hiDUknQBxtzOyE+cbV6/cD/ttwUOH93VottqTAqjnTNbjPCSD1uNgI=
\u2014 witness.example/w1 IDJKvgAAAABlU/EAhvTEqrITqcH2W7JJetyrdG0vGE4GwaSqquYgJDnD8/NiXHxVKiOLSctl+DTFo7RkrKz1xhRYvBhiJAVh8bG5Bw==
""".encode("utf-8")

_POLICY = b"""log log.example/a+d870bab6+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
witness w1 witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X
quorum none
"""

_FORK = """{"culprit":"log.example/a+d870bab6+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4","detente":"finding/v1","first":\
"log.example/a\\n1\\nlqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=\\n\\n\u2014 log.example/a 2HC6ttDy7jt9xF+Sd6a462U50C3RdKmz\
tNAnUdpjUhRkkCfaATpgPqFuFWOkg4CsCLyMysWfvgRc521iog0QYhjgKA0=\\n","hashes":["tAcRqIxwOXVvuKc4J+q+LA/loDRsp+ChBK3A/HZPUo0="],\
"offence":"FORK","second":"log.example/a\\n1\\ntAcRqIxwOXVvuKc4J+q+LA/loDRsp+ChBK3A/HZPUo0=\\n\\n\u2014 log.example/a 2HC6\
toqKa1xRRcoSL3soTdTAI/0ErchcjREPqnCU9VWWvpICYViers91ebLyyuukguKm7d5yW7P6ayEYH7H5XTDKhAE=\\n"}
""".encode("utf-8")

_BACKWARDS = """{"culprit":"witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X","detente":"finding/v1",\
"first":"log.example/a\\n7\\nNWAZGAMChESyMgGKwEf9tWHAnCOnpodsheCLXk1I6fM=\\n\\n\u2014 witness.example/w1 IDJKvgAAAABlU/E8ol\
LvkTQXiOulYqOatVzpHv2uV+XCQ8mtZuqByw2EgSYD/94Mqu2tQZlPa0tCEt8LOzvJG27Yp51tK7VaYlBHBg==\\n","hashes":[],"offence":\
"COSIGNED-BACKWARDS","second":"log.example/a\\n13\\n317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=\\n\\n\u2014 witness.exam\
ple/w1 IDJKvgAAAABlU/EAhvTEqrITqcH2W7JJetyrdG0vGE4GwaSqquYgJDnD8/NiXHxVKiOLSctl+DTFo7RkrKz1xhRYvBhiJAVh8bG5Bw==\\n"}
""".encode("utf-8")


def run():
    failures = [name for name, passed in _checks() if not passed]
    for name in failures:
        print(f"{name}: failed")
    print(f"selftest: {'failed' if failures else 'passed'}")
    return 1 if failures else 0


def _checks():
    for key, message, signature in _SIGNATURES:
        public, raw = ed25519.enrol(bytes.fromhex(key)), bytes.fromhex(signature)
        yield f"RFC 8032 {key[:8]}", public.verifies(raw, bytes.fromhex(message))
        yield f"RFC 8032 {key[:8]}, another message", not public.verifies(raw, bytes.fromhex(message) + b"!")
        higher = int.from_bytes(raw[32:], "little") + ed25519.ORDER
        yield f"RFC 8032 {key[:8]}, S + L", not public.verifies(raw[:32] + higher.to_bytes(32, "little"), bytes.fromhex(message))
    for encoding in ("01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 32, "ff" * 32, "01" + "00" * 30 + "80",
                     "ee" + "ff" * 30 + "7f"):
        yield f"weak key {encoding}", _code(ed25519.enrol, bytes.fromhex(encoding)) == "WEAK-KEY"
    for bits, form in _NUMBERS:
        yield f"number {form}", strict_json.ecmascript_number(struct.unpack(">d", bytes.fromhex(bits))[0]) == form
    leaves = [bytes([i]) for i in range(13)]
    yield "root of 13 leaves", core.to_base64(merkle.root_of(leaves)) == "317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE="
    yield "label", core.label("statement/id").hex() == "1700000000000000646574656e74652f73746174656d656e742f69642f7631"
    found = checkpoint.verify_checkpoint(checkpoint.parse_checkpoint(checkpoint.parse_note(_NOTE)), policy.parse_policy(_POLICY))
    yield "example of checkpoint.md", (found.origin, found.size, found.times) == ("log.example/a", 13, {"w1": 1700000000})
    yield from _prefixes(leaves)
    yield from _findings()
    yield from selftest_agreement.checks()


def _prefixes(leaves):
    """Every prefix of every tree up to 13, its hashes by the recursion as the page writes it."""
    def hashes(old, entries):
        if old == len(entries):
            return [merkle.root_of(entries)]
        k = merkle.split(len(entries))
        if old <= k:
            return hashes(old, entries[:k]) + [merkle.root_of(entries[k:])]
        return hashes(old - k, entries[k:]) + [merkle.root_of(entries[:k])]

    for new in range(1, len(leaves) + 1):
        root = merkle.root_of(leaves[:new])
        for old in range(1, new + 1):
            proof = hashes(old, leaves[:new])
            yield f"prefix {old} of {new}", merkle.rebuild_prefix(old, new, root, proof) == merkle.root_of(leaves[:old])
            yield f"prefix {old} of {new}, a hash more", _code(merkle.rebuild_prefix, old, new, root, proof + [root]) == "PROOF-LENGTH"
            yield f"prefix {old} of {new}, another root", _code(merkle.rebuild_prefix, old, new, bytes(32), proof) == "INVALID-CONSISTENCY"


def _findings():
    known = policy.parse_policy(_POLICY)
    for data, offence, sizes in ((_FORK, finding.FORK, (1, 1)), (_BACKWARDS, finding.COSIGNED_BACKWARDS, (7, 13))):
        found = finding.verify(data, known)
        yield f"finding {offence}", (found.offence, found.origin, (found.first, found.second)) == (offence, "log.example/a", sizes)
        other = data.replace(offence.encode("ascii"), b"SPLIT-VIEW")
        yield f"finding {offence}, an unknown offence", _code(finding.verify, other) == "UNKNOWN-OFFENCE"
        yield f"finding {offence}, one time or root for both", _code(finding.verify, _twice(data)) == "NO-OFFENCE"
    yield "finding too long", _code(finding.verify, bytes(finding.LIMIT + 1)) == "OVERSIZE"


def _twice(data):
    """The finding with its second note for its first one too."""
    value = strict_json.read_file_of_ours(data)
    return strict_json.canonical(value | {"first": value["second"]}) + b"\n"


def _code(function, *arguments):
    try:
        function(*arguments)
    except core.Refused as refused:
        return refused.code
    return "OK"
