"""checkpoint.md, "Anchor": another log's checkpoint in the body of a statement."""

from checkpoint import parse_checkpoint, parse_note, verify_checkpoint
from core import Reader, Refused

LIMIT = 65_535


def read_anchor(body, policy):
    """The log id that it names, and the checkpoint verified against the policy."""
    log, checkpoint = parse_anchor(body)
    first = checkpoint.note.lines[0]
    if first.line_key not in policy.logs:
        raise Refused("UNKNOWN-LOG", checkpoint.origin, "the first line is not of a log key of the policy")
    return log, verify_checkpoint(checkpoint, policy)


def parse_anchor(body):
    reader = Reader(body, "MALFORMED-STATEMENT", "anchor")
    if len(body) > LIMIT:
        reader.refuse(f"expected at most {LIMIT} bytes, got {len(body)}")
    reader.take(16)
    log, note = reader.take(32), reader.text()
    reader.end()
    if log == bytes(32):
        reader.refuse("a log id of zeros")
    checkpoint = parse_checkpoint(parse_note(note.encode("utf-8")))
    lines = [(line.name.encode("utf-8"), line.id) for line in checkpoint.note.lines[1:]]
    if checkpoint.size == 0:
        raise Refused("MALFORMED-CHECKPOINT", "anchor", "a tree without entries")
    if checkpoint.note.text.count("\n") != 3:
        raise Refused("MALFORMED-CHECKPOINT", "anchor", "extension lines")
    if any(left >= right for left, right in zip(lines, lines[1:])):
        raise Refused("MALFORMED-CHECKPOINT", "anchor", "lines out of order")
    return log, checkpoint
