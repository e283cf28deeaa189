"""agreement.md, "Content": what a body commits to, handed over apart."""

from dataclasses import dataclass

import bodies
from core import Refused, decimal, from_base64, is_digest, label, sha256
from strict_json import canonical, read_file_of_ours

LIMIT = 4_194_304
ITEM_LIMIT = 65_536
_REQUEST = ({"authority", "offence", "data"}, {"custodian", "necessity", "intent", "indicators", "severity_scale", "severity_value"})
_FIELDS = {  # kind -> required and optional fields
    bodies.ASSISTANCE: _REQUEST, bodies.PRESERVE: _REQUEST, bodies.ANSWER: ({"text"}, set()), bodies.REFUSE: ({"text"}, set()),
    bodies.UPDATE: ({"text"}, set()), bodies.ISSUE: ({"text"}, {"act", "target"}), bodies.REPLY: ({"text"}, set())}


@dataclass(frozen=True)
class Content:
    log: bytes
    kind: int  # 0 of a manifest
    commitment: bytes
    items: tuple = ()  # of a manifest: (type, count), in the order of the list of types

    def answers(self, log, kind, commitment, items=()):
        """Whether a statement's log, kind, commitment and items (of a manifest) are its own."""
        return (self.log, self.kind, self.commitment, self.items) == (log, kind, commitment, tuple(items))


def parse(data):
    if len(data) > LIMIT:
        raise Refused("OVERSIZE", "content", f"expected at most {LIMIT} bytes, got {len(data)}")
    value = read_file_of_ours(data)
    _require(isinstance(value, dict), "expected an object")
    if value.get("detente") == "manifest/v1":
        return _manifest(value)
    _require(value.get("detente") == "content/v1", "expected content/v1 or manifest/v1")
    _require(set(value) == {"detente", "fields", "kind", "log", "salt"}, "other members")
    kind = bodies.KIND_OF.get(value["kind"]) if isinstance(value["kind"], str) else None
    _require(kind in _FIELDS, "a kind that has no content")
    fields, (required, optional) = value["fields"], _FIELDS[kind]
    _require(isinstance(fields, dict) and required <= set(fields) <= required | optional, "other fields")
    _require(all(isinstance(text, str) for text in fields.values()), "a field that is no string")
    log, salt = _log(value), _salt(value)
    return Content(log, kind, sha256(label("agreement/content") + log + kind.to_bytes(4, "little") + salt + canonical(fields)))


def _manifest(value):
    _require(set(value) == {"detente", "items", "log", "salt"}, "other members")
    items = value["items"]
    _require(isinstance(items, list) and 1 <= len(items) <= ITEM_LIMIT, f"expected 1 to {ITEM_LIMIT} items")
    counts = dict.fromkeys(bodies.ITEM_TYPES[1:], 0)
    for item in items:
        _require(isinstance(item, dict) and set(item) == {"digest", "size", "type"}, "an item's members")
        _require(is_digest(item["digest"]) and isinstance(item["size"], str), "an item's digest or size")
        _require(isinstance(item["type"], str) and item["type"] in counts, "an item's type")
        try:
            decimal(item["size"])
        except Refused:
            _require(False, "an item's size")
        counts[item["type"]] += 1
    log, salt = _log(value), _salt(value)
    commitment = sha256(label("agreement/manifest") + log + salt + canonical(items))
    return Content(log, 0, commitment, tuple((name, count) for name, count in counts.items() if count))


def _require(condition, detail):
    if not condition:
        raise Refused("MALFORMED-CONTENT", "content", detail)


def _log(value):
    _require(is_digest(value["log"]), "log is no log id")
    return bytes.fromhex(value["log"])


def _salt(value):
    try:
        salt = from_base64(value["salt"]) if isinstance(value["salt"], str) else b""
    except Refused:
        salt = b""
    _require(len(salt) == 32, "salt is not base64 of 32 bytes")
    return salt
