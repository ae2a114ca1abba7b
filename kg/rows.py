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
_DTYPES = {"str": "object", "list": "object", "int": "Int64", "float": "float64"}


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
        types: column name to `str`, `int`, `float` or `list`, as far as that is declared.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        columns: Iterable[str],
        query: Asked,
        note: str = "",
        types: Mapping[str, str] | None = None,
    ) -> None:
        self._rows = list(rows)
        self.columns = tuple(columns)
        self.query = query
        self.note = note
        self.types = dict(types or {})

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        """Return one row, or the rows of a slice as `Rows`."""
        if isinstance(index, slice):
            return Rows(self._rows[index], self.columns, self.query, self.note, self.types)
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
        """Return a pandas frame.

        A declared column has the type of its declaration, with rows or without: `object` of texts, `Int64`
        or `float64`. Of others, as in Cypher of your own, whole numbers stay whole where values are missing.
        """
        import pandas as pd

        frame: dict[str, pd.Series[Any]] = {}
        for column in self.columns:
            values = [row.get(column) for row in self._rows]
            kind = _DTYPES.get(self.types.get(column, ""))
            there = [value for value in values if value is not None]
            if not kind and there and all(type(value) is int for value in there):
                kind = "Int64"
            frame[column] = pd.Series(values, dtype=kind or (None if values else "object"))
        return pd.DataFrame(frame, columns=list(self.columns))


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
