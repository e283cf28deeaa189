"""statement.md: the envelope, the bodies of key events, the life of keys and the replay of a log."""

from dataclasses import dataclass

import ed25519
from checkpoint import LOG_KEY, VerifierKey, is_name, parse_vkey
from core import MAXIMUM, Reader, Refused, has_control, label, sha256
from merkle import leaf_hash

LIMIT = 65_535
GENESIS, KEY_ADD, KEY_ROTATE, KEY_REVOKE, LOG_CLOSE, RECOVERY_CLOSE, SEALED = 1, 2, 3, 4, 5, 6, 16
AUTHOR, SEALING = 1, 2
ROLE_OF_KIND = {kind: AUTHOR for kind in (GENESIS, KEY_ADD, KEY_ROTATE, KEY_REVOKE, LOG_CLOSE,
                                          *range(32, 40), *range(48, 54), *range(64, 67))} | {SEALED: SEALING}
NO_SEALED = (GENESIS, KEY_ADD, KEY_ROTATE, KEY_REVOKE, LOG_CLOSE, RECOVERY_CLOSE)
ZERO = bytes(32)


@dataclass(frozen=True)
class KeyEntry:
    role: int
    algorithm: int
    key: bytes

    @property
    def digest(self):
        return key_digest(self.algorithm, self.key)


@dataclass(frozen=True)
class Genesis:
    origin: str
    party: str
    vkey: VerifierKey
    keys: tuple
    recovery: bytes  # key digest


@dataclass(frozen=True)
class KeyEvent:
    nonce: bytes
    new: KeyEntry | None = None
    possession: bytes | None = None
    old: bytes | None = None  # key digest that is rotated out or revoked; of log.close, the successor


@dataclass(frozen=True)
class Statement:
    entry: bytes
    log: bytes
    author: bytes
    kind: int
    body: object  # Genesis, KeyEvent or None
    sealed: bytes | None

    @property
    def id(self):
        return sha256(label("statement/id") + self.entry[:-64])

    @property
    def body_bytes(self):
        """The body as it stands after version, suite, log id, author and kind."""
        return self.entry[78:78 + int.from_bytes(self.entry[70:78], "little")]


def key_digest(algorithm, key):
    return sha256(label("statement/key") + bytes([algorithm]) + key)


# Decode


def decode(entry, culprit=None):
    if len(entry) > LIMIT:
        raise Refused("OVERSIZE", culprit, f"expected at most {LIMIT} bytes, got {len(entry)}")
    if not entry:
        raise Refused("MALFORMED-STATEMENT", culprit, "empty")
    if entry[0] != 1 or entry[1:2] not in (b"", b"\x01"):
        raise Refused("UNSUPPORTED-VERSION", culprit, f"version or suite {entry[:2].hex()}")
    reader = Reader(entry, "MALFORMED-STATEMENT", culprit)
    reader.take(2)
    log, author, kind, body = reader.take(32), reader.take(32), reader.number(4), reader.bytes()
    sealed = reader.option(lambda: reader.take(32))
    if reader.number(1) != 0:
        reader.refuse("a counts tag that is not listed")
    reader.take(64)
    reader.end()
    if (kind == SEALED and sealed is None) or (kind in NO_SEALED and sealed is not None):
        reader.refuse(f"kind {kind} with the wrong sealed tag")
    return Statement(entry, log, author, kind, _body(kind, body, culprit), sealed)


def _body(kind, body, culprit):
    reader = Reader(body, "MALFORMED-STATEMENT", culprit)
    if kind == SEALED:
        reader.end()
        return None
    nonce = reader.take(16)
    if kind == GENESIS:
        return _genesis(reader)
    if kind not in (KEY_ADD, KEY_ROTATE, KEY_REVOKE, LOG_CLOSE):
        return None
    old = None if kind == KEY_ADD else reader.take(32)
    new = possession = None
    if kind in (KEY_ADD, KEY_ROTATE):
        new, possession = _key_entry(reader), reader.take(64)
    if kind == KEY_REVOKE and reader.number(1) > 3:
        reader.refuse("an unknown reason")
    reader.end()
    if new is not None:
        ed25519.enrol(new.key, new.digest.hex())
    return KeyEvent(nonce, new, possession, old)


