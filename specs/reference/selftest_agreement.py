"""Known answers of agreement.md, worked by hand: TOML, calendar, dates, the deadline table, and every kind of obligation."""

import tomllib

import agreement
import bodies
import evaluation
import instants
import narrow_toml
import statement
from bodies import Body, Reference
from core import Refused
from facts import Anchor, Entry, Facts, PartyFacts
from instants import AFTER_ALL, BEFORE_ALL, DAY, Interval

_A, _B = b"a" * 32, b"b" * 32


def checks():
    yield from _toml()
    yield from _periods()
    yield from _dates()
    yield from _deadlines()
    yield from _kinds()


# Narrow TOML: whatever it accepts, the standard library's reader reads as the same


_READ = (
    "", "\n", "# \u20ac remark \u0085\n", '  a = "x"  \n', 'a = ["x" , "y"]\nb = [1, 2 ]\nc = []\n', "a = 9223372036854775807\n", "a=0\n",
    '[t]\na = "\\"\\\\"\n[u]\n[[l]]\nb = 1\n[[l]]\n  [[l]]  \n', '1 = "digits are a name"\n-_- = ""\n', 'a = "# no remark"\n',
    "[a]\nb = 1\n[c]\nb = 1\n")
_REFUSED = (
    "a = 1", "a = 01\n", "a = +1\n", "a = 1 # remark\n", 'a = "\\n"\n', "a = 'x'\n", "a = 1\na = 1\n", "[a]\n[a]\n", "[a]\n[[a]]\n",
    "a = 1\n[a]\n",
    "[a.b]\n", "a.b = 1\n", '"a" = 1\n', "a = [1, ]\n", 'a = [1, "x"]\n', "a = [[1]]\n", "a = true\n", "a = 1.5\n",
    "a = 9223372036854775808\n", "a\t= 1\n",
    "a = 1\r\n", 'a = "\u0085"\n', 'a = "\x7f"\n', "[ a ]\n", "[[a] ]\n", "= 1\n", "a =\n", "\ufeffa = 1\n", "a" * 65 + " = 1\n",
    "a = [" + "1, " * 256 + "1]\n")


def _toml():
    for text in _READ:
        found = narrow_toml.parse(text.encode("utf-8"))
        yield f"TOML {text[:20]!r}", {**found.top, **found.tables, **found.lists} == tomllib.loads(text)
    for text in _REFUSED:
        yield f"TOML {text[:20]!r}, refused", _code(narrow_toml.parse, text.encode("utf-8")) == "MALFORMED-AGREEMENT"
    yield "TOML too long", _code(narrow_toml.parse, b"#" * 1_048_576 + b"\n") == "OVERSIZE"


def _code(function, *arguments):
    try:
        function(*arguments)
    except Refused as refused:
        return refused.code
    return "OK"


# Calendar


def _second(text):
    return instants.claimed_interval(text, None).lo


def _periods():
    for start, period, end in (
            ("2023-01-31T10:00:00Z", "P1M", "2023-02-28T10:00:00Z"), ("2024-01-31T10:00:00Z", "P1M", "2024-02-29T10:00:00Z"),
            ("2024-02-29T00:00:00Z", "P1Y", "2025-02-28T00:00:00Z"), ("2024-02-29T00:00:00Z", "P4Y", "2028-02-29T00:00:00Z"),
            ("2024-12-31T23:59:59Z", "P2M", "2025-02-28T23:59:59Z"), ("2024-02-28T23:59:30Z", "PT1M", "2024-02-29T00:00:30Z"),
            ("2099-12-31T00:00:00Z", "P2M", "2100-02-28T00:00:00Z"), ("2026-01-01T00:00:00Z", "P72D", "2026-03-14T00:00:00Z"),
            ("2026-01-01T00:00:00Z", "PT72H", "2026-01-04T00:00:00Z"), ("9999-11-30T00:00:00Z", "P1M", "9999-12-30T00:00:00Z")):
        yield f"{start} and {period}", instants.parse_period(period).after(_second(start)) == _second(end)
    for start, period in (("9999-12-01T00:00:00Z", "P1M"), ("9999-12-31T23:59:59Z", "PT1M"), ("2000-01-01T00:00:00Z", "P8000Y")):
        yield f"{start} and {period}", instants.parse_period(period).after(_second(start)) == AFTER_ALL
    yield "minus infinity stays", instants.parse_period("P1Y").after(BEFORE_ALL) == BEFORE_ALL
    for text in ("", "P0D", "P01D", "P10000D", "P1W", "PT1S", "P1DT1H", "p1d", "P-1D", "P1", "PT1D", "P1H", "P1D\n", "P\u0661D"):
        yield f"period {text!r}", _code(instants.parse_period, text) == "MALFORMED-AGREEMENT"


