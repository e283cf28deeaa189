"""Readers of a vector's `input`. What they refuse is a fault of the vector, not a verdict."""

import re

import core
import policy as policies
import profiles
from core import Refused


class VectorFault(Exception):
    """The vector itself is not well formed; no code says so."""


def read_text(given, name):
    if not isinstance(given.get(name), str):
        raise VectorFault(f"{name}: expected a string")
    return given[name]


def read_list(given, name):
    if not isinstance(given.get(name), list):
        raise VectorFault(f"{name}: expected a list")
    return given[name]


def read_base64(value, name):
    try:
        return core.from_base64(value)
    except (Refused, AttributeError):
        raise VectorFault(f"{name}: expected base64") from None


def read_bytes(given, name):
    return read_base64(given.get(name), name)


def read_hex(value, name, length=None):
    if not isinstance(value, str) or re.fullmatch("(?:[0-9a-f]{2})*", value) is None:
        raise VectorFault(f"{name}: expected hexadecimal")
    if length is not None and len(value) != 2 * length:
        raise VectorFault(f"{name}: expected {length} bytes")
    return bytes.fromhex(value)


def read_hash(given, name):
    return read_hex(given.get(name), name, 32)


def read_hashes(given, name):
    return [read_hex(item, name, 32) for item in read_list(given, name)]


def read_number(given, name):
    """A `u64`, so one that may be out of range: the range is what is tested."""
    if re.fullmatch("0|[1-9][0-9]{0,19}", read_text(given, name)) is None or int(given[name]) >= 2**64:
        raise VectorFault(f"{name}: expected a decimal number")
    return int(given[name])


def read_policy(given):
    companion = None if given.get("companion") is None else read_bytes(given, "companion")
    return policies.load_policy(read_bytes(given, "policy"), companion)


def read_profile(given):
    return profiles.parse_profile(read_bytes(given, "profile"))


def optional_decimal(value):
    return None if value is None else str(value)


def read_seconds(given, name):
    if read_number(given, name) > core.MAXIMUM:
        raise VectorFault(f"{name}: expected at most 2^63 - 1")
    return read_number(given, name)


def read_integer(given, name, most):
    value = given.get(name)
    if type(value) is not float or not value.is_integer() or not 0 <= value <= most:
        raise VectorFault(f"{name}: expected a number up to {most}")
    return int(value)


def read_files(given, name):
    return [read_base64(item, name) for item in read_list(given, name)]
