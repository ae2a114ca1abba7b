"""What the commands share: arguments, options, and the printing of rows."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kg.errors import InputError, NotFoundError

GraphArg = Annotated[
    str, typer.Argument(metavar="GRAPH", help="papers.kg, neo4j://HOST:PORT, or an RDF file of ours.")
]
Params = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of the query; may be repeated."),
]


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    md = "md"


FormatOpt = Annotated[Format, typer.Option("--format", "-f", help="How to print the rows.")]


def say(text: str) -> None:
    """Print talk to stderr."""
    print(text, file=sys.stderr)


def parse_params(given: Sequence[str] | None) -> dict[str, Any]:
    """Read NAME=VALUE options; a value that is JSON (a number, a list) is taken as such.

    Raises:
        InputError: if one has no "=".
    """
    out: dict[str, Any] = {}
    for item in given or ():
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise InputError(f"--param {item!r}: expected NAME=VALUE")
        try:
            out[name] = json.loads(value)
        except ValueError:
            out[name] = value
    return out


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: Format) -> None:
    """Print rows to stdout in the wished form."""
    if form is Format.json:
        print(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1))
    elif form is Format.jsonl:
        for row in rows:
            print(json.dumps(dict(row), ensure_ascii=False))
    elif form is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(row.get(c)) for c in columns] for row in rows)
    elif form is Format.md:
        print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        for row in rows:
            print(f"| {' | '.join(_cell(row.get(c)) for c in columns)} |")
    else:
        _print_table(rows, columns)


def require(rows: Sequence[object], what: str) -> None:
    """Fail where nothing was found.

    Raises:
        NotFoundError: if there are no rows (the command line exits with 3).
    """
    if not rows:
        raise NotFoundError(what)


def _plain(value: object) -> object:
    return "|".join(map(str, value)) if isinstance(value, list) else value


def _cell(value: object) -> str:
    text = "" if value is None else str(_plain(value))
    return " ".join(text.replace("|", "\\|").split())


def _width() -> int:
    return min(shutil.get_terminal_size((110, 40)).columns, 140) if sys.stdout.isatty() else 110


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    # Ids are for machines: every other form prints them.
    shown = [c for c in columns if not (c in ("id", "paper", "other_paper", "edge") and len(columns) > 4)]
    if "quote" in shown:
        _print_cards(rows, shown)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in shown:
        numeric = all(isinstance(row.get(column), int | float | None) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in rows:
        table.add_row(*(Text(_text(row.get(c))) for c in shown))
    Console(width=_width(), highlight=False, emoji=False, markup=False).print(table)


def _print_cards(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print one block a row: what was found, the paper and its sentence, and the other paper if any."""
    said = ("title", "year", "quote", "note", "targets_quote")
    head = [c for c in columns if c.removeprefix("other_") not in said]
    for at, row in enumerate(rows):
        if at:
            print()
        # What is missing is not printed; every other form has all columns.
        print(_filled(" · ".join(f"{c}: {text}" for c in head if (text := _text(row.get(c)))), ""))
        for which in ("", "other_"):
            _print_source(row, which)


def _print_source(row: Mapping[str, Any], which: str) -> None:
    # Said of the text, so it stands with the paper, or with the quote where the paper is not named.
    note = f" [{row[f'{which}note']}]" if row.get(f"{which}note") else ""
    if row.get(f"{which}title"):
        year = f" ({row[f'{which}year']})" if row.get(f"{which}year") else ""
        print(_filled(f"{row[f'{which}title']}{year}{note}", "  "))
        note = ""
    quotes = ("targets_quote", "quote") if which == "" else ("other_quote",)
    # One sentence may say both that a problem is targeted and how well.
    for quote in dict.fromkeys(row[key] for key in quotes if row.get(key)):
        print(_filled(f"“{quote}”{note}", "    "))


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(text, _width(), initial_indent=indent, subsequent_indent=indent)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e6 else f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def out_path(out: str | None) -> Path | None:
    """Return the file to write, or None for stdout ("-" or nothing)."""
    return None if out in (None, "-") else Path(str(out))
