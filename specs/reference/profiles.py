"""disclosure.md, profiles: which slot takes which property, and what people type to name slots."""

import re
from dataclasses import dataclass
from pathlib import Path

from core import Refused, has_control, has_white_space, label, sha256
from strict_json import read_file_of_ours

TYPES = ("array", "boolean", "number", "object", "string")
ENVELOPE = ("kind", "claimed_time", "author_role", "amends")
BUILT_IN = Path(__file__).resolve().parent.parent / "profiles"


def type_of(value):
    """The name of a JSON value's type; a boolean is no number here, whatever Python thinks."""
    return {bool: "boolean", float: "number", int: "number", str: "string", list: "array", dict: "object",
            type(None): "null"}[type(value)]


@dataclass(frozen=True)
class Slot:
    number: int
    name: str
    types: tuple
    pointer: tuple | None = None  # unescaped reference tokens
    container: bool = False
    part: tuple | None = None  # (position, take)
    residue: bool = False
    coarse_of: int | None = None

    def lies_below(self, pointer):
        return self.pointer is not None and len(self.pointer) > len(pointer) and self.pointer[:len(pointer)] == pointer


@dataclass(frozen=True)
class Profile:
    name: str
    width: int
    digest: bytes
    slots: dict  # number -> Slot, in increasing order
    names: dict  # what people type -> list of slot numbers
    at: dict  # pointer -> list of Slot

    def select(self, field):
        if field in self.names:
            return self.names[field]
        for slot in self.slots.values():
            if slot.name == field:
                return [slot.number]
        found = set()
        for pointer, slots in self.at.items():
            if ".".join(pointer) == field:
                found.update(slot.number for slot in slots)
                if any(slot.container for slot in slots):
                    found.update(slot.number for slot in self.slots.values() if slot.lies_below(pointer))
        if not found:
            raise Refused("UNKNOWN-FIELD", field, "no such name")
        return sorted(found)


def parse_profile(data):
    if len(data) > 1_048_576:
        raise Refused("OVERSIZE", "profile", f"{len(data)} bytes")
    value = read_file_of_ours(data)
    _require(isinstance(value, dict) and set(value) == {"names", "profile", "slots", "version", "width"}, "members")
    name, width = value["profile"], value["width"]
    _require(isinstance(name, str) and re.fullmatch(r"[a-z0-9-]{1,64}", name), "profile is no name")
    _require(_integer(value["version"]) and value["version"] == 1, "version is not 1")
    _require(_integer(width) and int(width).bit_count() == 1 and 8 <= width <= 4096, "width")
    _require(isinstance(value["slots"], list), "slots is no list")
    slots, last = {}, -1
    for item in value["slots"]:
        slot = _slot(item, int(width))
        _require(slot.number > last, f"slot {slot.number} is not above the one before it")
        slots[slot.number], last = slot, slot.number
    _check_slots(slots)
    names = _names(value["names"], slots)
    at = {}
    for slot in slots.values():
        if slot.pointer is not None:
            at.setdefault(slot.pointer, []).append(slot)
    for pointer, group in at.items():
        _check_group(pointer, group)
    return Profile(name, int(width), sha256(label("disclosure/profile") + data[:-1]), slots, names, at)


def _require(condition, detail):
    if not condition:
        raise Refused("MALFORMED-PROFILE", "profile", detail)


def _integer(value):
    """A JSON number that is a non-negative integer."""
    return type(value) is float and value.is_integer() and value >= 0


