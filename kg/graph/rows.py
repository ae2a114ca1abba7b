"""Rows of the graph's tables for papers, for what they name, and for the numbers they claim."""

from __future__ import annotations

from typing import Any

from kg.model import Paper, PaperFacts, Result
from kg.resolve import Canonical


def node_row(node: Canonical) -> dict[str, Any]:
    """Return the row of what some papers name."""
    row: dict[str, Any] = {
        "id": node.id,
        "name": node.name,
        "search_text": " | ".join(text.lower() for text in (node.name, *node.aliases)),
        "aliases": list(node.aliases),
        "support": node.support,
    }
    return row | ({"kind": node.kind} if node.kind else {})


def paper_row(paper: Paper, facts: PaperFacts) -> dict[str, Any]:
    """Return the row of a paper."""
    notes = sorted({source.note for source in paper.sources if source.note})
    return {
        "id": paper.id,
        "name": paper.title,
        "search_text": paper.title.lower(),
        "aliases": [],
        "support": 1,
        "abstract": paper.abstract,
        "table": paper.table or None,
        "year": paper.year,
        "date": paper.date,
        "date_text": paper.date_text,
        "kind": facts.kind,
        "arxiv": paper.arxiv,
        "doi": paper.doi,
        "acl": paper.acl,
        "sources": sorted({f"{source.uri}#{source.locator}" for source in paper.sources}),
        "note": "; ".join(notes) or None,
    }


def result_row(node_id: str, result: Result, texts: dict[str, str | None]) -> dict[str, Any]:
    """Return the row of a claimed number as it is written; `texts` names what fills its slots."""
    about = " ".join(
        part
        for part in (
            texts["metric"] or "",
            result.value_text,
            f"on {texts['on']}" if texts["on"] else "",
            f"by {texts['method']}" if texts["method"] else "",
        )
        if part
    )
    return {
        "id": node_id,
        "name": about,
        "search_text": about.lower(),
        "aliases": [],
        "support": 1,
        "value": result.value,
        "value_text": result.value_text,
        "unit": result.unit,
        "kind": result.kind,
        "metric": texts["metric"],
        "measured_on": texts["on"],
        "method": texts["method"],
        "baseline": texts["baseline"],
        "baseline_value": result.baseline_value,
        "baseline_start": result.baseline_start,
        "baseline_end": result.baseline_end,
        "hedge": result.hedge,
        "split": result.split,
        "condition": result.condition,
        "subject": result.subject,
        "trust": result.trust,
        "confidence": round(result.confidence, 4),
    }
