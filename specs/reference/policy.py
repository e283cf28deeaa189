"""checkpoint.md, who decides: policy, companion, quorum, overlap and time."""

from dataclasses import dataclass, replace

from checkpoint import COSIGNATURE_KEY, LOG_KEY, parse_vkey
from core import Refused, decimal, is_digest, sha256
from strict_json import read_file_of_ours

FILE_LIMIT = 1_048_576
COUNT_LIMIT = 256


@dataclass(frozen=True)
class Policy:
    logs: dict  # (name, key id) -> VerifierKey
    witnesses: dict  # name in the policy -> VerifierKey
    witness_of: dict  # (name, key id) -> name in the policy
    groups: dict  # name -> (k, members), in the order of the file, so members come first
    quorum: str | None  # None is `quorum none`
    neutral: frozenset = frozenset()
    tolerated: int = 0  # `f`
    mirrors: tuple = ()  # VerifierKey
    mirror_quorum: int | None = None


def parse_policy(data):
    if len(data) > FILE_LIMIT:
        raise Refused("MALFORMED-POLICY", "policy", f"{len(data)} bytes")
    if any((byte < 0x20 and byte not in (0x09, 0x0A)) or byte == 0x7F for byte in data):
        raise Refused("MALFORMED-POLICY", "policy", "a control character")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("MALFORMED-POLICY", "policy", "not UTF-8") from None
    if not text.endswith("\n"):
        raise Refused("MALFORMED-POLICY", "policy", "no final LF")
    builder = _PolicyBuilder()
    for number, line in enumerate(text[:-1].split("\n"), 1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if words and not line.startswith("#"):
            builder.line(number, words)
    return builder.policy()


class _PolicyBuilder:
    def __init__(self):
        self.logs, self.witnesses, self.witness_of, self.groups = {}, {}, {}, {}
        self.members, self.keys, self.quorum, self.number = set(), set(), None, 0

    def refuse(self, detail):
        raise Refused("MALFORMED-POLICY", f"line {self.number}", detail)

    def line(self, number, words):
        self.number = number
        read = {"log": self.log, "witness": self.witness, "group": self.group, "quorum": self.quorum_line}.get(words[0])
        if read is None:
            self.refuse(f"unknown word {words[0][:40]!r}")
        read(words[1:])

    def vkey(self, text, expected):
        try:
            vkey = parse_vkey(text)
        except Refused as cause:
            self.refuse(f"{cause.code}: {cause.detail}")
        if vkey.type != expected:
            self.refuse(f"expected a key of type {expected}, got {vkey.type}")
        if (vkey.type, vkey.key.data) in self.keys:
            self.refuse("a key used twice")
        if vkey.line_key in self.logs or vkey.line_key in self.witness_of:
            self.refuse("a name and key id used twice")
        self.keys.add((vkey.type, vkey.key.data))
        return vkey

    def new_name(self, name):
        if name == "none" or name in self.witnesses or name in self.groups:
            self.refuse(f"name {name[:40]!r} is reserved or used twice")

    def log(self, words):
        if len(words) not in (1, 2) or len(self.logs) == COUNT_LIMIT:
            self.refuse("expected log <vkey> [<url>], at most 256 times")
        vkey = self.vkey(words[0], LOG_KEY)
        self.logs[vkey.line_key] = vkey

    def witness(self, words):
        if len(words) not in (2, 3) or len(self.witnesses) == COUNT_LIMIT:
            self.refuse("expected witness <name> <vkey> [<url>], at most 256 times")
        self.new_name(words[0])
        vkey = self.vkey(words[1], COSIGNATURE_KEY)
        self.witnesses[words[0]] = vkey
        self.witness_of[vkey.line_key] = words[0]

    def group(self, words):
        if len(words) < 3 or len(self.groups) == COUNT_LIMIT:
            self.refuse("expected group <name> all|any|<k> <name>..., at most 256 times")
        name, rule, members = words[0], words[1], words[2:]
        self.new_name(name)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                self.refuse(f"member {member[:40]!r} is not defined above")
            if member in self.members:
                self.refuse(f"member {member[:40]!r} is already a member")
            self.members.add(member)
        self.groups[name] = (self.threshold(rule, len(members)), members)

    def threshold(self, rule, count):
        if rule in ("all", "any"):
            return count if rule == "all" else 1
        try:
            k = decimal(rule)
        except Refused as cause:
            self.refuse(cause.detail)
        if not 1 <= k <= count:
            self.refuse(f"expected 1 to {count}, got {k}")
        return k

    def quorum_line(self, words):
        if len(words) != 1 or self.quorum is not None:
            self.refuse("expected one quorum <name>|none")
        if words[0] != "none" and words[0] not in self.witnesses and words[0] not in self.groups:
            self.refuse(f"quorum {words[0][:40]!r} is not defined above")
        self.quorum = words[0]

    def policy(self):
        if not self.logs or self.quorum is None:
            self.refuse("no log line or no quorum line")
        quorum = None if self.quorum == "none" else self.quorum
        return Policy(self.logs, self.witnesses, self.witness_of, self.groups, quorum)


# Companion


def with_companion(policy, policy_bytes, data):
    """The policy with what its companion says of who is neutral; without one (None) nobody is."""
    if data is None:
        return policy
    if len(data) > FILE_LIMIT:
        raise Refused("OVERSIZE", "companion", f"expected at most {FILE_LIMIT} bytes, got {len(data)}")
    value = read_file_of_ours(data)
    _check_companion(value, policy)
    if value["policy"] != sha256(policy_bytes).hex():
        raise Refused("COMPANION-MISMATCH", "companion", "it names another policy")
    neutral = frozenset(name for name, operator in value["operators"].items() if operator not in value["parties"])
    quorum = None if value["mirror_quorum"] == "none" else decimal(value["mirror_quorum"])
    return replace(policy, neutral=neutral, tolerated=int(value["f"]), mirrors=tuple(parse_vkey(text) for text in value["mirrors"]),
                   mirror_quorum=quorum)


def _check_companion(value, policy):
    def require(condition, detail):
        if not condition:
            raise Refused("MALFORMED-COMPANION", "companion", detail)

    def strings(items):
        return isinstance(items, list) and all(isinstance(item, str) for item in items)

    require(isinstance(value, dict), "expected an object")
    require(set(value) == {"f", "mirror_quorum", "mirrors", "operators", "parties", "policy"}, "other members")
    require(type(value["f"]) is float and value["f"].is_integer() and 0 <= value["f"] <= 255, "f is not 0..=255")
    require(strings(value["parties"]) and strings(value["mirrors"]), "expected lists of strings")
    require(isinstance(value["operators"], dict) and strings(list(value["operators"].values())), "operators")
    require(all(name in policy.witnesses for name in value["operators"]), "a witness that the policy does not define")
    require(is_digest(value["policy"]), "policy is not a digest")
    require(len(set(value["mirrors"])) == len(value["mirrors"]), "a mirror is listed twice")
    for text in value["mirrors"]:
        try:
            require(parse_vkey(text).type == COSIGNATURE_KEY, "a mirror's key is not type 4")
        except Refused as cause:
            require(False, cause.detail)
    quorum = value["mirror_quorum"]
    require(isinstance(quorum, str), "mirror_quorum is not a string")
    if quorum != "none":
        try:
            require(1 <= decimal(quorum) <= len(value["mirrors"]), "mirror_quorum is out of range")
        except Refused as cause:
            require(False, cause.detail)


def load_policy(policy_bytes, companion_bytes):
    return with_companion(parse_policy(policy_bytes), policy_bytes, companion_bytes)


# Quorum and overlap


def counting(times, policy):
    """Witnesses that count, with their times."""
    return {name: time for name, time in times.items() if name in policy.neutral and time != 0}


def quorum_met(names, policy):
    if policy.quorum is None:
        return True
    met = set(names)
    for name, (k, members) in policy.groups.items():
        if sum(member in met for member in members) >= k:
            met.add(name)
    return policy.quorum in met


def require_quorum(verified, policy):
    if not quorum_met(counting(verified.times, policy), policy):
        raise Refused("UNDER-WITNESSED", policy.quorum, "the quorum is not met")


def smallest_overlap(policy):
    """Witnesses that any two ways to meet the quorum share at least; 0 with no quorum or one that can not count."""
    overlap = {name: 1 for name in policy.witnesses if name in policy.neutral}
    for name, (k, members) in policy.groups.items():
        able = sorted(overlap[member] for member in members if member in overlap)
        if len(able) >= k:
            overlap[name] = sum(able[:max(0, 2 * k - len(able))])
    return overlap.get(policy.quorum, 0)


# Time


def time_bounds(pool, index, policy):
    """(word, lo, hi) of an index over verified checkpoints; None is unknown or infinite."""
    if policy.quorum is None:
        return "UNWITNESSED", None, None
    if smallest_overlap(policy) <= policy.tolerated:
        return "QUORUM-SPLIT", None, None
    earliest, latest = {}, {}  # (size, root) -> witness -> time
    for verified in pool:
        for name, time in counting(verified.times, policy).items():
            pair = verified.size, verified.root
            low, high = earliest.setdefault(pair, {}), latest.setdefault(pair, {})
            low[name] = min(low.get(name, time), time)
            high[name] = max(high.get(name, time), time)
    upper = [t for (size, _), times in earliest.items() if size > index
             for t in times.values() if quorum_met([n for n in times if times[n] <= t], policy)]
    lower = [t for (size, _), times in latest.items() if size <= index
             for t in times.values() if quorum_met([n for n in times if times[n] >= t], policy)]
    lo, hi = max(lower, default=None), min(upper, default=None)
    if lo is not None and hi is not None and lo > hi:
        raise Refused("WITNESS-CONFLICT", None, f"earliest publication {lo} after latest {hi}")
    return "KNOWN", lo, hi
