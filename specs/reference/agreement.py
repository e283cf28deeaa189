"""agreement.md, "File": the terms that parties adopted, and what they ask of a policy."""

import re
from dataclasses import dataclass, field

import bodies
import profiles
from checkpoint import is_name
from core import Refused, is_digest, sha256
from instants import Period, parse_offset, parse_period
from narrow_toml import parse as parse_toml

ANCHOR_LIMIT = 65_535 - 144
_ASKED = ("request.assistance", "request.preserve")


@dataclass(frozen=True)
class Party:
    id: str
    name: str
    log: bytes
    origin: str
    offset: int | None


@dataclass(frozen=True)
class Obligation:
    id: str
    kind: str
    obliged: tuple  # party ids, in the order of the cells
    terms: dict = field(default_factory=dict)  # by member: period, wait (Period), of, grounds, slots (tuples), others as written

    @property
    def period(self) -> Period:
        return self.terms["period"]


@dataclass(frozen=True)
class Agreement:
    digest: bytes
    name: str
    policy: str
    companion: str
    parties: tuple
    obligations: tuple

    def party(self, party_id):
        return next(party for party in self.parties if party.id == party_id)

    def require_policy(self, policy, policy_bytes, companion_bytes):
        """Section "Against a policy"."""
        if self.policy != sha256(policy_bytes).hex():
            raise Refused("POLICY-MISMATCH", "policy", "the agreement names another policy")
        if companion_bytes is None or self.companion != sha256(companion_bytes).hex():
            raise Refused("POLICY-MISMATCH", "companion", "the agreement names another companion")
        for party in self.parties:
            if all(name != party.origin for name, _ in policy.logs):
                raise Refused("UNKNOWN-LOG", party.origin, "the policy has no log of this name")
        for party in self.parties:
            if _largest_anchor(party.origin, policy) > ANCHOR_LIMIT:
                raise Refused("OVERSIZE", party.origin, "an anchor of it with every witness does not fit an entry")


