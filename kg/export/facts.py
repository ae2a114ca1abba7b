"""Papers and their facts, one JSON object a paper, in the format of `docs/annotation-guide.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

from kg.export.base import Exportable, Row, write_jsonl
from kg.model import Claim, Mention, Paper, PaperFacts, Result, Role, Source

# Beyond this, neighbouring whole numbers share one float: as an int it would pretend to digits it has not.
_EXACT = 1e15


def guide_facts(paper: Paper, facts: PaperFacts) -> Row:
    """Return what a paper says as one object of the annotation guide.

    Claims keep their order; what a leaderboard says of the paper is not the paper's word and is left out.
    An introduced dataset stands under `introduces`, and under `datasets` where a claim of that role says so.
    """
    return {
        "id": paper.id,
        "title": paper.title,
        "kind": facts.kind,
        "introduces": [{**_named(claim), "type": claim.label} for claim in _of(facts, "introduces")],
        "targets": [{**_named(claim), "stance": claim.stance} for claim in _of(facts, "targets")],
        "tasks": _names(facts, "tasks"),
        "uses": _names(facts, "uses"),
        "compares": _names(facts, "compares"),
        "datasets": _names(facts, "datasets"),
        "benchmarks": _names(facts, "benchmarks"),
        "metrics": _names(facts, "metrics"),
        "results": [_result(result) for result in facts.results if result.evidence.field != "table"],
        "scale": [{"value_text": scale.value_text, "of": scale.of} for scale in facts.scale],
    }


def guide_papers(papers: Iterable[Paper]) -> Iterator[Row]:
    """Yield papers as objects: id, title, abstract and sources, then what else is known of each."""
    for paper in papers:
        known = {
            "year": paper.year,
            "date": paper.date,
            "arxiv": paper.arxiv,
            "doi": paper.doi,
            "acl": paper.acl,
            "table": paper.table or None,
        }
        yield {
            "id": paper.id,
            "title": paper.title,
            "abstract": paper.abstract,
            "sources": [_source(source) for source in paper.sources],
            **{key: value for key, value in known.items() if value is not None},
        }


def write_facts(source: Exportable, stream: IO[str]) -> int:
    """Write the facts of every paper; return the number of papers."""
    return write_jsonl((guide_facts(paper, facts) for paper, facts in source.facts()), stream)


def write_papers(source: Exportable, stream: IO[str]) -> int:
    """Write every paper; return their number."""
    return write_jsonl(guide_papers(source.papers()), stream)


def _of(facts: PaperFacts, role: Role) -> Iterator[Claim]:
    return (c for c in facts.claims if c.role == role and c.name.field != "table")


def _names(facts: PaperFacts, role: Role) -> list[str]:
    return [claim.name.text for claim in _of(facts, role)]


def _named(claim: Claim) -> dict[str, Any]:
    return {"name": claim.name.text, "aliases": [alias.text for alias in claim.aliases]}


def _number(value: float) -> float | int:
    whole = float(value).is_integer() and abs(value) < _EXACT
    return int(value) if whole else value


def _result(result: Result) -> dict[str, Any]:
    base = result.baseline_value
    return {
        "value": _number(result.value),
        "value_text": result.value_text,
        "unit": result.unit,
        "metric": _text(result.metric),
        "on": _text(result.on),
        "method": _text(result.method),
        "baseline": _text(result.baseline),
        "baseline_value": None if base is None else _number(base),
        "kind": result.kind,
    }


def _text(mention: Mention | None) -> str | None:
    return None if mention is None else mention.text


def _source(source: Source) -> dict[str, str]:
    note = {} if source.note is None else {"note": source.note}
    return {"uri": source.uri, "locator": source.locator, "reader": source.reader, **note}