def _dates():
    # 2024-02-29T00:00:00Z is day 19782.
    day = 19_782 * DAY
    for text, offset, first, last in (
            ("2024-02-29", "+00:00", day, day + DAY - 1), ("2024-02-29", "+08:00", day - 28_800, day + DAY - 1 - 28_800),
            ("2024-02-29", "-03:30", day + 12_600, day + DAY - 1 + 12_600), ("2024-02-29", None, day - 50_400, day + DAY - 1 + 43_200),
            ("2024-02", "+00:00", day - 28 * DAY, day + DAY - 1), ("2024", "+00:00", day - 59 * DAY, day + 307 * DAY - 1),
            ("2024-02-29T23:59:60Z", None, day + DAY - 1, day + DAY - 1), ("2024-02-29T08:00:00.25+08:00", "-03:30", day, day),
            ("1970-01-01", None, 0, DAY - 1 + 43_200), ("1969-12-31", "+00:00", 0, 0), ("0000", None, 0, 0),
            ("9999-12-31", "-00:01", instants.LAST - DAY + 61, AFTER_ALL)):
        offset = None if offset is None else instants.parse_offset(offset)
        yield f"date {text}, {offset}", instants.claimed_interval(text, offset) == Interval(first, last)
    for text in ("2023-02-29", "1900-02-29", "2024-13", "2024-00", "2024-04-31", "2024-1", "24", "", "2024-02-29T24:00:00Z",
                 "2024-02-29T00:00:00", "2024-02-29t00:00:00z", "2024-02-29T00:00:00+24:00"):
        yield f"no date {text!r}", instants.claimed_interval(text, None) is None
    yield ("no offset",
           all(_code(instants.parse_offset, text) == "MALFORMED-AGREEMENT" for text in ("+14:01", "8:00", "+08:60", "Z", "+0800")))
    for first, second, days, verdict in (
            ("2014-03-05", "2014-03-08", 3, "MET"), ("2014-03-05", "2014-03-09", 3, "MISSED"),
            ("2014-03-05", "2014-03-04", 3, "BEFORE-EVENT"), ("2014-03", "2014-03-02", 3, "INDETERMINATE"),
            ("2014-03", "2014-04-03", 30, "INDETERMINATE"), ("2014-03-31", "2014-04", 30, "MET"),
            ("2014", "2014", 400, "INDETERMINATE"), ("2014", "2015", 730, "MET"), ("2012", "2014-02", 395, "MISSED")):
        yield (f"{first}, {second}, {days} days",
               instants.days_verdict(instants.days_of(first), instants.days_of(second), days) == verdict)


