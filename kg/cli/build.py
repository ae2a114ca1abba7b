"""`kg build` and `kg add`."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import say
from kg.errors import UsageError

_MOST_LINES = 20
Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Files, folders, quoted globs, '-' for stdin, arxiv:ID, 'arxiv:QUERY?since=DATE', or sample.",
    ),
]
ReaderOpt = Annotated[
    str | None, typer.Option("--reader", help="Force one reader instead of looking at the content.")
]
MapOpt = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="Name a column, such as title=headline."),
]
StrictOpt = Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")]
ProcessesOpt = Annotated[
    int | None, typer.Option("--processes", "-j", min=1, help="Worker processes.", show_default="all cores")
]

FastOpt = Annotated[
    bool, typer.Option("--fast", help="Read with tables of weighted cues alone: faster, less is found.")
]
ModelOpt = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="DIR",
        help="Read with a model of your own (docs/training.md); '' is the packaged one. Builds remember it.",
    ),
]


def chosen_model(fast: bool, model: str | None) -> str | None:
    """Return what `extractors.load` takes, None where nothing was said.

    Raises:
        UsageError: if both were given.
    """
    if fast and model is not None:
        raise UsageError("--fast reads without a model: give it without --model")
    return "fast" if fast else model


def column_mapping(given: list[str] | None) -> dict[str, str] | None:
    """Read FIELD=COLUMN options.

    Raises:
        UsageError: if one is not of this form.
    """
    out: dict[str, str] = {}
    for item in given or ():
        name, equals, column = item.partition("=")
        if not equals or not name or not column:
            raise UsageError(f"--map {item!r}: expected FIELD=COLUMN, such as title=headline")
        out[name] = column
    return out or None


def build(
    inputs: Inputs,
    out: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="The graph's folder, by custom NAME.kg.")
    ],
    reader: ReaderOpt = None,
    mapping: MapOpt = None,
    strict: StrictOpt = False,
    processes: ProcessesOpt = None,
    fast: FastOpt = False,
    model: ModelOpt = None,
) -> None:
    """Build a graph from papers; onto an existing graph: make it equal to the given inputs.

    Example: kg build 'abstracts/*.txt' refs.bib -o papers.kg
    """
    _run(False, inputs, out, reader, mapping, strict, processes, chosen_model(fast, model))


def add(
    graph: Annotated[
        str, typer.Argument(metavar="GRAPH", help="The graph to add to; made if it is not there.")
    ],
    inputs: Inputs,
    reader: ReaderOpt = None,
    mapping: MapOpt = None,
    strict: StrictOpt = False,
    processes: ProcessesOpt = None,
    fast: FastOpt = False,
    model: ModelOpt = None,
) -> None:
    """Add papers to a graph; the outcome equals a build of everything at once.

    Example: kg add papers.kg arxiv:1612.00796
    """
    _run(True, inputs, graph, reader, mapping, strict, processes, chosen_model(fast, model))


def _run(
    keep: bool,
    inputs: list[str],
    out: str,
    reader: str | None,
    mapping: list[str] | None,
    strict: bool,
    processes: int | None,
    model: str | None,
) -> None:
    from kg import pipeline

    function = pipeline.add if keep else pipeline.build
    summary = function(
        inputs,
        out,
        reader=reader,
        mapping=column_mapping(mapping),
        strict=strict,
        processes=processes,
        model=model,
        on_problem=lambda problem: say(f"kg: {problem}"),
    )
    lines = [*summary.conflicts, *summary.refused]
    for line in lines[:_MOST_LINES]:
        say(f"kg: {line}")
    if len(lines) > _MOST_LINES:
        say(f"kg: … and {len(lines) - _MOST_LINES:,} more lines like these")
    nodes = sum(count for name, count in summary.counts.items() if not name.isupper())
    edges = sum(summary.counts.values()) - nodes
    refused = f", {summary.problems:,} refused" if summary.problems else ""
    failed = f", {summary.failed:,} of them in vain: the extractor failed" if summary.failed else ""
    say(
        f"{summary.path}: {summary.papers:,} papers from {summary.records:,} records{refused}; "
        f"{summary.extracted:,} texts read now{failed}; {nodes:,} nodes, {edges:,} edges; "
        f"{summary.seconds:.1f} s; graph {summary.graph_hash[:16]}"
    )


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(build)
    app.command()(add)
