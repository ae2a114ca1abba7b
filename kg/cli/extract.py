"""`kg extract`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from kg.cli.build import (
    FastOpt,
    Inputs,
    MapOpt,
    ModelOpt,
    ProcessesOpt,
    ReaderOpt,
    StrictOpt,
    chosen_model,
    column_mapping,
)
from kg.cli.common import out_path, require, say
from kg.model import Paper


def extract(
    inputs: Inputs,
    out: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT", help="The JSONL file to write; stdout by default."),
    ] = None,
    spans: Annotated[
        bool, typer.Option("--spans", help="Print mentions as spans of the text instead of facts.")
    ] = False,
    reader: ReaderOpt = None,
    mapping: MapOpt = None,
    strict: StrictOpt = False,
    processes: ProcessesOpt = None,
    fast: FastOpt = False,
    model: ModelOpt = None,
) -> None:
    """Print what papers say without building a graph: one JSON object a paper (docs/annotation-guide.md).

    With --spans: {"id", "text", "ents": [[start, end, label], ...]}, offsets half-open in characters of text.

    Example: kg extract 'abstracts/*.txt' --spans -o spans.jsonl
    """
    from kg.export.base import write_jsonl
    from kg.files import atomic_write
    from kg.identity import identify
    from kg.readers import read

    started = time.perf_counter()
    records = read(
        inputs,
        reader=reader,
        mapping=column_mapping(mapping),
        strict=strict,
        on_problem=lambda problem: say(f"kg: {problem}"),
    )
    papers = identify(records)
    require(papers, f"{', '.join(inputs)}: no paper found")
    lines = _lines(papers, spans, processes, chosen_model(fast, model) or "")
    path = out_path(out)
    if path is None:
        write_jsonl(lines, sys.stdout)
    else:
        with atomic_write(path) as file:
            write_jsonl(lines, file)
    say(f"{path or 'stdout'}: {len(papers):,} papers; {time.perf_counter() - started:.1f} s")


def _lines(papers: list[Paper], spans: bool, processes: int | None, model: str) -> Iterator[dict[str, Any]]:
    from dataclasses import asdict

    from kg.export.facts import guide_facts
    from kg.extraction import extract_all
    from kg.progress import Progress
    from kg.spans import span_text

    with Progress("extract", unit="papers", total=len(papers)) as bar:
        for paper, (facts, problems) in zip(papers, extract_all(papers, processes, model), strict=True):
            for problem in problems:
                say(f"kg: {problem}")
            bar.advance(1)
            yield asdict(span_text(paper, facts)) if spans else guide_facts(paper, facts)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(extract)
