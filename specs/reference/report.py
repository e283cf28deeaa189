"""audit.md, "Threads and scoreboard" and "Report": the table that an audit gives, as an object."""

import audit as audits
import bodies
from core import label, sha256
from evaluation import CLASS_OF, span_name, span_of
from instants import AFTER_ALL, BEFORE_ALL
from strict_json import canonical

_ABOUT = {  # member of a thread -> by the thread's kind, the kind whose lowest entry in the other log it names
    "acknowledged": dict.fromkeys(bodies.REQUESTS, bodies.ACK), "answered": dict.fromkeys(bodies.REQUESTS, bodies.ANSWER),
    "refused": dict.fromkeys(bodies.REQUESTS, bodies.REFUSE), "updated": dict.fromkeys(bodies.REQUESTS, bodies.UPDATE),
    "replied": {bodies.ISSUE: bodies.REPLY, bodies.PING: bodies.PONG}}


def report(given):
    """The report of an audit's input."""
    return report_of(audits.run(given))


def report_of(audit):
    rows = threads(audit)
    return {
        "agreements": [_agreement(terms, *result) for terms, result in zip(audit.agreements, audit.results)],
        "at": str(audit.given.at),
        "companion": sha256(audit.given.companion).hex(),
        "contents": sorted(digest.hex() for digest in audit.contents),
        "detente": "audit/v1",
        "logs": [_log(log) for log in audit.logs.values()],
        "policy": sha256(audit.given.policy).hex(),
        "presentations": sorted(digest.hex() for digest in audit.presentations),
        "refused": [{"code": code, "file": digest.hex()} for digest, code in sorted(set(audit.refused))],
        "scoreboard": {"accusations": _accusations(audit), "requests": _requests(audit, rows)},
        "threads": rows,
        "times": audit.facts.times}


def file_of(value):
    return canonical(value) + b"\n"


def exit_code(value):
    """The exit code of an audit with this report."""
    classes = {CLASS_OF[cell["verdict"]] for terms in value["agreements"] for cell in terms["cells"]}
    if "broken" in classes or value["refused"] or any(log["malformed"] for log in value["logs"]):
        return 1
    return 3 if "undecided" in classes or any(terms["force"] is None for terms in value["agreements"]) else 0


# Agreements and logs


def shown(moment):
    """A number as text, or null for what is unknown or infinite."""
    return None if moment in (BEFORE_ALL, AFTER_ALL) else str(moment)


def _interval(interval):
    return None if interval is None else {"hi": shown(interval.hi), "lo": shown(interval.lo)}


def _place(place):
    return None if place is None else {"index": str(place[1]), "party": place[0]}


def _agreement(terms, force, cells):
    shown_force = None if force is None else {"from": _interval(force.begins), "until": _interval(force.ends)}
    return {"cells": [_cell(cell) for cell in cells], "digest": terms.digest.hex(), "force": shown_force, "name": terms.name}


def _cell(cell):
    return {
        "answer": _interval(cell.answer), "due": _interval(cell.due), "links": str(cell.links), "met_by": _place(cell.met_by),
        "obligation": cell.obligation, "party": cell.party, "start": _interval(cell.start), "state": cell.state,
        "subject": _place(cell.subject), "unopened": None if cell.unopened is None else str(cell.unopened), "verdict": cell.verdict}


def _log(log):
    notes = sorted({sha256(note.data) for note in log.used})
    digest = sha256(label("audit/notes") + len(notes).to_bytes(8, "little") + b"".join(notes))
    return {"log": log.id.hex(), "malformed": [{"code": log.malformed[index], "index": str(index)} for index in sorted(log.malformed)],
            "notes": digest.hex(), "party": log.party, "root": log.roots[log.size].hex() if log.size else None, "size": str(log.size)}


# Threads and scoreboard


def threads(audit):
    rows = []
    for log_id, log in audit.facts.logs.items():
        for entry in log.of_kind(*bodies.REQUESTS, bodies.ISSUE, bodies.PING):
            to = entry.body.to
            if to in audit.parties and to != log_id:
                rows.append(_thread(audit, log, entry, audit.facts.logs.get(to)))
    return rows


def _thread(audit, log, entry, other):
    said = [] if other is None else other.about(log.log, entry)
    members = {name: _lowest(said, kinds.get(entry.kind)) for name, kinds in _ABOUT.items()}
    withdrawn = _withdrawn(log, entry)
    own, to = audit.parties[log.log][0], audit.parties[entry.body.to][0]
    return members | {"from": own, "index": str(entry.index), "kind": bodies.NAMES[entry.kind], "party": own, "to": to,
                      "withdrawn": withdrawn}


def _lowest(entries, kind):
    return next((str(entry.index) for entry in entries if entry.kind == kind), None)


def _withdrawn(log, entry):
    return _lowest(log.about(log.log, entry), bodies.ISSUE_WITHDRAW) if entry.kind == bodies.ISSUE else None


def _quarter(interval):
    if not interval.known or span_of(interval.lo, "quarter") != span_of(interval.hi, "quarter"):
        return "unsettled"
    return span_name(span_of(interval.lo, "quarter"), "quarter")


def _counted(names, rows):
    """Rows of the same words with their number, sorted by the words."""
    counts = {}
    for row in rows:
        counts[row] = counts.get(row, 0) + 1
    return [dict(zip(names, row)) | {"count": str(counts[row])} for row in sorted(counts)]


def _requests(audit, rows):
    logs = {audit.parties[log_id][0]: log for log_id, log in audit.facts.logs.items()}

    def words(row):
        outcome = ("answered" if row["answered"] else "refused" if row["refused"]
                   else "acknowledged" if row["acknowledged"] or row["updated"] else "none")
        return row["from"], row["to"], row["kind"], _quarter(logs[row["party"]].entries[int(row["index"])].interval), outcome
    requests = [bodies.NAMES[kind] for kind in bodies.REQUESTS]
    return _counted(("from", "to", "kind", "quarter", "outcome"), (words(row) for row in rows if row["kind"] in requests))


def _accusations(audit):
    def words(log, entry):
        accused = audit.parties[entry.body.to][0] if entry.body.to in audit.parties else "other"
        if _withdrawn(log, entry):
            state = "withdrawn"
        else:
            state = "none" if entry.body.manifest is None else "opened" if entry.manifest_opened else "sealed"
        return audit.parties[log.log][0], accused, entry.body.word, _quarter(entry.interval), state
    return _counted(("from", "to", "class", "quarter", "state"),
                    (words(log, entry) for log in audit.facts.logs.values() for entry in log.of_kind(bodies.ISSUE)))