def _deadlines():
    # The example of the page: start 400 to 460, ten days; the last instants are 864400 and 864460.
    start, ten_days = Interval(400, 460), instants.parse_period("P10D")
    for answer, horizon, at, verdict in (
            ((5_000, 5_060), 0, 0, ("MET", None)), ((864_000, 864_400), 0, 0, ("MET", None)),
            ((864_000, 864_401), 0, 0, ("INDETERMINATE", None)), ((864_460, 864_500), 0, 0, ("INDETERMINATE", None)),
            ((864_461, 864_500), 0, 0, ("MISSED", None)), ((BEFORE_ALL, 864_400), 0, 0, ("MET", None)),
            ((864_461, AFTER_ALL), 0, 0, ("MISSED", None)), ((9, 8), 0, 0, ("WITNESS-CONFLICT", None)),
            (None, 864_461, 900_000, ("OVERDUE", None)), (None, 864_460, 864_461, ("INDETERMINATE", "STALE")),
            (None, 864_460, 864_460, ("PENDING", None)), (None, BEFORE_ALL, 900_000, ("INDETERMINATE", "STALE"))):
        answer = None if answer is None else Interval(*answer)
        yield f"deadline {answer}, {horizon}, {at}", instants.deadline(start, ten_days, answer, horizon, at) == verdict
    unknown = Interval(10, AFTER_ALL)
    yield "deadline never due", instants.deadline(unknown, ten_days, None, 10**11, 10**11) == ("PENDING", None)
    yield "deadline of a start in conflict", instants.deadline(Interval(2, 1), ten_days, None, 0, 0) == ("WITNESS-CONFLICT", None)


# Obligations, each on two small logs. Times are days; entry n of a log is published between day n and n + 0.1 unless said otherwise.


class _Log:
    def __init__(self, log):
        self.log, self.entries, self.anchors, self.held, self.horizon = log, [], [], [], None

    def say(self, index, kind, about=None, opened=None, times=None, **members):
        lo, hi = times or (index, index + 0.1)
        body = Body(kind, reference=about, **members) if bodies.knows(kind) else None
        opened = {slot: (value is not None, value) for slot, value in (opened or {}).items()}
        interval = Interval(round(lo * DAY), AFTER_ALL if hi == AFTER_ALL else round(hi * DAY))
        self.entries.append(Entry(index, kind, _id(self.log, index), interval, body, opened=opened))
        return self

    def anchor(self, index, log, size, times=None):
        self.anchors.append(Anchor(index, log, size))
        return self.say(index, bodies.ANCHOR, times=times)

    def facts(self, horizon):
        return PartyFacts(self.log, 1_000, (self.horizon or horizon) * DAY, self.entries, self.anchors, self.held)


def _id(log, index):
    return log[:30] + index.to_bytes(2, "big")


def _about(log, index):
    return Reference(log, index, _id(log, index))


def _terms(obligations):
    party = '\n[[party]]\nid = "{0}"\nname = "{0}"\nlog = "{1}"\norigin = "{0}"\n'
    text = f'agreement = "detente-agreement/v1"\nname = "x"\ntitle = "x"\npolicy = "{"0" * 64}"\ncompanion = "{"0" * 64}"\n'
    text += party.format("a", _A.hex()) + party.format("b", _B.hex())
    text += "".join(f'\n[[obligation]]\nid = "O{i}"\ntext = "x"\n{o}\n' for i, o in enumerate(obligations))
    return agreement.parse(text.encode("utf-8"))


def _logs():
    """Both parties adopt with entry 1, on day 1."""
    return _Log(_A), _Log(_B)


def _judge(obligation, a, b, at=100, horizon=90, times="KNOWN", adopted=None):
    """The cells of one obligation; b adopts at the times given."""
    terms = _terms([obligation])
    a.say(1, bodies.ADOPT, agreement=terms.digest)
    b.say(1, bodies.ADOPT, agreement=terms.digest, times=adopted)
    for log in (a, b):
        for entry in log.entries:  # withdrawals and amendments name the agreement that only now has a digest
            if entry.body is not None and entry.body.agreement == b"this":
                entry.body = Body(entry.kind, agreement=terms.digest, effective=entry.body.effective)
    facts = Facts({_A: a.facts(horizon), _B: b.facts(horizon)}, at * DAY, times)
    return evaluation.evaluate(terms, facts)[1]


