"""`kg evaluate`."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.build import FastOpt, ModelOpt, chosen_model
from kg.cli.common import Format, FormatOpt, print_rows, say
from kg.errors import UsageError


def evaluate(
    gold: Annotated[
        str | None,
        typer.Option("--gold", metavar="FILE", help="Annotated facts (JSONL, docs/annotation-guide.md)."),
    ] = None,
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", metavar="INPUT", help="The papers' texts, any input of `kg build`; repeat."),
    ] = None,
    public: Annotated[
        str | None,
        typer.Option(
            "--public", metavar="DIR", help="Score mentions instead, against public span sets (DIR/*.jsonl)."
        ),
    ] = None,
    errors: Annotated[
        str | None,
        typer.Option(
            "--errors", metavar="FIELD", help="Print what was missed and spurious: targets.relaxed …"
        ),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the scores in the package: `kg stats` and README quote them.")
    ] = False,
    fast: FastOpt = False,
    model: ModelOpt = None,
    form: FormatOpt = Format.table,
) -> None:
    """Score the extraction against annotated papers: precision, recall, F1, and what confidences are worth.

    Formats table and md print every table, json everything as one object, csv and jsonl the scores alone.

    Example: kg evaluate --gold gold.jsonl --papers 'abstracts/*.txt'
    """
    if public is not None:
        if gold or papers or errors or save:
            raise UsageError("--public stands alone: give it without --gold, --papers, --errors and --save")
        _public(Path(public), chosen_model(fast, model) or "", form)
    elif gold is None or not papers:
        raise UsageError("give --gold FILE and --papers INPUT, or --public DIR")
    else:
        _gold(gold, papers, chosen_model(fast, model) or "", errors, save, form)


def _gold(gold: str, papers: list[str], model: str, errors: str | None, save: bool, form: Format) -> None:
    from kg import evaluate as module

    report = module.evaluate(gold, papers, model)
    if errors is not None:
        print_rows(module.error_rows(report, errors), ["id", "missed", "spurious"], form)
        return
    scores, reliability = module.score_rows(report), module.reliability_rows(report)
    if form is Format.json:
        found = {**module.body(report), "abstracts_per_second": round(report.rate, 1)}
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print_rows(scores, list(scores[0]), form)
    if form in (Format.table, Format.md) and reliability:
        print(f"\n{module.believed(module.calibration_rows(report)[0])}.\n")
        print_rows(reliability, list(reliability[0]), form)
    say(f"{report.found} of {report.gold_papers} annotated papers found; {report.rate:.0f} abstracts/s")
    if save:
        say(f"{module.save(report)}: saved")


def _public(path: Path, model: str, form: Format) -> None:
    from kg.public import COLUMNS, evaluate_public

    rows = evaluate_public(path, model, on_problem=lambda line: say(f"kg: {line}"))
    if form is Format.table:
        for file, own in groupby(rows, key=itemgetter("file")):
            print(file)
            print_rows(list(own), COLUMNS[1:], form)
            print()
    else:
        print_rows(rows, COLUMNS, form)
    say("strict: same offsets; relaxed: overlap, one to one; the labels of one row count as one")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(evaluate)
