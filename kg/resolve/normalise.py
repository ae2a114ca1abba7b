"""Comparable forms of names: what makes "Few-Shot Learners" and "few shot learner" one name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ARTICLES = frozenset({"a", "an", "the", "our", "its", "their", "this", "these"})
_LATEX = re.compile(r"[\\^_~]")
# "XY++" is not "XY" and "A*" is no article; "pass@2" is "pass at 2", but "pass^2" is not.
_PLUS = re.compile(r"(?<=\w)\++(?![\w+])")
_AT = re.compile(r"\s*(?:@|(?<=\s)at)\s*(?=\.?\d|k\b)")
_HAT = re.compile(r"(?<=pass)\^", re.IGNORECASE)
# A plural's "s" is small, "LLMs", or ends a long word in capitals: KITCHENS, but BRATS and QUADS.
_PLURAL = re.compile(r"^(\w{2,}(?:[^\W\d_suiSUI]|\d|[eE]))s$|^([A-Z]{4,}[^SUI\W])S$")
_MARKS = re.compile(r"[${}]")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_STAR = re.compile(r"(?<![^\W_])([A-Za-z]|[A-Z]+)\*(?!\w)")
_FIGURE = re.compile(r"\d+(?:\.\d+)*")
_TOKEN = re.compile(r"[^\W_]+")
# What follows these says where or of what, not what: "forgetting in language models".
_PREPOSITIONS = frozenset(
    {"of", "in", "for", "on", "during", "under", "across", "between", "with", "from", "to", "by"}
)


@lru_cache(maxsize=200_000)
def tokens(text: str) -> tuple[str, ...]:
    """Return the comparable tokens of a name.

    NFKC, case folded, LaTeX marks and punctuation to spaces, articles dropped where they stand alone
    ("A-GEM" is not "GEM"), plural "s" dropped, "+" at the end of a word spelt out. A name of articles
    or marks alone keeps its folded text.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    spelt = _STAR.sub(
        r"\1star", _PLUS.sub(lambda signs: "plus" * len(signs[0]), _MARKS.sub("", _COMMAND.sub(" ", plain)))
    )
    spelt = _AT.sub(" ", _HAT.sub("hat", spelt))
    apart = " ".join(word for word in _LATEX.sub(" ", spelt).split() if word.casefold() not in _ARTICLES)
    words = (_PLURAL.sub(r"\1\2", word) for word in _TOKEN.findall(apart))
    return tuple(word.casefold() for word in words) or tuple(plain.casefold().split())


def normal(text: str) -> str:
    """Return the tokens joined by spaces."""
    return " ".join(tokens(text))


def joined(text: str) -> str:
    """Return the tokens joined by nothing: "CIFAR-10", "CIFAR 10" and "CIFAR10" are one."""
    return "".join(tokens(text))


def figures(text: str) -> tuple[str, ...]:
    """Return the numbers in a name: "v2", "2.0" and "2" are one, "2.5" is another."""
    found = _FIGURE.findall(unicodedata.normalize("NFKC", text))
    return tuple(re.sub(r"(?:\.0+)+$", "", number) for number in found)


def head_phrase(text: str) -> tuple[str, ...]:
    """Return the tokens before the first preposition ("forgetting in LLMs": forgetting)."""
    words = tokens(text)
    for i, word in enumerate(words):
        if word in _PREPOSITIONS and i:
            return words[:i]
    return words