def _words(cells):
    def place(mark, found):
        return f"{mark}{found[0]}{found[1]}" if found else ""

    def words(cell):
        return (cell.party, cell.verdict, cell.state or "", place("", cell.subject), place("by:", cell.met_by),
                f"x{cell.links}" if cell.links != 1 else "")
    return [" ".join(filter(None, words(cell))) for cell in cells]


_RESPOND = """kind = "respond-within"
of = ["request.assistance", "accusation.issue"]
start = "anchor"
period = "P10D"
grounds = ["security"]"""
_ACK = 'kind = "acknowledge-within"\nof = ["request.assistance", "ping"]\nstart = "anchor"\nperiod = "P3D"'


def _asked():
    """A asks on day 5; b anchors that on day 6."""
    a, b = _logs()
    return a.say(5, bodies.ASSISTANCE, to=_B), b.anchor(6, _A, 6)


def _kinds():
    for name, cells, expected in (*_answers(), *_preserving(), *_reporting(), *_accusing(), *_cadence(), *_others()):
        found = _words(cells) if isinstance(cells, list) else cells
        yield name if found == expected else f"{name}: {found}", found == expected


def _answers():
    a, b = _asked()
    yield ("answered in time", _judge(_RESPOND, a, b.say(16, bodies.ANSWER, _about(_A, 5), times=(15, 16), word="provided")),
           ["b MET provided a5 by:b16"])
    a, b = _asked()
    yield ("answered late", _judge(_RESPOND, a, b.say(17, bodies.ANSWER, _about(_A, 5), word="provided")),
           ["b MISSED provided a5 by:b17"])
    a, b = _asked()
    yield ("answered about then", _judge(_RESPOND, a, b.say(16, bodies.ANSWER, _about(_A, 5), word="provided")),
           ["b INDETERMINATE provided a5 by:b16"])
    a, b = _asked()
    yield ("refused on a ground", _judge(_RESPOND, a, b.say(7, bodies.REFUSE, _about(_A, 5), word="security")),
           ["b REFUSED security a5 by:b7"])
    a, b = _asked()
    yield "refused on no ground", _judge(_RESPOND, a, b.say(7, bodies.REFUSE, _about(_A, 5), word="sovereignty")), ["b OVERDUE a5"]
    a, b = _asked()
    yield "an opaque entry may be it", _judge(_RESPOND, a, b.say(7, 99)), ["b INDETERMINATE OPAQUE a5"]
    a, b = _asked()
    yield "an opaque entry too late", _judge(_RESPOND, a, b.say(17, 99)), ["b OVERDUE a5"]
    a, b = _asked()
    yield "an opaque entry from before", _judge(_RESPOND, a, b.say(3, 99)), ["b OVERDUE a5"]
    a, b = _asked()
    yield "not yet due", _judge(_RESPOND, a, b, at=16, horizon=10), ["b PENDING a5"]
    a, b = _asked()
    yield "a stale copy", _judge(_RESPOND, a, b, at=20, horizon=10), ["b INDETERMINATE STALE a5"]
    a, b = _logs()
    yield "never delivered", _judge(_RESPOND, a.say(5, bodies.ASSISTANCE, to=_B), b.anchor(6, _A, 5)), ["b UNDELIVERED a5"]
    a, b = _logs()
    a.say(5, bodies.ASSISTANCE, to=_B)
    yield ("answered without an anchor", _judge(_RESPOND, a, b.say(80, bodies.ANSWER, _about(_A, 5), word="provided")),
           ["b MET provided a5 by:b80"])
    a, b = _asked()
    b.say(7, bodies.ANSWER, Reference(_A, 5, bytes(32)), word="provided")
    yield "another statement id refers to nothing", _judge(_RESPOND, a, b), ["b OVERDUE a5"]
    a, b = _logs()
    a.say(5, bodies.ISSUE, to=_B, word="company")
    yield ("replied to", _judge(_RESPOND, a, b.anchor(6, _A, 6).say(7, bodies.REPLY, _about(_A, 5), word="denied")),
           ["b MET denied a5 by:b7"])
    mirror = _RESPOND.replace('"anchor"', '"mirror"')
    a, b = _asked()
    yield "no mirror", _judge(mirror, a, b), ["b UNDELIVERED a5"]
    a, b = _asked()
    yield ("no mirror, but answered in time", _judge(mirror, a, b.say(14, bodies.ANSWER, _about(_A, 5), word="provided")),
           ["b MET provided a5 by:b14"])
    a, b = _asked()
    a.entries[0].mirror_hi = 8 * DAY
    yield "a mirror had it on day 8", _judge(mirror, a, b), ["b OVERDUE a5"]
    a, b = _asked()
    b.anchors[0] = Anchor(6, _A, None)
    yield "an anchor left aside starts nothing", _judge(_RESPOND, a, b), ["b UNDELIVERED a5"]
    a, b = _asked()
    yield "no witness is asked", _judge(_RESPOND, a, b, times="UNWITNESSED"), ["b INDETERMINATE UNWITNESSED a5"]
    a, b = _asked()
    yield "the quorum splits", _judge(_RESPOND, a, b, times="QUORUM-SPLIT"), ["b QUORUM-SPLIT a5"]
    a, b = _asked()
    b.say(8, bodies.ACK, _about(_A, 5)).anchor(9, _A, 8).say(13, bodies.PONG, _about(_A, 7))
    yield "acknowledged", _judge(_ACK, a.say(7, bodies.PING, to=_B), b), ["b MET a5 by:b8", "b MISSED a7 by:b13"]
    update = 'kind = "update-every"\nof = ["request.assistance"]\nstart = "anchor"\nperiod = "P5D"'
    a, b = _asked()
    b.say(8, bodies.ACK, _about(_A, 5)).say(9, bodies.ACK, _about(_A, 5)).say(20, bodies.UPDATE, _about(_A, 5), word="open")
    yield "updated too late, and the last one is owed", _judge(update, a, b), ["b MET a5 by:b8", "b MISSED a5 by:b20", "b OVERDUE a5"]
    a, b = _asked()
    yield "closed", _judge(update, a, b.say(8, bodies.UPDATE, _about(_A, 5), word="closed")), ["b MET a5 by:b8"]
    a, b = _logs()
    yield "before the agreement", _judge(_RESPOND, a.say(0, bodies.ASSISTANCE, to=_B), b.anchor(6, _A, 6)), []
    a, b = _logs()
    yield ("perhaps before the agreement", _judge(_RESPOND, a.say(2, bodies.ASSISTANCE, to=_B, times=(1, 2)), b.anchor(6, _A, 6)),
           ["b INDETERMINATE SCOPE a2"])
    a, b = _logs()
    a.anchor(2, _B, 2, times=(1, 2)).say(3, bodies.ASSISTANCE, to=_B, times=(1, 2))
    yield "surely after both adopted", _judge(_RESPOND, a, b.anchor(6, _A, 6)), ["b OVERDUE a3"]
    a, b = _asked()
    yield "after the end", _judge(_RESPOND, a.say(3, bodies.WITHDRAW, agreement=b"this", effective=4 * DAY), b), []


