"""core.md: strict JSON, canonical JSON (RFC 8785) and files of ours.

Values are None, True, False, float (every number, so that no boolean passes for one), str, list and dict.
"""

import re

from core import Refused

SAFE_INTEGER = 2**53 - 1
NESTING_LIMIT = 64
VALUE_LIMIT = 262_144

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_RANKED = ("DUPLICATE-MEMBER", "LONE-SURROGATE", "NUMBER-RANGE")


class _JsonReader:
    def __init__(self, text, nesting=NESTING_LIMIT):
        self.text, self.at, self.faults, self.nesting, self.values = text, 0, {}, nesting, 0

    def syntax(self, detail):
        raise Refused("MALFORMED-JSON", None, f"{detail} (at character {self.at})")

    def fault(self, code, detail):
        self.faults.setdefault(code, detail)

    def space(self):
        self.at = _SPACE.match(self.text, self.at).end()

    def peek(self):
        return self.text[self.at:self.at + 1]

    def whole(self):
        self.space()
        value = self.value(0)
        self.space()
        if self.at != len(self.text):
            self.syntax("something follows the value")
        for code in _RANKED:
            if code in self.faults:
                raise Refused(code, None, self.faults[code])
        return value

    def value(self, depth):
        self.values += 1
        if self.values > VALUE_LIMIT:
            self.syntax(f"more than {VALUE_LIMIT} values")
        c = self.peek()
        if c == '"':
            return self.string()
        if c == "{" or c == "[":
            if depth == self.nesting:
                self.syntax(f"more than {self.nesting} levels")
            self.at += 1
            return self.object(depth + 1) if c == "{" else self.array(depth + 1)
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            self.syntax("expected a value")
        self.at = match.end()
        return self.number(match.group())

    def number(self, lexeme):
        value = float(lexeme)
        if abs(value) > SAFE_INTEGER and (value in (float("inf"), float("-inf")) or value.is_integer()):
            self.fault("NUMBER-RANGE", f"{lexeme[:40]} is out of range")
        if value == 0 and re.search("[1-9]", re.split("[eE]", lexeme)[0]):
            self.fault("NUMBER-RANGE", f"{lexeme[:40]} is lost to zero")
        return value

    def members(self, closing):
        """Yields once before each member or item; leaves after the closing bracket."""
        self.space()
        if self.peek() == closing:
            self.at += 1
            return
        while True:
            self.space()
            yield
            self.space()
            c = self.peek()
            if c not in (",", closing):
                self.syntax(f"expected , or {closing}")
            self.at += 1
            if c == closing:
                return

    def array(self, depth):
        return [self.value(depth) for _ in self.members("]")]

    def object(self, depth):
        result = {}
        for _ in self.members("}"):
            name = self.string()
            self.space()
            if self.peek() != ":":
                self.syntax("expected :")
            self.at += 1
            self.space()
            if name in result:
                self.fault("DUPLICATE-MEMBER", f"member {name[:40]!r} twice")
            result[name] = self.value(depth)
        return result

    def string(self):
        if self.peek() != '"':
            self.syntax("expected a string")
        self.at += 1
        pieces = []
        while True:
            match = _PLAIN.match(self.text, self.at)
            pieces.append(match.group())
            self.at = match.end()
            c = self.peek()
            if c == '"':
                self.at += 1
                return "".join(pieces)
            if c != "\\":
                self.syntax("unfinished string or bare control character")
            pieces.append(self.escape())

    def escape(self):
        letter = self.text[self.at + 1:self.at + 2]
        if letter in _ESCAPES:
            self.at += 2
            return _ESCAPES[letter]
        unit = self.unit()
        if unit is None:
            self.syntax("no such escape")
        self.at += 6
        if 0xD800 <= unit < 0xDC00:
            low = self.unit()
            if low is not None and 0xDC00 <= low < 0xE000:
                self.at += 6
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        if 0xD800 <= unit < 0xE000:
            self.fault("LONE-SURROGATE", f"\\u{unit:04x} is not part of a pair")
        return chr(unit)

    def unit(self):
        if not self.text.startswith("\\u", self.at):
            return None
        match = _HEX4.match(self.text, self.at + 2)
        return int(match.group(), 16) if match else None


def read_json(data, nesting=NESTING_LIMIT):
    """Strict JSON from bytes. The four codes fail in their rank, whatever their order in the text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("MALFORMED-JSON", None, f"not UTF-8: {error.reason}") from None
    return _JsonReader(text, nesting).whole()


def read_file_of_ours(data):
    """Strict JSON that is exactly its canonical form and one LF."""
    value = read_json(data)
    if canonical(value) + b"\n" != data:
        raise Refused("NOT-CANONICAL", None, "expected canonical JSON and one LF")
    return value


def canonical(value):
    """RFC 8785 bytes of a value."""
    pieces = []
    _write(value, pieces.append)
    return "".join(pieces).encode("utf-8")


def _write(value, put):
    if value is None:
        put("null")
    elif isinstance(value, bool):
        put("true" if value else "false")
    elif isinstance(value, (int, float)):
        put(ecmascript_number(value))
    elif isinstance(value, str):
        put(_quote(value))
    elif isinstance(value, list):
        put("[")
        for i, item in enumerate(value):
            put("," if i else "")
            _write(item, put)
        put("]")
    else:
        put("{")
        for i, name in enumerate(member_order(value)):
            put("," if i else "")
            put(_quote(name) + ":")
            _write(value[name], put)
        put("}")


def member_order(members):
    """Names in RFC 8785 order: by UTF-16 code units."""
    return sorted(members, key=lambda name: name.encode("utf-16-be"))


_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPED = re.compile(r'[\x00-\x1f"\\]')


def _quote(text):
    return '"' + _ESCAPED.sub(lambda m: _SHORT.get(m.group(), f"\\u{ord(m.group()):04x}"), text) + '"'


def ecmascript_number(value):
    """Number::toString of ECMAScript. `repr` gives the shortest digits; only their layout differs."""
    value = float(value)
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)  # position of the decimal point in `digits`
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    count = len(digits)
    sign = "-" if value < 0 else ""
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + power
