"""disclosure.md: a document to slots, slots to one sealed digest, and openings against it."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from core import LABELS, Refused, opened_label, sha256
from profiles import type_of
from strict_json import canonical, member_order, read_json

DOCUMENT_LIMIT = 4_194_304


# Document to slots


def document_slots(profile, data):
    """Slot number -> value, for the slots that the document fills."""
    if len(data) > DOCUMENT_LIMIT:
        raise Refused("OVERSIZE", "document", f"expected at most {DOCUMENT_LIMIT} bytes, got {len(data)}")
    document = read_json(data, 62)
    if not isinstance(document, dict):
        raise Refused("FIELD-TYPE", "document", "expected an object")
    values = {}
    _walk(profile, document, (), values)
    return values


def _walk(profile, members, above, values):
    for name in member_order(members):
        pointer, value = above + (name,), members[name]
        slots = profile.at.get(pointer)
        where = "/" + "/".join(pointer)
        if slots is None:
            raise Refused("UNKNOWN-FIELD", where, "the profile has no slot for it")
        slot = slots[0]
        if slot.part is not None:
            _require_type(isinstance(value, str), where, value)
            values.update(_cut(slots, value))
        elif slot.container and isinstance(value, dict):
            if value:
                _walk(profile, value, pointer, values)
            else:
                values[slot.number] = {}
        elif slot.residue:
            _require_type(isinstance(value, dict), where, value)
            _take_out(profile, slot, value, values)
            values[slot.number] = value
        else:
            _require_type(type_of(value) in slot.types, where, value)
            values[slot.number] = value


def _require_type(condition, where, value):
    if not condition:
        raise Refused("FIELD-TYPE", where, f"a value of type {type_of(value)}")


def _cut(slots, text):
    """The pieces of a string, by Unicode scalar values."""
    start = 0
    for slot in slots:
        end = start + slot.part[1] if slot.part[1] else len(text)
        yield slot.number, text[start:end]
        start = end


def _leads_to(slot, residue, value):
    """(object, last token) when the slot's pointer leads from the residue's value, through objects, to a type it lists."""
    *steps, last = slot.pointer[len(residue.pointer):]
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, dict) and last in value and type_of(value[last]) in slot.types:
        return value, last
    return None


def _has_place(slot, residue, value):
    """The slot's pointer leads, through objects, to an object without its last token."""
    *steps, last = slot.pointer[len(residue.pointer):]
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return isinstance(value, dict) and last not in value


def _take_out(profile, residue, value, values):
    for slot in profile.slots.values():
        if slot.lies_below(residue.pointer):
            found = _leads_to(slot, residue, value)
            if found is None:
                continue
            if slot.part is None:
                values[slot.number] = found[0].pop(found[1])
            elif slot.part[0] == 0:
                values.update(_cut(profile.at[slot.pointer], found[0].pop(found[1])))


# Sealing


_SALT, _LEAF, _NODE, _SEALED = (opened_label(LABELS[f"disclosure/{n}"]) for n in ("salt", "leaf", "node", "sealed"))


def slot_salt(seed, slot):
    return hmac.new(seed, _SALT + slot.to_bytes(2, "little"), hashlib.sha256).digest()


def slot_leaf(log, slot, salt, present, value):
    tagged = b"\x01" + canonical(value) if present else b"\x00"
    return sha256(_LEAF + log + slot.to_bytes(2, "little") + salt + tagged)


def node(left, right):
    return sha256(_NODE + left + right)


def wrap(profile, log, root):
    return sha256(_SEALED + log + profile.digest + profile.width.to_bytes(4, "little") + root)