def _preserving():
    preserve = 'kind = "preserve-for"\nstart = "anchor"\nperiod = "P60D"'

    def held(days=None, horizon=90):
        a, b = _logs()
        b.anchor(6, _A, 6).say(7, bodies.ANSWER, _about(_A, 5), word="preserved")
        if days:
            b.say(days, bodies.UPDATE, _about(_A, 5), word="released")
        return _judge(preserve, a.say(5, bodies.PRESERVE, to=_B), b, horizon=horizon)
    yield "held for long", held(), ["b MET HELD a5 by:b7"]
    yield "held so far", held(horizon=60), ["b PENDING HELD a5 by:b7"]
    yield "released early", held(50), ["b MISSED a5 by:b50"]
    yield "released about then", held(66), ["b INDETERMINATE a5 by:b66"]
    yield "released after", held(67), ["b MET a5 by:b67"]


def _date_slots(name, *parts):
    return dict(zip(agreement.date_slots(name), parts))


def _reporting():
    field = 'kind = "report-within"\ntrigger = "x"\nfield = "timeline.incident"\nperiod = "P3D"\nobliged = ["a"]'
    by = field + '\nby = "plus.timeline.notification"'

    def report(obligation, opened, index=10):
        a, b = _logs()
        return _judge(obligation, a.say(index, statement.SEALED, opened={0: "incident.report"} | opened), b)
    incident = "timeline.incident"
    yield "reported in time", report(field, _date_slots(incident, 1970, 1, 10)), ["a MET CLAIMED a10 by:a10"]  # day 9
    yield "reported late", report(field, _date_slots(incident, 1970, 1, 5)), ["a MISSED CLAIMED a10 by:a10"]
    yield "reported before it happened", report(field, _date_slots(incident, 1970, 2, None)), ["a BEFORE-EVENT CLAIMED a10 by:a10"]
    yield "a month alone", report(field, _date_slots(incident, 1970, 1, None)), ["a INDETERMINATE CLAIMED a10 by:a10"]
    yield "29 February", report(field, _date_slots(incident, 2018, 2, 29)), ["a MALFORMED-DATE a10 by:a10"]
    yield "a day without a month", report(field, _date_slots(incident, 2018, None, 2)), ["a MALFORMED-DATE a10 by:a10"]
    yield "no date stated", report(field, _date_slots(incident, None, None, None)), ["a INDETERMINATE NOT-STATED a10 by:a10"]
    yield "no date opened", report(field, {}), ["a INDETERMINATE NOT-OPENED a10 by:a10"]
    dates = _date_slots(incident, 2014, 3, 5), "plus.timeline.notification"
    yield "notified in time", report(by, dates[0] | _date_slots(dates[1], 2014, 3, 8)), ["a MET CLAIMED a10 by:a10"]
    yield "notified late", report(by, dates[0] | _date_slots(dates[1], 2014, 4, None)), ["a MISSED CLAIMED a10 by:a10"]
    yield "notified when", report(by, dates[0]), ["a INDETERMINATE NOT-OPENED a10 by:a10"]
    after = 'kind = "report-within"\ntrigger = "x"\nafter = "early"\nstage = "final"\nperiod = "P1M"\nobliged = ["a"]'

    def chain(*later):
        a, b = _logs()
        a.say(10, statement.SEALED, opened={0: "incident.report", 4: "early"})
        for index, opened in later:
            a.say(index, statement.SEALED, opened=opened)
        return _judge(after, a, b)
    first, between = _id(_A, 10).hex(), _id(_A, 12).hex()
    yield "final in time", chain((40, {0: "incident.amend", 3: first, 4: "final"})), ["a MET a10 by:a40"]
    yield ("final through another", chain((12, {0: "incident.amend", 3: first}), (13, {0: "incident.amend", 3: between, 4: "final"})),
           ["a MET a10 by:a13"])
    yield "final of another", chain((40, {0: "incident.amend", 3: between, 4: "final"})), ["a OVERDUE a10"]
    hidden = chain((12, {}), (13, {0: "incident.amend", 4: "final"}), (14, {0: "cover"}), (15, {0: "incident.report", 3: None, 4: None}),
                   (60, {}))
    yield "no final, and two that may be it", hidden, ["a INDETERMINATE UNOPENED a10"]
    yield "two that may be it", hidden[0].unopened, 2


