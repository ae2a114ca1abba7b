"""Which things of one role are the same, by other names than acronyms that fit or in other words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from spacy.tokens import Doc, Span

from extractors.abbreviations import best_long_form

_LEAST_CAPITALS = 3
_MOST = 64  # things that the others are compared with
_BETWEEN_FIGURES = re.compile(r"(?<=\d)[\s\-_.]+(?=\d)")
_LOOSE = re.compile(r"[\s\-_$^{}\\]|(?<!\d)\.|\.(?!\d)")  # "Multi-Link" and "MultiLink", "S$^3$" and "S3"
# What a name may be followed by before the parenthesis: "tidal replay framework (TiRe)".
_METHODS = ("framework", "method", "model", "network", "algorithm", "approach", "system", "module")
_HEADS = frozenset((*_METHODS, "dataset", "benchmark"))


def same_as(doc: Doc, things: Sequence[Sequence[Span]]) -> list[int]:
    """Return for each thing the place of the first one that it is the same as, its own where there is none.

    The same are names that differ in hyphens, spaces and marks of LaTeX only; one that stands alone in
    parentheses behind the other ("TiRe (tidal replay)"), of two words only if the one
    abbreviates the other; and a word whose capitals are the initials of a phrase that has no acronym yet.

    Args:
        doc: what they stand in.
        things: the spans of each thing.
    """
    forms = [list(dict.fromkeys(span.text for span in spans)) for spans in things]
    groups = [[i] for i in range(len(things))]

    def join(one: int, other: int) -> None:
        left, right = groups[one], groups[other]
        if left is right or any(is_version(forms[a], forms[b]) for a in left for b in right):
            return
        both = sorted([*left, *right])
        for i in both:
            groups[i] = both

    for i, j in [*_same_letters(forms), *_in_parentheses(doc, things), *_initials(forms)]:
        join(i, j)
    return [group[0] for group in groups]


def is_version(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether a form of one thing is one of the other, a single word, with something behind a hyphen."""
    words = [[form.casefold() for form in forms if " " not in form] for forms in (one, other)]
    return any(b.startswith(f"{a}-") or a.startswith(f"{b}-") for a in words[0] for b in words[1])


def _same_letters(forms: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    kept = [(i, _BETWEEN_FIGURES.sub(".", form)) for i, some in enumerate(forms) for form in some]
    letters = [(i, _LOOSE.sub("", form).casefold()) for i, form in kept]
    return [(i, first.setdefault(form, i)) for i, form in letters if form]


def _in_parentheses(doc: Doc, things: Sequence[Sequence[Span]]) -> list[tuple[int, int]]:
    places: dict[int, tuple[int, Span]] = {}
    for i, spans in enumerate(things):
        for span in spans:
            if span.start not in places or places[span.start][1].end < span.end:
                places[span.start] = i, span
    out = []
    for i, spans in enumerate(things):
        for span in spans:
            end = span.end + (span.end < len(doc) and doc[span.end].lower_ in _HEADS)
            j, inner = places.get(end + 1, (i, span))
            if (
                j != i
                and doc[end].text == "("
                and inner.end < len(doc)
                and doc[inner.end].text[0] == ")"  # "):" is one token, a smiley, to spaCy
                and (" " in span.text or " " in inner.text or _abbreviates(span.text, inner.text))
            ):
                out.append((i, j))
    return out


def _abbreviates(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return best_long_form("".join(c for c in short if c.isalpha()), long) == 0


def _initials(forms: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    long: dict[str, list[tuple[int, str]]] = {}
    for i, some in enumerate(forms):
        if all(" " in form for form in some):
            for form in some:
                words = [word for word in re.split(r"[\s\-]+", form) if word[:1].isalpha()]
                letters = "".join(word[0] for word in words).casefold()
                if len(letters) >= _LEAST_CAPITALS:
                    long.setdefault(letters[0] + letters[-1], []).append((i, letters))
    out = []
    for i, some in enumerate(forms):
        for form in (form for form in some if " " not in form):
            capitals = "".join(c for c in form if c.isupper()).casefold()
            if len(capitals) >= _LEAST_CAPITALS and form[0].casefold() == capitals[0]:
                near = long.get(capitals[0] + capitals[-1], [])[:_MOST]
                out += [(i, j) for j, letters in near if _in_order(capitals, letters)]
    return out


def _in_order(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some things stand among others in this order."""
    rest = iter(others)
    return all(one in rest for one in some)


def restated(names: Sequence[str], sentences: Sequence[Set[int]]) -> list[bool]:
    """Return for each thing whether it says one before it with more or fewer words, in other sentences.

    Such as "6D pose estimation" in the title, "6D object pose estimation" in the abstract: the words of one
    are among those of the other, and are half of them or end alike. What one sentence tells apart is not the
    same. Only the first `_MOST` are compared with.

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
    within = left < right or right < left  # not equal: "text to speech" is not "speech to text"
    return within and (one[-1] == other[-1] or 2 * min(len(left), len(right)) >= max(len(left), len(right)))
