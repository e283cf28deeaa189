"""agreement.md, report-within: duties about sealed incident reports, by what presentations opened of them."""

import statement
from agreement import date_slots
from instants import Interval, above, at_or_below, claimed_interval, days_of, days_of_parts, days_verdict, seconds_of_days

_REPORTS = ("incident.report", "incident.amend")
_KIND, _AMENDS, _STAGE = 0, 3, 4


def judge(case):
    return _chained(case) if "after" in case.obligation.terms else _claimed(case)


def _is_report(entry):
    return entry.opened.get(_KIND, (False, None))[1] in _REPORTS


def _has_stage(entry, stage):
    return entry.opened.get(_STAGE) == (True, stage)


def _reports(case, stage=None):
    return [e for e in case.log.of_kind(statement.SEALED) if _is_report(e) and (stage is None or _has_stage(e, stage))]


# From a claimed date


def _claimed(case):
    terms = case.obligation.terms
    field, by = date_slots(terms["field"]), date_slots(terms["by"]) if "by" in terms else None

    def judge_entry(entry):
        members = {"subject": case.place(entry), "met_by": case.place(entry), "answer": None if by else entry.interval}
        dates = []
        for slots in (field, by) if by else (field,):
            date, fault = _date(entry, slots)
            if fault is not None:
                return case.cell(*fault, **members)
            dates.append(date)
        if by:
            days = (days_of(date) if isinstance(date, str) else date for date in dates)
            return case.cell(days_verdict(*days, case.obligation.period.number), "CLAIMED", **members)
        date = dates[0]
        claimed = claimed_interval(date, case.party.offset) if isinstance(date, str) else seconds_of_days(date, case.party.offset)
        due = claimed.after(case.obligation.period)
        verdict, _ = case.timed(_in_time(claimed, entry.interval, due))
        return case.cell(verdict, "CLAIMED", start=claimed, due=due, **members)
    return case.scoped(case.party.id, _reports(case, terms.get("stage")), judge_entry)


def _in_time(claimed, published, due):
    if published.conflict:
        return "WITNESS-CONFLICT"
    if published.hi < claimed.lo:
        return "BEFORE-EVENT"
    if above(published.lo, due.hi):
        return "MISSED"
    return "MET" if at_or_below(published.hi, due.lo) else "INDETERMINATE"


def _date(entry, slots):
    """(a claimed time's text or (first, last) day numbers, None), or (None, (verdict, state)) when there is none."""
    if any(slot not in entry.opened for slot in slots):
        return None, ("INDETERMINATE", "NOT-OPENED")
    values = [entry.opened[slot][1] if entry.opened[slot][0] else None for slot in slots]
    if all(value is None for value in values):
        return None, ("INDETERMINATE", "NOT-STATED")
    if len(slots) == 1:
        return values[0], None  # a claimed time by the profile
    numbers = [value if value is None or isinstance(value, str) or not float(value).is_integer() else int(value) for value in values]
    if not all(number is None or isinstance(number, int) for number in numbers) or numbers[0] is None or not 1 <= numbers[0] <= 9_999:
        return None, ("MALFORMED-DATE", None)
    days = days_of_parts(*numbers)
    return (days, None) if days is not None else (None, ("MALFORMED-DATE", None))


# From an earlier stage


def _chained(case):
    terms = case.obligation.terms

    def judge_entry(entry):
        amending = _amending(case, entry)
        answer = next((e for e in _reports(case, terms["stage"]) if e.index > entry.index and e.index in amending), None)
        start: Interval = entry.interval
        verdict, state = case.deadline(start, answer)
        due, unopened = start.after(case.obligation.period), None
        if verdict in ("MISSED", "OVERDUE"):
            hidden = sum(e.index > entry.index and (answer is None or e.index < answer.index) and not above(e.interval.lo, due.hi)
                         and _may_be_it(e) for e in case.log.of_kind(statement.SEALED))
            if hidden:
                verdict, state, unopened = "INDETERMINATE", "UNOPENED", hidden
        return case.cell(verdict, state, subject=case.place(entry), met_by=case.place(answer), start=start,
                         answer=None if answer is None else answer.interval, due=due, unopened=unopened)
    return case.scoped(case.party.id, _reports(case, terms["after"]), judge_entry)


def _may_be_it(entry):
    """What is not opened could make it the report that is missed."""
    if _KIND not in entry.opened:
        return True
    return _is_report(entry) and (_AMENDS not in entry.opened or _STAGE not in entry.opened)


def _amending(case, entry):
    """Indices of the opened reports that amend an entry, directly or through one another."""
    ids, found = {entry.id.hex()}, set()
    for other in _reports(case):  # by index, and what is amended is lower
        if other.index > entry.index and other.opened.get(_AMENDS, (False, None))[1] in ids:
            found.add(other.index)
            ids.add(other.id.hex())
    return found