def _accusing():
    evidence, ask = 'kind = "evidence-with-accusation"', 'kind = "ask-before-accusing"'
    wait = ask + '\nwait = "P7D"'

    def accuse(obligation, index=20, about=None, manifest=None, asked=5, answered=None, anchored=None):
        a, b = _logs()
        a.say(asked, bodies.ASSISTANCE, to=_B).say(index, bodies.ISSUE, about, to=_B, manifest=manifest)
        if answered:
            b.say(answered, bodies.ANSWER, _about(_A, asked), word="provided")
        if anchored:
            a.anchor(*anchored)
        return _judge(obligation, a, b)
    yield "no evidence", accuse(evidence), ["a MISSED EVIDENCE-NONE a20 by:a20"]
    yield "committed evidence", accuse(evidence, manifest=bytes(32)), ["a MET COMMITTED a20 by:a20"]
    yield "public first", accuse(ask), ["a MISSED PUBLIC-FIRST a20"]
    yield "asked later", accuse(ask, about=_about(_A, 25), asked=25), ["a MISSED PUBLIC-FIRST a20"]
    yield "asked first", accuse(ask, about=_about(_A, 5)), ["a MET ASKED-FIRST a20 by:a5"]
    yield "waited", accuse(wait, about=_about(_A, 5)), ["a MET a20 by:a5"]
    yield "did not wait", accuse(wait, 8, about=_about(_A, 5)), ["a MISSED a8 by:a5"]
    yield "answered before", accuse(wait, 8, about=_about(_A, 5), answered=6, anchored=(7, _B, 7)), ["a MET ANSWERED a8 by:a5"]
    yield "answered, not seen", accuse(wait, 8, about=_about(_A, 5), answered=6, anchored=(7, _B, 6)), ["a MISSED a8 by:a5"]
    yield "perhaps answered", accuse(wait, 8, about=_about(_A, 5), anchored=(7, _B, None)), ["a INDETERMINATE UNAUDITED a8 by:a5"]
    yield "anchored before it asked", accuse(wait, 8, about=_about(_A, 5), anchored=(4, _B, None)), ["a MISSED a8 by:a5"]


