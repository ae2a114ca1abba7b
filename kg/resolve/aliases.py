"""The alias table: widely known names and their other forms, from the gazetteers of the extractors."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kg.metrics import FILE, name_rows, registry_file
from kg.resolve.normalise import figures, joined, tokens
from kg.resources import gazetteer_dir

GAZETTEERS = {
    "resources.tsv": "Resource",
    FILE: "Metric",
    "tasks.tsv": "Task",
    "problems.tsv": "Problem",
    "techniques.tsv": "Method",
}
_SAME = "same.tsv"
_BROADER = "broader.tsv"
_VERSIONED = frozenset({"Resource", "Method", "Metric"})


@cache
def alias_table() -> dict[tuple[str, str], str]:
    """Return (family, joined alias) -> joined canonical name.

    An alias that stands for two names, is itself a name, or is a mere part of its name (a broader term) is
    left out: it decides nothing. So is one with other numbers than its name: SQuAD 2.0 is not SQuAD, nor
    Kinetics-600 Kinetics-400, nor pass@64 pass@4, and what was measured on one is not compared with the
    other. `same.tsv` names those that are one thing nevertheless; a metric's alias without a number is one.
    """
    one_thing = {(row["name"], row["alias"]) for row in table_rows(_SAME)}
    table: dict[tuple[str, str], str] = {}
    dropped: set[tuple[str, str]] = set()
    names: set[tuple[str, str]] = set()
    for file, family in GAZETTEERS.items():
        for row in table_rows(file):
            name = joined(row["name"])
            names.add((family, name))
            for alias in filter(None, (row.get("aliases") or "").split("|")):
                key = (family, joined(alias))
                part = set(tokens(alias)) < set(tokens(row["name"]))
                told = family in _VERSIONED and (family != "Metric" or figures(alias))
                other = told and figures(alias) != figures(row["name"])
                if (part or other) and (row["name"], alias) not in one_thing:
                    continue
                if key[1] != name and table.setdefault(key, name) != name:
                    dropped.add(key)
    return {key: name for key, name in table.items() if key not in dropped and key not in names}


@cache
def broader_table() -> dict[tuple[str, str], str]:
    """Return (family, joined name) -> joined name of what it is a kind of, from `broader.tsv`."""
    return {(row["family"], joined(row["name"])): joined(row["broader"]) for row in table_rows(_BROADER)}


def gazetteer_paths() -> list[Path]:
    """Return the files of the alias table."""
    return [
        registry_file() if name == FILE else gazetteer_dir() / name for name in (*GAZETTEERS, _SAME, _BROADER)
    ]


def table_rows(file: str) -> Iterable[dict[str, str]]:
    """Yield the rows of a gazetteer, or of the registry of metrics."""
    if file == FILE:
        yield from name_rows()
        return
    with (gazetteer_dir() / file).open(encoding="utf-8", newline="") as lines:
        kept = (line for line in lines if not line.startswith("#"))
        yield from csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE)
