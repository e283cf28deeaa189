"""core.md: codes, labels, decimal numbers, base64 and the byte reader. JSON is in strict_json.py.

Nothing here knows what a log is. Every failure is a `Refused` with one stable code.
"""

import base64
import binascii
import hashlib
import re

MAXIMUM = 2**63 - 1  # largest size, index and decimal number

_CODES = {
    "malformed": """OVERSIZE MALFORMED-JSON DUPLICATE-MEMBER LONE-SURROGATE NUMBER-RANGE NOT-CANONICAL MALFORMED-NUMBER
        MALFORMED-BASE64 MALFORMED-NOTE TOO-MANY-SIGNATURES DUPLICATE-SIGNATURE MALFORMED-KEY MALFORMED-CHECKPOINT
        MALFORMED-PROOF MALFORMED-POLICY MALFORMED-COMPANION MALFORMED-STATEMENT MALFORMED-PROFILE
        MALFORMED-PRESENTATION MALFORMED-TILE MALFORMED-REQUEST MALFORMED-FINDING MALFORMED-AGREEMENT MALFORMED-CONTENT
        MALFORMED-ANNEX""",
    "invalid": """WEAK-KEY COMPANION-MISMATCH UNKNOWN-LOG ORIGIN-MISMATCH INVALID-LOG-SIGNATURE INVALID-COSIGNATURE
        UNDER-WITNESSED INDEX-RANGE PROOF-LENGTH INVALID-INCLUSION INVALID-CONSISTENCY GENESIS-MISPLACED LOG-MISMATCH
        UNKNOWN-AUTHOR KEY-NOT-YET-ENROLLED KEY-REVOKED KEY-ROLE KEY-ALREADY-ENROLLED INVALID-POSSESSION
        INVALID-STATEMENT-SIGNATURE DUPLICATE-STATEMENT DUPLICATE-SEALED ENTRY-AFTER-CLOSE UNKNOWN-FIELD FIELD-TYPE
        SLOT-RANGE SLOT-ORDER OPENING-MISMATCH SEALED-MISMATCH CONTAINER-CONFLICT NOT-SEALED RELAYED
        INVALID-GRANT-SIGNATURE GRANT-MISMATCH NOT-AUDIENCE EARLIER-NOT-EARLIER MALFORMED-ENTRY ROOT-MISMATCH
        UNKNOWN-ORIGIN SIZE-CONFLICT EXTENSION-LINES NO-OFFENCE UNKNOWN-CULPRIT DUPLICATE-INCIDENT UNKNOWN-INCIDENT
        POLICY-MISMATCH CONTENT-MISMATCH REPORT-MISMATCH""",
    "undecided": "WITNESS-CONFLICT UNSUPPORTED-VERSION UNKNOWN-PROFILE UNKNOWN-OFFENCE",
    "misuse": "MISUSE",
    "unavailable": "CLOCK-BEHIND STALE-STORE UNAVAILABLE",
}
CLASS_OF = {code: name for name, codes in _CODES.items() for code in codes.split()}
EXIT_OF_CLASS = {"malformed": 1, "invalid": 1, "undecided": 3, "misuse": 2, "unavailable": 2}

LABELS = {name: f"detente/{name}/v1" for name in (
    "statement/key", "statement/id", "statement/signature", "statement/possession", "disclosure/profile",
    "disclosure/salt", "disclosure/leaf", "disclosure/node", "disclosure/sealed", "presentation/grant", "agreement/content",
    "agreement/manifest", "audit/notes")}


class Refused(Exception):
    """A named check failed: the code, what it failed on, and a sentence for people."""

    def __init__(self, code, culprit=None, detail=""):
        if code not in CLASS_OF:
            raise ValueError(f"no such code: {code}")
        super().__init__(f"{code} {culprit or ''} {detail}")
        self.code, self.culprit, self.detail = code, culprit, detail


# Hashes and labels


def sha256(data):
    return hashlib.sha256(data).digest()


def label(name):
    """`L(label)` for a name of `LABELS`."""
    return opened_label(LABELS[name])


def opened_label(text):
    raw = text.encode("ascii")
    return len(raw).to_bytes(8, "little") + raw


# Text: white space and control characters, written out so that no library's table decides

WHITE_SPACE = frozenset(
    [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
CONTROL = frozenset([*range(0x00, 0x20), *range(0x7F, 0xA0)])


def has_white_space(text):
    return any(ord(c) in WHITE_SPACE for c in text)


def has_control(text):
    return any(ord(c) in CONTROL for c in text)


def is_digest(value):
    """A string of 64 lower-case hexadecimal digits."""
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


# Decimal numbers and base64


def decimal(text, culprit=None):
    """Section "Decimal numbers in text"."""
    if re.fullmatch(r"0|[1-9][0-9]{0,18}", text) is None or int(text) > MAXIMUM:
        raise Refused("MALFORMED-NUMBER", culprit, f"expected a decimal number, got {text[:40]!r}")
    return int(text)


def from_base64(text, culprit=None):
    """Section "Base64": the one spelling that encoding gives back."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
        if base64.b64encode(data).decode("ascii") == text:
            return data
    except (UnicodeEncodeError, binascii.Error, ValueError):
        pass
    raise Refused("MALFORMED-BASE64", culprit, f"expected strict base64, got {text[:40]!r}")


def to_base64(data):
    return base64.b64encode(data).decode("ascii")


# Canonical bytes


class Reader:
    """Reads a byte layout; whatever does not fit is refused with the code given."""

    def __init__(self, data, code, culprit=None):
        self.data, self.at, self.code, self.culprit = data, 0, code, culprit

    def refuse(self, detail):
        raise Refused(self.code, self.culprit, f"{detail} (at byte {self.at})")

    def take(self, count):
        if count > len(self.data) - self.at:
            self.refuse(f"expected {count} bytes, got {len(self.data) - self.at}")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "little")

    def bytes(self):
        return self.take(self.number(8))

    def text(self):
        try:
            return self.bytes().decode("utf-8")
        except UnicodeDecodeError:
            self.refuse("expected UTF-8")

    def option(self, read):
        tag = self.number(1)
        if tag > 1:
            self.refuse(f"expected option tag 0 or 1, got {tag}")
        return read() if tag else None

    def end(self):
        if self.at != len(self.data):
            self.refuse(f"{len(self.data) - self.at} bytes too many")
