"""Ed25519 under the strict rule of checkpoint.md, in plain integers. Verification only; nothing here is secret.

A key is enrolled once: canonical, in the prime-order subgroup, not the identity. A signature is valid when S < L, R is
the canonical encoding of a point that is not of small order, and S·B = R + k·A exactly. Since S·B - k·A lies in the
subgroup, encoding it and comparing bytes with R decides canonicity and the equation at once.
"""

import hashlib

from core import Refused

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
D2 = 2 * D % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
IDENTITY_BYTES = (1).to_bytes(32, "little")


def decompress(data):
    """The point of a canonical encoding, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7 % P, (P - 5) // 8, P) % P
    if (v * x * x - u) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
        if (v * x * x - u) % P != 0:
            return None
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return ((y * inverse % P) | ((x * inverse % P & 1) << 255)).to_bytes(32, "little")


def double(point):
    x, y, z, _ = point
    a, b = x * x, y * y
    h = a + b
    e = h - (x + y) * (x + y)
    g = a - b
    f = 2 * z * z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def add(point, prepared):
    x, y, z, t = point
    minus, plus, t2d, z2 = prepared
    a, b, c, d = (y - x) * minus, (y + x) * plus, t * t2d, z * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def prepare(point):
    x, y, z, t = point
    return (y - x) % P, (y + x) % P, t * D2 % P, 2 * z % P


def negate_prepared(prepared):
    minus, plus, t2d, z2 = prepared
    return plus, minus, -t2d % P, z2


def odd_multiples(point, width):
    """Prepared forms of d·point for odd |d| < 2^(width - 1)."""
    table, twice, current = {}, prepare(double(point)), point
    for d in range(1, 2 ** (width - 1), 2):
        table[d] = prepare(current)
        table[-d] = negate_prepared(table[d])
        current = add(current, twice)
    return table


def signed_digits(scalar, width):
    """Non-adjacent form: (position, odd digit) pairs that sum to the scalar."""
    position, digits = 0, {}
    while scalar:
        if scalar & 1:
            digit = scalar & (2**width - 1)
            if digit >= 2 ** (width - 1):
                digit -= 2**width
            digits[position] = digit
            scalar -= digit
        scalar >>= 1
        position += 1
    return digits


def sum_of_products(*terms):
    """The sum of scalar·point over (digits, table) terms, with shared doublings (Straus, Shamir)."""
    result = IDENTITY
    for position in range(max((max(digits, default=0) for digits, _ in terms), default=0), -1, -1):
        result = double(result)
        for digits, table in terms:
            if position in digits:
                result = add(result, table[digits[position]])
    return result


def is_identity(point):
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


_BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
_BASE_WIDTH, _KEY_WIDTH = 8, 5
_BASE_TABLE = odd_multiples(_BASE, _BASE_WIDTH)
_ORDER_DIGITS = signed_digits(ORDER, _KEY_WIDTH)


class PublicKey:
    """An enrolled key; holds the multiples of -A that verification adds up."""

    def __init__(self, data, table):
        self.data = data
        self._table = {-digit: multiple for digit, multiple in table.items()}
        self._answers = {}

    def verifies(self, signature, message):
        """Answers are kept, so that a signature costs its check once, however many files carry it."""
        asked = signature, hashlib.sha256(message).digest()
        if asked not in self._answers:
            if len(self._answers) >= 65_536:
                self._answers.clear()
            self._answers[asked] = self._verifies(signature, message)
        return self._answers[asked]

    def _verifies(self, signature, message):
        if len(signature) != 64:
            return False
        r, s = signature[:32], int.from_bytes(signature[32:], "little")
        if s >= ORDER or r == IDENTITY_BYTES:
            return False
        k = int.from_bytes(hashlib.sha512(r + self.data + message).digest(), "little") % ORDER
        found = sum_of_products((signed_digits(s, _BASE_WIDTH), _BASE_TABLE),
                                (signed_digits(k, _KEY_WIDTH), self._table))
        return compress(found) == r


_enrolled = {}


def enrol(data, culprit=None):
    """The key of 32 bytes, or `WEAK-KEY`. Results are kept, so that a key costs its check once."""
    if data not in _enrolled:
        if len(_enrolled) >= 4096:
            _enrolled.clear()
        _enrolled[data] = _enrol(data)
    if _enrolled[data] is None:
        raise Refused("WEAK-KEY", culprit, "a key that cannot be enrolled")
    return _enrolled[data]


def _enrol(data):
    point = decompress(data)
    if point is None or is_identity(point):
        return None
    table = odd_multiples(point, _KEY_WIDTH)
    if not is_identity(sum_of_products((_ORDER_DIGITS, table))):
        return None
    return PublicKey(data, table)