def _key_entry(reader):
    role = reader.number(1)
    if role not in (AUTHOR, SEALING):
        reader.refuse(f"role {role}")
    return KeyEntry(role, *_key(reader))


def _key(reader):
    algorithm = reader.number(1)
    if algorithm != 1:
        reader.refuse(f"algorithm {algorithm}")
    return algorithm, reader.take(32)


def _genesis(reader):
    origin, party, vkey_text = reader.text(), reader.text(), reader.text()
    count = reader.number(8)
    if not 2 <= count <= 16:
        reader.refuse(f"expected 2 to 16 keys, got {count}")
    keys = tuple(_key_entry(reader) for _ in range(count))
    recovery_algorithm, recovery = _key(reader)
    reader.take(32)
    previous, previous_size, previous_root = reader.take(32), reader.number(8), reader.take(32)
    reader.end()
    if not is_name(origin):
        reader.refuse("origin is not a name")
    if not 1 <= len(party.encode("utf-8")) <= 255 or has_control(party):
        reader.refuse("party is not 1 to 255 bytes without control characters")
    roles = [entry.role for entry in keys]
    if AUTHOR not in roles or roles.count(SEALING) != 1:
        reader.refuse("expected an author key and exactly one sealing key")
    if len({entry.key for entry in keys} | {recovery}) != count + 1:
        reader.refuse("a key is listed twice")
    none = previous == ZERO and previous_size == 0 and previous_root == ZERO
    if not none and (previous == ZERO or not 1 <= previous_size <= MAXIMUM):
        reader.refuse("a predecessor in part")
    vkey = parse_vkey(vkey_text, "checkpoint vkey")
    if vkey.type != LOG_KEY:
        raise Refused("MALFORMED-KEY", "checkpoint vkey", "expected type 1")
    if vkey.name != origin:
        raise Refused("ORIGIN-MISMATCH", vkey.name, f"expected {origin}")
    for entry in keys:
        ed25519.enrol(entry.key, entry.digest.hex())
    ed25519.enrol(recovery, "recovery key")
    return Genesis(origin, party, vkey, keys, key_digest(recovery_algorithm, recovery))


# The life of keys


@dataclass
class _Key:
    role: int
    key: bytes
    enrolled: int
    revoked: int | None = None