def _largest_anchor(origin, policy):
    def line(name, payload):
        return len("\u2014  \n".encode("utf-8")) + len(name.encode("utf-8")) + -(-(4 + payload) // 3) * 4
    text = len(f"{origin}\n9223372036854775807\n".encode("utf-8")) + 44 + 1
    lines = line(origin, 64) + sum(line(key.name, 72) for key in policy.witnesses.values())
    return 16 + 32 + 8 + text + 1 + lines


# The file


def parse(data):
    document = parse_toml(data)
    _require(set(document.tables) <= {"definitions"} and set(document.lists) <= {"party", "obligation"}, "top", "an unknown table")
    _members(document.top, "top", "agreement name title policy companion")
    _require(document.top["agreement"] == "detente-agreement/v1", "agreement", "expected detente-agreement/v1")
    _matches(document.top["name"], "[a-z0-9-]{1,64}", "name")
    _short(document.top["title"], "title")
    for name in ("policy", "companion"):
        _require(is_digest(document.top[name]), name, "expected 64 hexadecimal digits")
    for name, text in document.tables.get("definitions", {}).items():
        _short(text, f"definition {name}")
    parties = tuple(_party(table, f"party {i + 1}") for i, table in enumerate(document.lists.get("party", [])))
    _require(2 <= len(parties) <= 16, "party", f"expected 2 to 16, got {len(parties)}")
    for name in ("id", "log", "origin"):
        _require(len({getattr(party, name) for party in parties}) == len(parties), "party", f"two of one {name}")
    obligations = tuple(_obligation(table, f"obligation {i + 1}", [party.id for party in parties])
                        for i, table in enumerate(document.lists.get("obligation", [])))
    _require(1 <= len(obligations) <= 64, "obligation", f"expected 1 to 64, got {len(obligations)}")
    _require(len({o.id for o in obligations}) == len(obligations), "obligation", "two of one id")
    _require(sum(o.kind == "notice-before-withdrawal" for o in obligations) <= 1, "obligation", "notice-before-withdrawal twice")
    top = document.top
    return Agreement(sha256(data), top["name"], top["policy"], top["companion"], parties, obligations)


def _require(condition, culprit, detail):
    if not condition:
        raise Refused("MALFORMED-AGREEMENT", culprit, detail)


def _members(table, culprit, required, optional=""):
    required, optional = set(required.split()), set(optional.split())
    _require(required <= set(table) <= required | optional, culprit, "a member that is missing or unknown")


def _short(value, culprit):
    _require(isinstance(value, str) and 1 <= len(value.encode("utf-8")) <= 1_024, culprit, "expected 1 to 1,024 bytes")
    return value


def _matches(value, pattern, culprit):
    _require(isinstance(value, str) and re.fullmatch(pattern, value) is not None, culprit, f"expected {pattern}")
    return value


def _party(table, culprit):
    _members(table, culprit, "id name log origin", "offset")
    _matches(table["id"], "[a-z0-9-]{1,32}", culprit)
    _short(table["name"], culprit)
    _require(is_digest(table["log"]) and table["log"] != "0" * 64, culprit, "log is no log id")
    _require(isinstance(table["origin"], str) and is_name(table["origin"]), culprit, "origin is not a name")
    offset = parse_offset(table["offset"], culprit) if "offset" in table else None
    return Party(table["id"], table["name"], bytes.fromhex(table["log"]), table["origin"], offset)


# Obligations


_KINDS = {  # kind -> required and optional members, beside those of every obligation
    "acknowledge-within": ("of start period", ""),
    "respond-within": ("of start period", "grounds"),
    "update-every": ("of start period", ""),
    "preserve-for": ("start period", ""),
    "report-within": ("trigger period", "field after stage by"),
    "evidence-with-accusation": ("", ""),
    "ask-before-accusing": ("", "wait"),
    "anchor-within": ("period", ""),
    "publish-within": ("period", ""),
    "open-within": ("slots period", ""),
    "meet-every": ("of period", ""),
    "notice-before-withdrawal": ("period", ""),
    "budget": ("of at_most per", ""),
    "not-verifiable": ("", ""),
}
_OF = {
    "acknowledge-within": (*_ASKED, "accusation.issue", "ping"),
    "respond-within": (*_ASKED, "accusation.issue"),
    "update-every": _ASKED,
    "meet-every": bodies.FORMS[1:],
    "budget": ("ping", *_ASKED, "accusation.issue"),
}


def _obligation(table, culprit, party_ids):
    kind = table.get("kind")
    _require(isinstance(kind, str) and kind in _KINDS, culprit, f"unknown kind {str(kind)[:40]}")
    required, optional = _KINDS[kind]
    _members(table, culprit, "id kind text " + required, "source unsure obliged " + optional)
    _matches(table["id"], "[A-Za-z0-9.-]{1,32}", culprit)
    for name in ("text", "source", "unsure", "trigger", "after", "stage"):
        if name in table:
            _short(table[name], f"{culprit}, {name}")
    terms = {name: table[name] for name in (required + " " + optional).split() if name in table}
    obliged = tuple(_closed_list(table["obliged"], party_ids, culprit) if "obliged" in table else party_ids)
    for name in ("period", "wait"):
        if name in terms:
            terms[name] = parse_period(terms[name], f"{culprit}, {name}")
    if "of" in terms:
        terms["of"] = _closed_list(terms["of"], _OF[kind], culprit)
    if kind == "respond-within":
        terms["grounds"] = _closed_list(terms["grounds"], bodies.GROUNDS[1:], culprit) if "grounds" in terms else bodies.GROUNDS[1:]
    _require(terms.get("start") in (None, "anchor", "mirror"), culprit, "start is anchor or mirror")
    if kind == "report-within":
        _check_report(terms, culprit)
    if kind == "open-within":
        terms["slots"] = _slots(terms["slots"], culprit)
    if kind == "budget":
        _require(isinstance(terms["at_most"], int), culprit, "at_most is a number")
        _require(terms["per"] in ("year", "quarter", "month"), culprit, "per is year, quarter or month")
    return Obligation(table["id"], kind, obliged, terms)


def _closed_list(value, words, culprit):
    _require(isinstance(value, list) and value and all(item in words for item in value) and len(set(value)) == len(value),
             culprit, "expected a list of known words, each once")
    return tuple(value)


def _slots(value, culprit):
    _require(isinstance(value, list) and value and all(isinstance(slot, int) and slot < 4_096 for slot in value)
             and all(a < b for a, b in zip(value, value[1:])), culprit, "expected strictly increasing slots below 4,096")
    return tuple(value)


def _check_report(terms, culprit):
    _require(("field" in terms) != ("after" in terms), culprit, "expected field or after")
    _require("after" not in terms or "stage" in terms, culprit, "after without stage")
    _require("by" not in terms or ("field" in terms and terms["period"].unit == "D"), culprit, "by without field, or not in days")
    for name in ("field", "by"):
        if name in terms:
            _require(date_slots(terms[name]) is not None, culprit, f"{name} is no date")
    _require(terms.get("by") != "claimed_time", culprit, "by is claimed_time")


def date_slots(name):
    """Slots of a date of veris-1: (1,) for claimed_time, else those of year, month and day; None when it is none."""
    if name == "claimed_time":
        return (1,)
    if not isinstance(name, str):
        return None
    slots = {slot.name: slot.number for profile in profiles.built_in().values() for slot in profile.slots.values()}
    found = tuple(slots.get(f"{name}.{part}") for part in ("year", "month", "day"))
    return None if None in found else found
