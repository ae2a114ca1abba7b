"""Which things of one role are the same, by other names than acronyms that fit or in other words."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from spacy.tokens import Doc, Span

_LEAST_CAPITALS = 3
_MOST = 64  # things that the others are compared with
_LOOSE = re.compile(r"[\s\-_.$^{}\\]")  # "Multi-Link" and "MultiLink", "S$^3$" and "S3"
_CLOSES = frozenset((")", ",", ";", '"', "''", "”"))


def same_as(doc: Doc, things: Sequence[Sequence[Span]]) -> list[int]:
    """Return for each thing the place of the first one that it is the same as, its own where there is none.

    The same are names that differ in hyphens and spaces only, one that is put in parentheses behind the other
    ("CasRel (cascade binary tagging framework)"), and a word whose capitals are the initials of the other.

    Args:
        doc: what they stand in.
        things: the spans of each thing.
    """
    first = list(range(len(things)))

    def of(one: int) -> int:
        while first[one] != one:
            one = first[one]
        return one

    def join(one: int, other: int) -> None:
        low, high = sorted((of(one), of(other)))
        if low != high and not _version(things[one][0].text, things[other][0].text):
            first[high] = low

    places = {span.start: (i, span.end) for i, spans in enumerate(things) for span in spans}
    letters: dict[str, int] = {}
    initials: dict[str, list[tuple[int, str]]] = {}
    for i, spans in enumerate(things):
        for form in dict.fromkeys(span.text for span in spans):
            join(i, letters.setdefault(_LOOSE.sub("", form).casefold(), i))
            words = [word for word in re.split(r"[\s\-]+", form) if word[:1].isalpha()]
            if len(words) >= _LEAST_CAPITALS and " " in form:
                initials.setdefault(words[0][0].casefold() + words[-1][0].casefold(), []).append(
                    (i, "".join(word[0] for word in words).casefold())
                )
        for span in spans:
            inner = places.get(span.end + 1)
            if inner and doc[span.end].text == "(" and _closes(doc, inner[1]):
                join(i, inner[0])
    for i, spans in enumerate(things):
        for form in {span.text for span in spans if " " not in span.text}:
            capitals = "".join(c for c in form if c.isupper()).casefold()
            if len(capitals) >= _LEAST_CAPITALS and form[0].casefold() == capitals[0]:
                for other, letters_of in initials.get(capitals[0] + capitals[-1], ()):
                    if _in_order(capitals, letters_of):
                        join(i, other)
    return [of(one) for one in range(len(things))]


def _closes(doc: Doc, end: int) -> bool:
    return end < len(doc) and doc[end].text in _CLOSES


def _version(one: str, other: str) -> bool:
    """Whether one of two names is the other with something behind a hyphen."""
    a, b = sorted((one.casefold(), other.casefold()), key=len)
    return b.startswith(f"{a}-")


def _in_order(letters: str, text: str) -> bool:
    """Whether letters stand in a text in this order."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def restated(names: Sequence[str], sentences: Sequence[Set[int]]) -> list[bool]:
    """Return for each thing whether it says one before it in other words, in other sentences.

    Such as "6D pose estimation" in the title, "6D object pose estimation" in the abstract: half of the words,
    or the same last word and no other words in one of the two. What one sentence tells apart is not the same.

    Args:
        names: normalised, the likeliest first.
        sentences: in which each is named.
    """
    out: list[bool] = []
    kept: list[tuple[list[str], Set[int]]] = []
    for name, where in zip(names, sentences, strict=True):
        words = name.split(" ")
        again = any(_same_words(words, other) and where.isdisjoint(there) for other, there in kept)
        out.append(again)
        if not again and len(kept) < _MOST:
            kept.append((words, where))
    return out


def _same_words(one: list[str], other: list[str]) -> bool:
    left, right = set(one), set(other)
    within = left <= right or right <= left
    return 2 * len(left & right) >= len(left | right) or (within and one[-1] == other[-1])