class KeyHistory:
    """Begun with entry 0; then `check` and `apply` at increasing indices."""

    def __init__(self, genesis):
        if genesis.kind != GENESIS or genesis.log != ZERO:
            raise Refused("GENESIS-MISPLACED", "entry 0", "expected a genesis")
        self.log = leaf_hash(genesis.entry)
        self.genesis = genesis.body
        self.keys = {entry.digest: _Key(entry.role, entry.key, 0) for entry in genesis.body.keys}
        author = self.keys.get(genesis.author)
        if author is None:
            raise Refused("UNKNOWN-AUTHOR", genesis.author.hex(), "the genesis does not list its author")
        if author.role == SEALING:
            raise Refused("KEY-ROLE", genesis.author.hex(), "a genesis is not signed by a sealing key")
        _check_signature(genesis, author)
        self.closed_at = None

    def check(self, statement, index):
        culprit = f"entry {index}"
        if statement.kind == GENESIS or statement.log == ZERO:
            raise Refused("GENESIS-MISPLACED", culprit, "a genesis that is not entry 0")
        if statement.log != self.log:
            raise Refused("LOG-MISMATCH", culprit, "it belongs to another log")
        author = self.keys.get(statement.author)
        if author is None:
            raise Refused("UNKNOWN-AUTHOR", statement.author.hex(), f"{culprit}: no event enrols its key")
        if author.enrolled >= index:
            raise Refused("KEY-NOT-YET-ENROLLED", statement.author.hex(), f"{culprit}: enrolled at {author.enrolled}")
        self._not_revoked(statement.author, index)
        if author.role != ROLE_OF_KIND.get(statement.kind, AUTHOR):
            raise Refused("KEY-ROLE", statement.author.hex(), f"{culprit}: kind {statement.kind} by role {author.role}")
        _check_signature(statement, author)

    def apply(self, statement, index):
        event = statement.body
        if statement.kind == KEY_ADD:
            if event.new.role != AUTHOR:
                raise Refused("KEY-ROLE", event.new.digest.hex(), "key.add of a sealing key")
            self._enrol(event, index)
        elif statement.kind == KEY_ROTATE:
            old = self._old(event.old, index)
            if event.new.role != old.role:
                raise Refused("KEY-ROLE", event.new.digest.hex(), "the role is not that of the old key")
            self._enrol(event, index)
            old.revoked = index
        elif statement.kind == KEY_REVOKE:
            old = self._old(event.old, index)
            if old.role == SEALING:
                raise Refused("KEY-ROLE", event.old.hex(), "a sealing key is only rotated")
            old.revoked = index
        elif statement.kind == LOG_CLOSE:
            self.closed_at = index

    def _old(self, digest, index):
        if digest not in self.keys:
            raise Refused("UNKNOWN-AUTHOR", digest.hex(), f"entry {index}: no event enrols the old key")
        self._not_revoked(digest, index)
        return self.keys[digest]

    def _not_revoked(self, digest, index):
        revoked = self.keys[digest].revoked
        if revoked is not None and revoked < index:
            raise Refused("KEY-REVOKED", digest.hex(), f"entry {index}: revoked at {revoked}")

    def _enrol(self, event, index):
        new = event.new
        if new.digest in self.keys or new.digest == self.genesis.recovery:
            raise Refused("KEY-ALREADY-ENROLLED", new.digest.hex(), f"entry {index}")
        message = label("statement/possession") + self.log + bytes([new.role, new.algorithm]) + new.key + event.nonce
        if not ed25519.enrol(new.key).verifies(event.possession, message):
            raise Refused("INVALID-POSSESSION", new.digest.hex(), f"entry {index}: the new key's signature")
        self.keys[new.digest] = _Key(new.role, new.key, index)

    def usable(self, index):
        """Digests of the keys that are usable at an index above 0."""
        return sorted(digest for digest, key in self.keys.items()
                      if key.enrolled < index and (key.revoked is None or key.revoked >= index))


def _check_signature(statement, author):
    message = label("statement/signature") + statement.entry[:-64]
    if not ed25519.enrol(author.key).verifies(statement.entry[-64:], message):
        raise Refused("INVALID-STATEMENT-SIGNATURE", statement.author.hex(), "the author's signature does not verify")


# Replay a log


def replay(entries):
    """The key history after all entries."""
    if not entries:
        raise Refused("GENESIS-MISPLACED", None, "no entries")
    history, ids, sealed = None, set(), set()
    for index, entry in enumerate(entries):
        statement = decode(entry, f"entry {index}")
        if history is None:
            history = KeyHistory(statement)
        else:
            history.check(statement, index)
        if history.closed_at is not None:
            raise Refused("ENTRY-AFTER-CLOSE", f"entry {index}", f"closed at {history.closed_at}")
        if statement.id in ids:
            raise Refused("DUPLICATE-STATEMENT", f"entry {index}", statement.id.hex())
        if statement.sealed is not None and statement.sealed in sealed:
            raise Refused("DUPLICATE-SEALED", f"entry {index}", statement.sealed.hex())
        ids.add(statement.id)
        sealed.add(statement.sealed)
        history.apply(statement, index)
    return history
