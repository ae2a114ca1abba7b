"""Comparable forms of names: what makes "Few-Shot Learners" and "few shot learner" one name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ARTICLES = frozenset({"a", "an", "the", "our", "its", "their", "this", "these"})
_LATEX = re.compile(r"\\[a-z]+|[{}$\\^_~]")
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
    ("A-GEM" is not "GEM"), plural "s" dropped. A name of articles or marks alone keeps its folded text.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    apart = " ".join(word for word in _LATEX.sub(" ", folded).split() if word not in _ARTICLES)
    found = tuple(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in _TOKEN.findall(apart)
    )
    return found or tuple(folded.split())


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
