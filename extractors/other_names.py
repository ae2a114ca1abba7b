"""Which things of one role are the same thing under another name, beyond acronyms that fit their long forms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacy.tokens import Doc, Span

_LEAST_CAPITALS = 3
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

    def join(one: int, other: int) -> None:
        low, high = sorted((first[one], first[other]))
        if low != high and not _version(things[one][0].text, things[other][0].text):
            first[:] = [low if place == high else place for place in first]

    begins = {span.start: i for i, spans in enumerate(things) for span in spans}
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
            inner = _in_parentheses(doc, span.end, begins)
            if inner is not None:
                join(i, begins[inner])
    for i, spans in enumerate(things):
        for form in {span.text for span in spans if " " not in span.text}:
            capitals = "".join(c for c in form if c.isupper()).casefold()
            if len(capitals) >= _LEAST_CAPITALS and form[0].casefold() == capitals[0]:
                for other, letters_of in initials.get(capitals[0] + capitals[-1], ()):
                    if _in_order(capitals, letters_of):
                        join(i, other)
    return first


def _in_parentheses(doc: Doc, end: int, begins: dict[int, int]) -> int | None:
    """Return where the thing begins that stands alone in parentheses at a place."""
    inside = end + 1
    if end >= len(doc) or doc[end].text != "(" or inside not in begins:
        return None
    return inside


def _version(one: str, other: str) -> bool:
    """Whether one of two names is the other with something behind a hyphen."""
    a, b = sorted((one.casefold(), other.casefold()), key=len)
    return b.startswith(f"{a}-")


def _in_order(letters: str, text: str) -> bool:
    """Whether letters stand in a text in this order."""
    rest = iter(text)
    return all(letter in rest for letter in letters)
