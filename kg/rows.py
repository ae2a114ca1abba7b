"""Answers: rows with named columns, the question they answer, and how it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from kg.stores.base import Row

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 20
_WIDTH = 48


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that was run: a named query, "cypher" or "search", and its arguments as resolved."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        given = ", ".join(f"{name}={_short(value)}" for name, value in self.params.items())
        return f"{self.name}({given})"


def _short(value: object) -> str:
    if not isinstance(value, list):
        return repr(value)
    return f"[{', '.join(map(repr, value[:3]))}{', …' if len(value) > 3 else ''}]"


class Rows(Sequence[Row]):
    """The rows of an answer; a sequence of dicts that shows itself as a table.

    Attributes:
        columns: column names in order, present even when there are no rows.
        query: the question that was run.
        note: how names in it were read, such as "read 'forgetting' as 3 narrower terms: …"; often empty.
    """

    def __init__(self, rows: Iterable[Row], columns: Iterable[str], query: Asked, note: str = "") -> None:
        self._rows = list(rows)
        self.columns = tuple(columns)
        self.query = query
        self.note = note

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        """Return one row, or the rows of a slice as `Rows`."""
        if isinstance(index, slice):
            return Rows(self._rows[index], self.columns, self.query, self.note)
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        """Compare rows with rows, or with a plain list of dicts."""
        if isinstance(other, Rows):
            return self._rows == other._rows and self.columns == other.columns
        return self._rows == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # compared by content, like a list

    def __repr__(self) -> str:
        shown = [[_cell(row.get(column)) for column in self.columns] for row in self._rows[:_SHOWN]]
        widths = [max(len(cell) for cell in cells) for cells in zip(self.columns, *shown, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in (list(self.columns), ["-" * width for width in widths], *shown)
        ]
        rest = len(self) - len(shown)
        count = f"{len(self)} row{'' if len(self) == 1 else 's'}" + (f" ({rest} not shown)" if rest else "")
        return "\n".join([*lines, f"{count}; {self.note}" if self.note else count])

    def df(self) -> pd.DataFrame:
        """Return a pandas frame; whole-number columns stay whole where values are missing."""
        import pandas as pd

        frame = pd.DataFrame({column: [row.get(column) for row in self._rows] for column in self.columns})
        for column in self.columns:
            values = [row[column] for row in self._rows if row.get(column) is not None]
            if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
                frame[column] = pd.array([row.get(column) for row in self._rows], dtype="Int64")
        return frame


def _cell(value: object) -> str:
    """Return a value on one line, cut to a readable width."""
    if value is None:
        return ""
    text = (
        ", ".join(map(str, value))
        if isinstance(value, (list, tuple))
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
