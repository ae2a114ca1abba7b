"""Mentions as JSON lines: `{"id", "text", "ents": [[start, end, label], ...]}`.

Offsets are half-open code point ranges in `text`. Public annotated sets come in this form; ours are the
mentions of a paper, in the text that its Doc has: title, blank line, abstract.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError
from kg.model import Paper, PaperFacts

# start, end, label
Ent = tuple[int, int, str]
_GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class SpanText:
    """One text with its labelled spans, in any order; they may overlap."""

    id: str
    text: str
    ents: tuple[Ent, ...]


def span_text(paper: Paper, facts: PaperFacts) -> SpanText:
    """Return a paper's mentions as spans of its Doc's text, in text order.

    Overlapping mentions are all there, with quantities (`Number`, `Scale`).
    """
    title = paper.title + _GAP if paper.title else ""
    starts = {"title": 0, "abstract": len(title)}
    ents = ((starts[m.field] + m.start, starts[m.field] + m.end, str(m.label)) for m in facts.mentions)
    return SpanText(paper.id, title + paper.abstract, tuple(sorted(ents)))


def read_spans(path: Path) -> list[SpanText]:
    """Read texts with spans, one JSON object a line; further keys are passed over.

    Raises:
        InputError: if the file cannot be read, or a line is no text with spans in it.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            return [_span_text(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); it should be JSON lines in UTF-8") from error


def _span_text(line: str, where: str) -> SpanText:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: is no JSON ({error}); write one object a line") from error
    if not isinstance(record, dict):
        raise InputError(f"{where}: is no JSON object; write one with 'id', 'text' and 'ents'")
    id, text, ents = (record.get(key) for key in ("id", "text", "ents"))
    if not isinstance(id, str | int):
        raise InputError(f"{where}: 'id' is {id!r:.40}; give the text a name")
    if not isinstance(text, str) or any("\ud800" <= c <= "\udfff" for c in text):
        raise InputError(f"{where}: 'text' is {text!a:.40}; give a Unicode text")
    if not isinstance(ents, list):
        raise InputError(f"{where}: 'ents' is {ents!r:.40}; give a list, empty if the text names nothing")
    return SpanText(
        str(id), text, tuple(_ent(ent, len(text), f"{where}: ents[{i}]") for i, ent in enumerate(ents))
    )


def _ent(ent: object, length: int, where: str) -> Ent:
    match ent:
        case [int(start), int(end), str(label)] if 0 <= start < end <= length and label:
            return start, end, label
    raise InputError(
        f"{where} is {ent!r:.60}; give [start, end, label], code points with 0 <= start < end <= {length}, "
        "the text's length"
    )
