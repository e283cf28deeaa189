"""agreement.md, "Time": instants, intervals, periods, claimed dates and the deadline table.

An instant is an int or one of the two infinities; Python compares both exactly.
"""

import math
import re
from dataclasses import dataclass

from core import Refused, decimal

LAST = 253_402_300_799  # the end of the year 9999
BEFORE_ALL, AFTER_ALL = -math.inf, math.inf
DAY = 86_400


def instant(seconds):
    """An instant from a number of seconds, or from None for plus infinity."""
    return AFTER_ALL if seconds is None or seconds > LAST else seconds


@dataclass(frozen=True)
class Interval:
    lo: object  # BEFORE_ALL when unknown
    hi: object  # AFTER_ALL when unknown

    @property
    def conflict(self):
        return self.lo > self.hi

    @property
    def known(self):
        return self.lo != BEFORE_ALL and self.hi != AFTER_ALL

    def after(self, period):
        return Interval(period.after(self.lo), period.after(self.hi))


UNKNOWN = Interval(BEFORE_ALL, AFTER_ALL)


def interval_of(lo, hi):
    """From witnesses' times, None where they give none; a lo above the year 9999 is read as its last second."""
    return Interval(BEFORE_ALL if lo is None else min(lo, LAST), instant(hi))


def above(left, right):
    """Nothing is above plus infinity, which `>` says too."""
    return left > right


def at_or_below(left, right):
    """Plus infinity is not at or below anything, itself included."""
    return left != AFTER_ALL and left <= right


# The calendar, counted from 1970-01-01 (a day number); years 0 to 10000


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year, month):
    return 29 if month == 2 and is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _days_before_year(year):
    """From 0000-01-01 to the first day of the year."""
    past = year - 1
    return year * 365 + (past // 4 - past // 100 + past // 400 + 1 if year > 0 else 0)


_EPOCH = _days_before_year(1970)


def day_number(year, month, day):
    return _days_before_year(year) + sum(month_length(year, m) for m in range(1, month)) + day - 1 - _EPOCH


def date_of(day):
    """(year, month, day) of a day number at or above 0000-01-01."""
    day += _EPOCH
    year = day * 400 // 146_097
    while _days_before_year(year + 1) <= day:
        year += 1
    while _days_before_year(year) > day:
        year -= 1
    rest, month = day - _days_before_year(year), 1
    while rest >= month_length(year, month):
        rest -= month_length(year, month)
        month += 1
    return year, month, rest + 1


# Periods


_PERIOD = re.compile("P(?:([0-9]+)([YMD])|T([0-9]+)([HM]))")
_SECONDS = {"D": DAY, "TH": 3_600, "TM": 60}


@dataclass(frozen=True)
class Period:
    number: int
    unit: str  # Y, M, D, TH or TM

    def after(self, moment):
        """`moment ⊕ self`."""
        if moment in (BEFORE_ALL, AFTER_ALL):
            return moment
        if self.unit in _SECONDS:
            return instant(moment + self.number * _SECONDS[self.unit])
        year, month, day = date_of(moment // DAY)
        months = year * 12 + month - 1 + self.number * (12 if self.unit == "Y" else 1)
        year, month = months // 12, months % 12 + 1
        if year > 9_999:
            return AFTER_ALL
        return day_number(year, month, min(day, month_length(year, month))) * DAY + moment % DAY


def parse_period(text, culprit=None):
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    try:
        number = decimal(match[1] or match[3]) if match else 0
    except Refused:
        number = 0
    if not 1 <= number <= 9_999:
        raise Refused("MALFORMED-AGREEMENT", culprit, "expected a period of 1 to 9999 units, like P10D or PT1H")
    return Period(number, match[2] or "T" + match[4])


# Claimed dates


_OFFSET = re.compile("([+-])([0-9]{2}):([0-9]{2})")
_DATE = re.compile("([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DATE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))")
_WEST, _EAST = -12 * 3_600, 14 * 3_600


def parse_offset(text, culprit=None):
    """Seconds east of UTC."""
    match = _OFFSET.fullmatch(text) if isinstance(text, str) else None
    if match is None or int(match[3]) > 59 or int(match[2]) * 60 + int(match[3]) > 14 * 60:
        raise Refused("MALFORMED-AGREEMENT", culprit, "expected an offset of at most 14:00, like +08:00")
    return (int(match[2]) * 3_600 + int(match[3]) * 60) * (-1 if match[1] == "-" else 1)


def days_of(text):
    """(first, last) day number of a partial date or of the date in a date-time; None when it is no date."""
    match = _DATE_TIME.fullmatch(text)
    if match is not None:
        if int(match[2]) > 23 or int(match[3]) > 59 or int(match[4]) > 60 or int(match[6] or 0) > 23 or int(match[7] or 0) > 59:
            return None
        text = match[1]
    match = _DATE.fullmatch(text)
    return None if match is None else days_of_parts(*(None if part is None else int(part) for part in match.groups()))


def days_of_date(text):
    """The days of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, the year from 1, as slots state it."""
    return days_of(text) if len(text) <= 10 and not text.startswith("0000") else None


def days_of_parts(year, month, day):
    """(first, last) day number; parts that are absent are None. None when it is no date."""
    if year is None or (month is None and day is not None):
        return None
    if month is None:
        return day_number(year, 1, 1), day_number(year, 12, 31)
    if not 1 <= month <= 12:
        return None
    if day is None:
        return day_number(year, month, 1), day_number(year, month, month_length(year, month))
    if not 1 <= day <= month_length(year, month):
        return None
    return day_number(year, month, day), day_number(year, month, day)


def seconds_of_days(days, offset):
    """The interval of whole days in an offset; None is every offset from -12:00 to +14:00."""
    first, last = days
    east, west = (_EAST, _WEST) if offset is None else (offset, offset)
    return Interval(_clamp(first * DAY - east), _clamp((last + 1) * DAY - 1 - west))


def claimed_interval(text, offset):
    """From the first to the last second that a claimed time can mean; None when it is none."""
    days, match = days_of(text), _DATE_TIME.fullmatch(text)
    if days is None or match is None:
        return None if days is None else seconds_of_days(days, offset)
    hour, minute, second = int(match[2]), int(match[3]), min(int(match[4]), 59)
    east = (int(match[6]) * 3_600 + int(match[7]) * 60) * (-1 if match[5] == "-" else 1) if match[5] else 0
    moment = _clamp(days[0] * DAY + hour * 3_600 + minute * 60 + second - east)
    return Interval(moment, moment)


def _clamp(seconds):
    return instant(max(0, seconds))


# Verdicts on two times


def deadline(start, period, answer, horizon, at):
    """(verdict, state) of an answer's interval, or of None when there is no answer."""
    if start.conflict or (answer is not None and answer.conflict):
        return "WITNESS-CONFLICT", None
    due = start.after(period)
    if answer is not None:
        if at_or_below(answer.hi, due.lo):
            return "MET", None
        return ("MISSED" if above(answer.lo, due.hi) else "INDETERMINATE"), None
    if above(horizon, due.hi):
        return "OVERDUE", None
    return ("PENDING", None) if at_or_below(at, due.hi) else ("INDETERMINATE", "STALE")


def days_verdict(first, second, limit):
    """The verdict on two claimed dates, counted in days: (first, last) day numbers of each."""
    if second[1] < first[0]:
        return "BEFORE-EVENT"
    if second[0] - first[1] > limit:
        return "MISSED"
    if second[0] >= first[1] and second[1] - first[0] <= limit:
        return "MET"
    return "INDETERMINATE"
