"""Rows of leaderboards as text that can be quoted, and the facts that they state.

A row is one line, its cells always the same: model, metric, value, dataset, task, source. So

    Gate-Net | Accuracy | 87.2% | DoorBench | Door Opening | Papers with Code

says that Gate-Net reached 87.2% accuracy on DoorBench. A reader writes the lines into a paper's `table`, and
the facts are read from there, so every one of them quotes its row. Nothing here guesses: no extractor runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kg.model import Claim, Evidence, Label, Mention, Paper, PaperFacts, Result, Role

READER: Final = "pwc"
"""The extractor of facts that were read from a row."""
VERSION: Final = "1"
SOURCE: Final = "Papers with Code"
MORE_DATA: Final = "with extra training data"
_BAR = " | "
_NUMBER = r"[+−-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+−-]?\.\d+"
_SPREAD = r"\ *\(?\ *(?:±|\+/-|\+-|\\pm)\ *(?P<spread>\d*\.?\d+)\ *(?P<spread_unit>%?)\ *\)?"
_VALUE = re.compile(rf"(?P<number>{_NUMBER})\ *(?P<unit>(?:\\?%)?)(?:{_SPREAD})?\ *(?P<late_unit>%?)")
_WRITTEN = re.compile(rf"(?P<number>(?:{_NUMBER})%?)(?: ± \S+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One number in a leaderboard.

    Attributes:
        model, metric, dataset, task: names, without "|" and not empty.
        value: the number as `written` gives it.
        more_data: whether the model was trained on more than the dataset's own training data.
    """

    model: str
    metric: str
    value: str
    dataset: str
    task: str
    more_data: bool = False

    def line(self) -> str:
        """Return the row as text.

        >>> Row("Gate-Net", "Accuracy", "87.2%", "DoorBench", "Door Opening").line()
        'Gate-Net | Accuracy | 87.2% | DoorBench | Door Opening | Papers with Code'
        """
        cells = [self.model, self.metric, self.value, self.dataset, self.task]
        return _BAR.join([*cells, *([MORE_DATA] if self.more_data else []), SOURCE])


def cell(text: str) -> str:
    """Return a cleaned name as it stands in a row: "|" parts cells, so a name has "/" for it."""
    return " ".join(text.replace("|", "/").split())


def written(text: str) -> str | None:
    r"""Return a cell with one number as it stands in a row, or None where it holds anything else.

    >>> written("87.2±0.3"), written("0.91"), written("1,234"), written("87.2 \\%"), written("about 3")
    ('87.2 ± 0.3', '0.91', '1,234', '87.2%', None)
    """
    match = _VALUE.fullmatch(text.strip())
    if match is None:
        return None
    # "87.2 ± 0.3%" is a share as well: its sign stands behind both numbers.
    unit = "%" if match["unit"] or match["spread_unit"] or match["late_unit"] else ""
    spread = f" ± {match['spread']}{unit}" if match["spread"] else ""
    return f"{match['number']}{unit}{spread}"


def with_table(paper: Paper, facts: PaperFacts) -> PaperFacts:
    """Return the facts of a paper together with those that its rows state."""
    claims: dict[tuple[Role, str], Claim] = {}
    results: list[Result] = []
    for line in _lines(paper.table):
        model, metric, number, dataset, task = line.names
        evidence = line.evidence(number)
        text = number.text
        results.append(
            Result(
                value=float(text.rstrip("%").replace(",", "").replace("−", "-")),
                value_text=text,
                unit="%" if text.endswith("%") else None,
                kind="absolute",
                evidence=evidence,
                confidence=1.0,
                rule=READER,
                metric=metric,
                on=dataset,
                method=model,
            )
        )
        roles: tuple[tuple[Role, Mention], ...] = (
            ("tasks", task),
            ("datasets", dataset),
            ("metrics", metric),
        )
        for role, name in roles:
            said = Claim(role, name, name.label, (), (line.evidence(name),), 1.0, READER)
            known = claims.setdefault((role, name.text), said)
            if known is not said:
                claims[role, name.text] = replace(known, evidence=(*known.evidence, *said.evidence))
    return replace(facts, claims=(*facts.claims, *claims.values()), results=(*facts.results, *results))


@dataclass(frozen=True, slots=True)
class _Line:
    """A row where it stands: its offsets, and model, metric, number, dataset and task."""

    start: int
    end: int
    names: tuple[Mention, Mention, Mention, Mention, Mention]

    def evidence(self, mention: Mention) -> Evidence:
        return Evidence("table", self.start, self.end, mention.start, mention.end)


_LABELS: tuple[Label, ...] = ("Method", "Metric", "Number", "Dataset", "Task")


def _lines(table: str) -> Iterator[_Line]:
    """Yield the rows; a line that is none (nobody but `Row.line` writes them) states nothing."""
    for match in re.finditer(r"[^\n]+", table):
        cells, at = match[0].split(_BAR), match.start()
        names: list[Mention] = []
        for text, label in zip(cells, _LABELS, strict=False):
            number = _WRITTEN.fullmatch(text) if label == "Number" else None
            shown = number["number"] if number else text
            names.append(Mention("table", at, at + len(shown), shown, label, 1.0, READER))
            at += len(text) + len(_BAR)
        if len(cells) > len(_LABELS) and _WRITTEN.fullmatch(cells[2]) and all(cells):
            model, metric, value, dataset, task = names
            yield _Line(match.start(), match.end(), (model, metric, value, dataset, task))