def seal(profile, log, seed, values):
    """The sealed value of the slots given; all others are absent."""
    for slot in sorted(values):
        _check_opening(profile, Opening(slot, b"", True, values[slot]))
    level = [slot_leaf(log, s, slot_salt(seed, s), s in values, values.get(s)) for s in range(profile.width)]
    while len(level) > 1:
        level = [node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return wrap(profile, log, level[0])


# Openings


@dataclass(frozen=True)
class Opening:
    slot: int
    salt: bytes
    present: bool
    value: object = None

    def leaf(self, log):
        return slot_leaf(log, self.slot, self.salt, self.present, self.value)


def multiproof_length(slots, width):
    """Hashes that the openings of these slots do not give."""
    known, count = set(slots), 0
    while width > 1:
        count += sum(position ^ 1 not in known for position in known)
        known = {position >> 1 for position in known}
        width >>= 1
    return count


def rebuild(leaves, width, hashes):
    """The root from leaves by position and the multi-proof: levels from the leaves up, left to right in each."""
    hashes = iter(hashes)
    while width > 1:
        parents = {}
        for position in sorted(leaves):
            parent = position >> 1
            if parent not in parents:
                other = leaves[position ^ 1] if position ^ 1 in leaves else next(hashes)
                pair = (other, leaves[position]) if position & 1 else (leaves[position], other)
                parents[parent] = node(*pair)
        leaves, width = parents, width >> 1
    return leaves[0]


def verify_openings(profile, log, sealed, openings, hashes):
    slots = [opening.slot for opening in openings]
    if not slots or any(a >= b for a, b in zip(slots, slots[1:])):
        raise Refused("SLOT-ORDER", "openings", "expected strictly increasing slots, at least one")
    if slots[-1] >= profile.width:
        raise Refused("SLOT-RANGE", f"slot {slots[-1]}", f"the width is {profile.width}")
    expected = multiproof_length(slots, profile.width)
    if len(hashes) != expected:
        raise Refused("PROOF-LENGTH", "multiproof", f"expected {expected} hashes, got {len(hashes)}")
    root = rebuild({opening.slot: opening.leaf(log) for opening in openings}, profile.width, hashes)
    if wrap(profile, log, root) != sealed:
        raise Refused("SEALED-MISMATCH", "openings", "they do not give the sealed value")
    for opening in openings:
        _check_opening(profile, opening)
    _check_together(profile, openings)


def _check_opening(profile, opening):
    culprit = f"slot {opening.slot}"
    if not opening.present:
        if opening.slot == 0:
            raise Refused("FIELD-TYPE", culprit, "the kind is always present")
        return
    slot, value = profile.slots.get(opening.slot), opening.value
    if slot is None:
        raise Refused("SLOT-RANGE", culprit, "a value in an unassigned slot")
    fits = (type_of(value) in slot.types
            and not (slot.container and isinstance(value, dict) and value)
            and not (slot.part and slot.part[1] and len(value) > slot.part[1])
            and not (slot.number == 1 and not is_claimed_time(value))
            and not (slot.number == 3 and re.fullmatch("[0-9a-f]{64}", value) is None))
    if not fits:
        raise Refused("FIELD-TYPE", culprit, f"{slot.name} does not hold such a value")


def _check_together(profile, openings):
    def conflict(slot, detail):
        raise Refused("CONTAINER-CONFLICT", f"slot {slot.number}", detail)

    assigned = [(profile.slots[opening.slot], opening) for opening in openings if opening.slot in profile.slots]
    opened = [(slot, opening) for slot, opening in assigned if slot.pointer is not None]
    values = [(slot, o.value) for slot, o in opened if o.present]
    containers = {slot.pointer for slot, _ in values if slot.container}
    parts = {}
    for slot, opening in opened:
        if slot.part is not None:
            parts.setdefault(slot.pointer, []).append((slot, opening))
    for slot, value in values:
        if any(slot.pointer[:length] in containers for length in range(len(slot.pointer))):
            conflict(slot, "a value below a container that has one")
        if slot.residue:
            for inner in profile.slots.values():
                if inner.lies_below(slot.pointer) and _leads_to(inner, slot, value) is not None:
                    conflict(slot, f"it still holds the value of slot {inner.number}")
    for residue, opening in opened:
        for slot, _ in values if residue.residue else ():
            if slot.lies_below(residue.pointer) and not (opening.present and _has_place(slot, residue, opening.value)):
                conflict(slot, f"slot {residue.number} has no place that it was taken out of")
    for group in parts.values():
        if len({opening.present for _, opening in group}) > 1:
            conflict(group[0][0], "parts with a value and absent parts")
        short = False
        for slot, opening in group:
            if opening.present:
                if short and opening.value:
                    conflict(slot, "it follows a part that is not full")
                short = short or len(opening.value) < slot.part[1]


_DATE_TIME = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:Z|[+-]([0-9]{2}):([0-9]{2})))?)?)?")


def is_claimed_time(text):
    """An RFC 3339 date-time, or its year, month or day alone."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second, zone_hour, zone_minute = (int(g) if g else None for g in match.groups())
    if month is not None and not 1 <= month <= 12:
        return False
    if day is not None and not 1 <= day <= _days(year, month):
        return False
    return (hour or 0) <= 23 and (minute or 0) <= 59 and (second or 0) <= 60 \
        and (zone_hour or 0) <= 23 and (zone_minute or 0) <= 59


def _days(year, month):
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
