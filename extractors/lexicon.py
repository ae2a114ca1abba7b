"""The word lists in `extractors/data`, and a trie that finds their names in a text whatever their hyphens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from kg.metrics import name_rows

_DATA = Path(__file__).parent / "data"
_PIECE = re.compile(r"[^\W_]+")


def rows(name: str) -> list[dict[str, str]]:
    """Read `data/NAME.tsv`: a header line, then one record a line; blank lines and `#` lines are skipped."""
    lines = (_DATA / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    header = kept[0].split("\t")
    return [dict(zip(header, line.split("\t") + [""] * len(header), strict=False)) for line in kept[1:]]


@cache
def words(name: str) -> frozenset[str]:
    """Read `data/NAME.txt`: words apart by whitespace; `#` begins a comment line."""
    lines = (_DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def sections(name: str) -> dict[str, frozenset[str]]:
    """Read `data/NAME.txt` of `[section]` headings, each followed by words apart by whitespace."""
    found: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in (_DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[] "), set())
        elif not line.startswith("#"):
            current.update(line.split())
    return {key: frozenset(value) for key, value in found.items()}


_NOT_PLURAL = frozenset(("bias", "atlas", "canvas", "chaos", "gas", "lens", "pancreas", "alias", "series"))


def singular(word: str) -> str:
    """Drop a plural ending: "errors" is "error", "queries" is "query", but "loss" and "bias" stay."""
    if len(word) > 4 and word.endswith("ies") and word not in _NOT_PLURAL:
        return word[:-3] + "y"
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui" and word not in _NOT_PLURAL:
        return word[:-1]
    return word


def key(text: str) -> tuple[str, ...]:
    """Return the form under which names are the same: case folded, no punctuation, no plural."""
    return tuple(singular(piece) for piece in _PIECE.findall(text.casefold()))


@dataclass(frozen=True, slots=True)
class Entry:
    """One known name.

    Attributes:
        name: as the list writes it.
        label: `Dataset`, `Benchmark`, `Metric`, `Task`, `Problem`, `Method`, `Tool`.
        exact: written forms of which one must stand in the text with the same case, or None.
    """

    name: str
    label: str
    exact: frozenset[str] | None


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


class Trie:
    """Known names over normalised pieces; finds the longest at each place in one pass."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, form: str, entry: Entry) -> None:
        """Add one written form of a name."""
        node = self._root
        for piece in key(form):
            node = node.children.setdefault(piece, _Node())
        if node is not self._root:
            node.entries.append(entry)

    def find(self, text: str) -> Iterator[tuple[int, int, Entry]]:
        """Yield (start, end, entry) of known names in `text`, the longest at each place, not nested."""
        pieces = [m.span() for m in _PIECE.finditer(text)]
        normal = [singular(text[a:b].casefold()) for a, b in pieces]
        i = 0
        root = self._root.children
        while i < len(pieces):
            node = root.get(normal[i])
            if node is None:
                i += 1
                continue
            best: tuple[int, Entry] | None = None
            j = i
            while node is not None:
                found = _fitting(node.entries, text, pieces[i][0], pieces[j][1])
                if found is not None:
                    best = (j, found)
                j += 1
                if j >= len(pieces) or pieces[j][0] - pieces[j - 1][1] > 2:
                    break
                node = node.children.get(normal[j])
            if best is None:
                i += 1
            else:
                yield pieces[i][0], pieces[best[0]][1], best[1]
                i = best[0] + 1


def _fitting(entries: list[Entry], text: str, start: int, end: int) -> Entry | None:
    """Return the first entry whose demand on letter case the text meets."""
    for entry in entries:
        if entry.exact is None or text[start:end] in entry.exact or text[start : end - 1] in entry.exact:
            return entry
    return None


_SOURCES = (
    # file, label when the file has no `type` column
    ("resources", "Dataset"),
    ("metrics", "Metric"),
    ("problems", "Problem"),
    ("techniques", "Method"),
    ("tasks", "Task"),
)


@cache
def registry() -> Trie:
    """Return every known name of the TSV lists in one trie."""
    trie = Trie()
    for source, label in _SOURCES:
        for row in name_rows() if source == "metrics" else rows(source):
            forms = [row["name"], *filter(None, (alias.strip() for alias in row["aliases"].split("|")))]
            exact = frozenset(forms) if row.get("case") == "exact" else None
            entry = Entry(row["name"], row.get("type") or label, exact)
            for form in forms:
                trie.add(form, entry)
    return trie
