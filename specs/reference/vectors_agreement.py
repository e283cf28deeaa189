"""The operations of agreement.md and audit.md, as functions from `input` to `output`."""

import agreement
import audit
import bodies
import content
import instants
import report
from core import MAXIMUM, Refused
from inputs import VectorFault, read_bytes, read_files, read_hash, read_integer, read_list, read_policy, read_seconds, read_text


def agreement_body(given):
    kind = read_integer(given, "kind", 2**32 - 1)
    if not bodies.knows(kind):
        raise VectorFault("kind: expected one of agreement.md")
    body = bodies.decode(kind, read_bytes(given, "body"))
    to, about = body.to, body.reference
    return {"kind": bodies.NAMES[kind], "to": to and to.hex(), "log": about and about.log.hex(),
            "index": about and str(about.index), "statement": about and about.statement.hex()}


def agreement_file(given):
    found = agreement.parse(read_bytes(given, "file"))
    return {"digest": found.digest.hex(), "parties": [party.id for party in found.parties],
            "obligations": [obligation.id for obligation in found.obligations]}


def agreement_policy(given):
    policy, companion = read_policy(given), None if given.get("companion") is None else read_bytes(given, "companion")
    agreement.parse(read_bytes(given, "file")).require_policy(policy, read_bytes(given, "policy"), companion)
    return {}


def _item(item):
    if not isinstance(item, list) or len(item) != 2:
        raise VectorFault("items: expected [type, count]")
    number, count = (read_integer({"items": part}, "items", 2**32 - 1) for part in item)
    if not 1 <= number < len(bodies.ITEM_TYPES):
        raise VectorFault("items: expected types of the list")
    return bodies.ITEM_TYPES[number], count


def agreement_content(given):
    log, kind, commitment = read_hash(given, "log"), read_integer(given, "kind", 2**32 - 1), read_hash(given, "commitment")
    items = tuple(_item(item) for item in given.get("items") or [])
    if not content.parse(read_bytes(given, "file")).answers(log, kind, commitment, items):
        raise Refused("CONTENT-MISMATCH", "file", "it is not what was committed to")
    return {}


def agreement_period(given):
    moment, period = instants.instant(read_seconds(given, "instant")), instants.parse_period(read_text(given, "period"))
    return {"instant": report.shown(period.after(moment))}


def agreement_date(given):
    offset = None if given.get("offset") is None else instants.parse_offset(read_text(given, "offset"))
    found = instants.claimed_interval(read_text(given, "date"), offset)
    if found is None:
        raise Refused("MALFORMED-AGREEMENT", "date", "it is no date")
    return {"first": report.shown(found.lo), "last": report.shown(found.hi)}


def agreement_days(given):
    first, second = (instants.days_of_date(read_text(given, name)) for name in ("first", "second"))
    days = read_integer(given, "days", MAXIMUM)
    if first is None or second is None:
        return {"verdict": "MALFORMED-DATE"}
    return {"verdict": instants.days_verdict(first, second, days)}


def audit_report(given):
    logs, agreements = [], read_files(given, "agreements")
    if not agreements:
        raise VectorFault("agreements: expected at least one")
    for item in read_list(given, "logs"):
        if not isinstance(item, dict):
            raise VectorFault("logs: expected objects")
        logs.append(audit.Log(read_hash(item, "log"), read_files(item, "notes"), read_files(item, "entries")))
    if len({log.id for log in logs}) != len(logs):
        raise VectorFault("logs: one log twice")
    companion = None if given.get("companion") is None else read_bytes(given, "companion")
    return {"report": report.report(audit.Input(
        agreements, read_bytes(given, "policy"), companion, read_seconds(given, "at"), logs,
        read_files(given, "presentations"), read_files(given, "contents")))}


OPERATIONS = (agreement_body, agreement_file, agreement_policy, agreement_content, agreement_period, agreement_date, agreement_days,
              audit_report)