def _cadence():
    publish = 'kind = "publish-within"\nperiod = "P5D"\nobliged = ["a"]'
    a, b = _logs()
    for index in (2, 3, 7, 20):
        a.say(index, bodies.DECLARE)
    cells = _judge(publish, a, b)
    yield "publishing", cells, ["a MET by:a7 x3", "a MISSED a7 by:a20", "a OVERDUE a20"]
    yield "publishing, folded", (cells[0].start, cells[0].due), (Interval(DAY, round(1.1 * DAY)), Interval(8 * DAY, round(8.1 * DAY)))
    a, b = _logs()
    yield "silent", _judge(publish, a, b), ["a OVERDUE"]
    a, b = _logs()
    yield "silent, in an old copy", _judge(publish, a, b, horizon=6), ["a INDETERMINATE STALE"]
    a, b = _logs()
    b.horizon = 6
    yield "silent, and the other may have ended it", _judge(publish, a, b), ["a INDETERMINATE END"]
    a, b = _logs()
    yield "silent after the end", _judge(publish, a, b.say(4, bodies.WITHDRAW, agreement=b"this", effective=0)), []
    a, b = _logs()
    for index in (2, 40, 52):
        a.say(index, bodies.DECLARE)
    yield "nothing is owed before all adopted", _judge(publish, a, b, adopted=(50, 50.1)), ["a MET by:a52 x3", "a OVERDUE a52"]
    anchor = 'kind = "anchor-within"\nperiod = "P5D"\nobliged = ["a"]'
    a, b = _logs()
    b.held = [(2, 2 * DAY), (9, 9 * DAY)]
    a.anchor(4, _B, 2).anchor(16, _B, 8).say(17, bodies.DENIED, to=_B)
    yield ("an anchor that leaves out what was known", _judge(anchor, a, b),
           ["a MET OF-b by:a4", "a MISSED OF-b a4 by:a17", "a OVERDUE OF-b a17"])
    a, b = _logs()
    yield "an anchor left aside may be it", _judge(anchor, a.anchor(4, _B, None), b), ["a INDETERMINATE OF-b"]
    meet = 'kind = "meet-every"\nof = ["dialogue"]\nperiod = "P30D"\nobliged = ["a"]'
    a, b = _logs()
    a.say(20, bodies.SESSION, to=_B, word="dialogue").say(30, bodies.SESSION, to=_B, word="hotline")
    yield "met", _judge(meet, a, b.say(21, bodies.SESSION, _about(_A, 20), to=_A, word="dialogue")), ["a MET by:a20", "a OVERDUE a20"]
    a, b = _logs()
    yield ("the other does not say so", _judge(meet, a.say(20, bodies.SESSION, to=_B, word="dialogue"), b),
           ["a INDETERMINATE UNCONFIRMED"])
    a, b = _logs()
    a.say(20, bodies.SESSION, _about(_B, 19), to=_B, word="dialogue").say(30, bodies.SESSION, _about(_B, 19), to=_B, word="dialogue")
    yield ("one record of the other", _judge(meet, a, b.say(19, bodies.SESSION, to=_A, word="dialogue")),
           ["a MET by:a20", "a INDETERMINATE UNCONFIRMED a20"])
    opening = 'kind = "open-within"\nslots = [0, 3]\nperiod = "P30D"\nobliged = ["a"]'
    a, b = _logs()
    a.say(5, statement.SEALED, opened={0: "cover", 3: None}).say(6, statement.SEALED, opened={0: "cover"}).say(7, statement.SEALED)
    yield "opened and not", _judge(opening, a.say(80, statement.SEALED), b), ["a MET a5", "a OVERDUE a6 x2", "a PENDING a80"]


