"""Papers and facts for tests: names are found in the text, so every offset is true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kg.graph.arithmetic import gain_order
from kg.model import (
    Claim,
    Evidence,
    Field,
    Label,
    Mention,
    Outcome,
    Paper,
    PaperFacts,
    Result,
    ResultKind,
    Role,
    Source,
    Stance,
)


def paper(
    title: str, abstract: str = "", *, arxiv: str | None = None, year: int | None = None, id: str = ""
) -> Paper:
    source = Source("test.jsonl", "line 1", "jsonl")
    return Paper(title, abstract, id=id, arxiv=arxiv, year=year, sources=(source,))


def _find(one: Paper, text: str) -> tuple[Field, int]:
    if text in one.abstract:
        return "abstract", one.abstract.index(text)
    return "title", one.title.index(text)


def mention(one: Paper, text: str, label: Label) -> Mention:
    field, start = _find(one, text)
    return Mention(field, start, start + len(text), text, label, 0.9, "test")


def evidence(one: Paper, text: str) -> Evidence:
    field, start = _find(one, text)
    if field == "title":
        return Evidence(field, 0, len(one.title), start, start + len(text))
    ends = [m.start() + 1 for m in re.finditer(r"\.(?= |$)", one.abstract)]
    begin = max((e + 1 for e in ends if e + 1 <= start), default=0)
    end = min((e for e in ends if e >= start + len(text)), default=len(one.abstract))
    return Evidence(field, begin, end, start, start + len(text))


def claim(
    one: Paper,
    role: Role,
    text: str,
    label: Label,
    *,
    aliases: tuple[str, ...] = (),
    stance: Stance | None = None,
    outcome: Outcome | None = None,
    confidence: float = 0.9,
) -> Claim:
    return Claim(
        role=role,
        name=mention(one, text, label),
        label=label,
        aliases=tuple(mention(one, alias, label) for alias in aliases),
        evidence=(evidence(one, text),),
        confidence=confidence,
        rule="test",
        stance="mitigates" if role == "targets" and stance is None else stance,
        outcome="outperforms" if role == "compares" and outcome is None else outcome,
    )


def result(
    one: Paper,
    value: float,
    text: str,
    unit: str | None = None,
    *,
    kind: ResultKind = "absolute",
    metric: str | None = None,
    on: str | None = None,
    method: str | None = None,
) -> Result:
    return Result(
        value=value,
        value_text=text,
        unit=unit,
        kind=kind,
        evidence=evidence(one, text),
        confidence=0.9,
        rule="test",
        metric=mention(one, metric, "Metric") if metric else None,
        on=mention(one, on, "Dataset") if on else None,
        method=mention(one, method, "Method") if method else None,
    )


def facts(one: Paper, *claims: Claim, results: tuple[Result, ...] = ()) -> PaperFacts:
    return PaperFacts(one.text_hash, "method", (), claims, results, (), "test", "1")


def ordered(properties: Mapping[str, Any]) -> dict[str, object]:
    """Return what a claimed gain is sorted by; nothing for a number without one."""
    points, percent, unit, gain = (properties.get(n) for n in ("points", "relative_gain", "unit", "gain"))
    order = gain_order(points, percent, unit, gain)
    return {} if order is None else {"gain_order": order}
