"""agreement.md, "Narrow TOML": one line, one thing, and nothing that two parsers could read in two ways."""

import re

from core import Refused, decimal, has_control

FILE_LIMIT = 1_048_576
MEMBER_LIMIT = 4_096
LIST_LIMIT = 256

_NAME = "[A-Za-z0-9_-]{1,64}"
_LIST_TABLE = re.compile(rf" *\[\[({_NAME})\]\] *")
_TABLE = re.compile(rf" *\[({_NAME})\] *")
_MEMBER = re.compile(rf" *({_NAME}) *= *(.*)")
_STRING = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_DIGITS = re.compile("[0-9]+")
_ESCAPE = re.compile(r'\\(["\\])')


class Document:
    """What a file holds: members of the top, tables, and lists of tables, each a dict of str, int or list."""

    def __init__(self):
        self.top, self.tables, self.lists = {}, {}, {}


def parse(data):
    if len(data) > FILE_LIMIT:
        raise Refused("OVERSIZE", "agreement", f"expected at most {FILE_LIMIT} bytes, got {len(data)}")
    if data.startswith(b"\xef\xbb\xbf") or any((byte < 0x20 and byte != 0x0A) or byte == 0x7F for byte in data):
        raise _refuse(0, "a byte order mark or a control character")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _refuse(0, "not UTF-8") from None
    if text and not text.endswith("\n"):
        raise _refuse(text.count("\n") + 1, "no LF at the end")
    return _read(text[:-1].split("\n") if text else [])


def _refuse(line, detail):
    return Refused("MALFORMED-AGREEMENT", f"line {line}" if line else "agreement", detail)


def _read(lines):
    document, members = Document(), 0
    current = document.top
    for number, line in enumerate(lines, 1):
        stripped = line.strip(" ")
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            current = _open_table(document, line, number)
            continue
        match = _MEMBER.fullmatch(line)
        if match is None:
            raise _refuse(number, "expected a table, name = value, a remark or nothing")
        name = match[1]
        if name in current or (current is document.top and (name in document.tables or name in document.lists)):
            raise _refuse(number, f"{name} twice")
        current[name] = _whole_value(match[2], number)
        members += 1
        if members > MEMBER_LIMIT:
            raise _refuse(number, f"more than {MEMBER_LIMIT} members")
    return document


def _open_table(document, line, number):
    match = _LIST_TABLE.fullmatch(line)
    if match is not None:
        if match[1] in document.top or match[1] in document.tables:
            raise _refuse(number, f"{match[1]} is something else already")
        table = {}
        document.lists.setdefault(match[1], []).append(table)
        return table
    match = _TABLE.fullmatch(line)
    if match is None:
        raise _refuse(number, "expected [name] or [[name]]")
    if match[1] in document.top or match[1] in document.tables or match[1] in document.lists:
        raise _refuse(number, f"{match[1]} twice")
    document.tables[match[1]] = {}
    return document.tables[match[1]]


# Values


def _whole_value(text, number):
    value, rest = _list(text[1:], number) if text.startswith("[") else _scalar(text, number)
    if rest.strip(" "):
        raise _refuse(number, "something follows the value")
    return value


def _scalar(text, number):
    match = _STRING.match(text)
    if match is not None:
        if has_control(match[1]):
            raise _refuse(number, "a control character in a string")
        return _ESCAPE.sub(r"\1", match[1]), text[match.end():]
    match = _DIGITS.match(text)
    if match is None:
        raise _refuse(number, "expected a string, a number or a list")
    try:
        return decimal(match[0]), text[match.end():]
    except Refused as cause:
        raise _refuse(number, cause.detail) from None


def _list(text, number):
    """What follows the opening bracket: scalars of one kind, no comma at the end."""
    items, rest = [], text.lstrip(" ")
    if rest.startswith("]"):
        return items, rest[1:]
    while True:
        item, rest = _scalar(rest, number)
        items.append(item)
        if type(item) is not type(items[0]) or len(items) > LIST_LIMIT:
            raise _refuse(number, f"expected items of one kind, at most {LIST_LIMIT}")
        rest = rest.lstrip(" ")
        if rest.startswith("]"):
            return items, rest[1:]
        if not rest.startswith(","):
            raise _refuse(number, "expected , or ]")
        rest = rest[1:].lstrip(" ")