def _others():
    notice = 'kind = "notice-before-withdrawal"\nperiod = "P30D"'
    for effective, verdict in ((50, "MET"), (40.05, "INDETERMINATE"), (39, "MISSED")):
        a, b = _logs()
        a.say(10, bodies.WITHDRAW, agreement=b"this", effective=round(effective * DAY))
        yield f"notice for day {effective}", _judge(notice, a, b), [f"a {verdict} a10"]
    budget = 'kind = "budget"\nof = ["ping"]\nat_most = 2\nper = "month"\nobliged = ["a"]'
    a, b = _logs()
    for index in (5, 6, 30, 35, 70, 71):  # January has the days 0 to 30; the one of day 30 may lie in February
        a.say(index, bodies.PING, to=_B, times=(30.95, 31.05) if index == 30 else None)
    yield "budget", _judge(budget, a, b), ["a INDETERMINATE 1970-01 x2", "a MET 1970-02", "a MET 1970-03 x2"]
    a, b = _logs()
    for index in (60, 70, 71):
        a.say(index, bodies.PING, to=_B)
    yield "budget exceeded", _judge(budget.replace('"month"', '"quarter"'), a, b), ["a MISSED 1970-Q1 x3"]
    a, b = _logs()
    yield "not verifiable", _judge('kind = "not-verifiable"', a, b), ["a NOT-VERIFIABLE", "b NOT-VERIFIABLE"]
    terms = _terms([_RESPOND, 'kind = "not-verifiable"'])
    yield "a log that is not at hand", evaluation.evaluate(terms, Facts({}, 0, "KNOWN"))[1], [
        "a INDETERMINATE NO-LOG", "b INDETERMINATE NO-LOG", "a NOT-VERIFIABLE", "b NOT-VERIFIABLE"]
    yield "not adopted", evaluation.evaluate(terms, Facts({_A: _logs()[0].facts(9), _B: _logs()[1].facts(9)}, 0, "KNOWN"))[1], []