def _slot(item, width):
    _require(isinstance(item, dict), "a slot is no object")
    _require({"name", "slot", "types"} <= set(item), "a slot without name, slot or types")
    _require(set(item) <= {"name", "slot", "types", "pointer", "container", "part", "residue", "coarse_of"}, "members")
    _require(_integer(item["slot"]) and item["slot"] < width, "slot number")
    name, types = item["name"], item["types"]
    _require(isinstance(name, str) and name and not has_white_space(name) and not has_control(name), "a slot's name")
    _require(isinstance(types, list) and types and all(isinstance(t, str) and t in TYPES for t in types), f"types of {name}")
    _require(types == sorted(set(types)), f"types of {name} are not sorted or repeat")
    for flag in ("container", "residue"):
        _require(flag not in item or item[flag] is True, f"{flag} of {name} is not true")
    container, residue, part = "container" in item, "residue" in item, None
    _require(container + residue + ("part" in item) <= 1, f"{name} is of two sorts")
    _require("pointer" in item or not (container or residue or "part" in item), f"{name} has no pointer")
    if "part" in item:
        part = item["part"]
        _require(isinstance(part, list) and len(part) == 2 and all(_integer(n) for n in part), f"part of {name}")
        _require(types == ["string"], f"part {name} is not of type string")
        part = int(part[0]), int(part[1])
    _require(not container or "object" in types, f"container {name} does not name object")
    _require(not residue or types == ["object"], f"residue {name} is not of type object")
    coarse_of = item.get("coarse_of")
    _require("coarse_of" not in item or (_integer(coarse_of) and coarse_of < width), f"coarse_of of {name}")
    pointer = _pointer(item["pointer"]) if "pointer" in item else None
    return Slot(int(item["slot"]), name, tuple(types), pointer, container, part, residue,
                int(coarse_of) if coarse_of is not None else None)


def _pointer(text):
    """RFC 6901 tokens."""
    _require(isinstance(text, str) and text[:1] == "/", "a pointer")
    _require(text.count("/") <= 62, f"a pointer of more than 62 tokens")
    _require(re.search("~(?![01])", text) is None, f"a pointer with a bare ~: {text[:80]!r}")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:])


def _check_slots(slots):
    for number, name in enumerate(ENVELOPE):
        slot = slots.get(number)
        _require(slot is not None and slot.name == name and slot.types == ("string",) and slot.pointer is None,
                 f"slot {number} is not {name}")
    residues = [slot.pointer for slot in slots.values() if slot.residue]
    _require(len({slot.name for slot in slots.values()}) == len(slots), "two slots of one name")
    for slot in slots.values():
        _require(not (slot.container or slot.residue or slot.part) or not any(slot.lies_below(pointer) for pointer in residues),
                 f"{slot.name} lies below a residue")
        _require(slot.coarse_of is None or (slot.coarse_of in slots and slot.coarse_of != slot.number),
                 f"coarse_of of {slot.name}")


def _check_group(pointer, group):
    if len(group) == 1 and group[0].part is None:
        return
    for position, slot in enumerate(group):
        last = position == len(group) - 1
        _require(slot.part is not None and slot.part[0] == position and (slot.part[1] == 0) == last
                 and slot.number == group[0].number + position, f"parts of /{'/'.join(pointer)}")


def _names(value, slots):
    _require(isinstance(value, dict), "names is no object")
    names = {}
    for name, ranges in value.items():
        _require(isinstance(ranges, list) and ranges, f"ranges of {name[:40]!r}")
        numbers, end = [], 0
        for item in ranges:
            _require(isinstance(item, list) and len(item) == 2 and all(_integer(n) for n in item), "a range")
            first, count = int(item[0]), int(item[1])
            _require(first >= end and 1 <= count <= 4096, f"ranges of {name[:40]!r}")
            end = first + count
            _require(all(number in slots for number in range(first, end)), f"{name[:40]!r} names an unassigned slot")
            numbers.extend(range(first, end))
        names[name] = numbers
    return names


_built_in = {}


def built_in():
    """Profiles that ship with the specs, by digest."""
    if not _built_in:
        try:
            profile = parse_profile((BUILT_IN / "veris-1.json").read_bytes())
        except OSError as error:
            raise Refused("UNAVAILABLE", "veris-1.json", str(error)) from None
        _built_in[profile.digest] = profile
    return _built_in
