"""How tokens and names are written, for a transformer whose vocabulary has no capitals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from extractors.candidates import Candidate, Reading
from extractors.features import shape_of

# A mark for every token: how it is written, and whether it is in the title.
WRITTEN = ("lower", "capital", "capitals", "inner capital", "figures")
MARKS = 2 * len(WRITTEN)
_SHAPES = ("coined", "caps", "title", "cap", "mixed", "lower")
_KNOWN = ("Method", "Tool", "Problem", "Task", "Dataset", "Benchmark", "Metric")
LOOKS = (
    *(f"shape={shape}" for shape in _SHAPES),
    *(f"known={label}" for label in _KNOWN),
    "short",
    "long",
    "title",
    "opens title",
    "before colon",
    "whole",
)  # fmt: skip
_AT = {look: i for i, look in enumerate(LOOKS)}
_SHAPE_AT = {shape: _AT[f"shape={shape}"] for shape in _SHAPES}
_KNOWN_AT = {label: _AT[f"known={label}"] for label in _KNOWN}


@lru_cache(maxsize=1 << 16)
def written(token: str) -> int:
    """Return how a token is written, an index into `WRITTEN`."""
    if token.islower() or not token:
        return 0
    if any(c.isdigit() for c in token):
        return 4
    capitals = sum(c.isupper() for c in token)
    if not capitals:
        return 0
    if capitals == len(token) and capitals > 1:
        return 2
    return 1 if capitals == 1 and token[0].isupper() else 3


def marks(texts: Sequence[str], starts: Sequence[int], title_end: int) -> list[int]:
    """Return the mark of every token, in [0, `MARKS`)."""
    return [
        written(text) + (len(WRITTEN) if start < title_end else 0)
        for text, start in zip(texts, starts, strict=True)
    ]


def looks(
    reading: Reading, candidates: Iterable[Candidate], names: Sequence[int], count: int
) -> npt.NDArray[np.float32]:
    """Return what each name looks like, 0 or 1 for each of `LOOKS`, shape (names, looks).

    Args:
        reading: what the candidates stand in.
        candidates: the candidates.
        names: which name each candidate is: an acronym and its long form are one.
        count: how many names there are.
    """
    out = np.zeros((count, len(LOOKS)), dtype=np.float32)
    words = reading.words
    title = words[reading.title_words].start if reading.title_words < len(words) else len(reading.starts)
    for name, candidate in zip(names, candidates, strict=True):
        seen = {_SHAPE_AT[shape_of(reading.written(candidate.places[0]))]}
        if candidate.known:
            seen.add(_KNOWN_AT[candidate.known])
        if candidate.short or candidate.long:
            seen.add(_AT["short" if candidate.short else "long"])
        for place in candidate.places:
            if place.whole:
                seen.add(_AT["whole"])
            if place.start < title:
                seen.add(_AT["title"])
                if place.start == 0:
                    seen.add(_AT["opens title"])
                if place.end < len(reading.starts) and reading.text[reading.starts[place.end]] == ":":
                    seen.add(_AT["before colon"])
        out[name, list(seen)] = 1
    return out
