"""The alias table: widely known names and their other forms, from the gazetteers of the extractors."""

from __future__ import annotations

import csv
from functools import cache

from kg.resolve.normalise import joined, tokens
from kg.resources import gazetteer_dir

GAZETTEERS = {
    "resources.tsv": "Resource",
    "metrics.tsv": "Metric",
    "tasks.tsv": "Task",
    "problems.tsv": "Problem",
    "techniques.tsv": "Method",
}


@cache
def alias_table() -> dict[tuple[str, str], str]:
    """Return (family, joined alias) -> joined canonical name.

    An alias that stands for two names, is itself a name, or is a mere part of its name (a broader term) is
    left out: it decides nothing.
    """
    table: dict[tuple[str, str], str] = {}
    dropped: set[tuple[str, str]] = set()
    names: set[tuple[str, str]] = set()
    for file, family in GAZETTEERS.items():
        with (gazetteer_dir() / file).open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(
                (x for x in lines if not x.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
            )
            for row in rows:
                name = joined(row["name"])
                names.add((family, name))
                for alias in filter(None, (row.get("aliases") or "").split("|")):
                    key = (family, joined(alias))
                    if set(tokens(alias)) < set(tokens(row["name"])):
                        continue
                    if key[1] != name and table.setdefault(key, name) != name:
                        dropped.add(key)
    return {key: name for key, name in table.items() if key not in dropped and key not in names}
