"""Words and noun phrases of a Doc without a part-of-speech tagger.

A phrase is a run of words between breakers: function words, verbs and words that no name contains
(`data/breakers.txt`). That is what a tagger is mostly used for here, at a hundredth of its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from extractors.lexicon import words as word_list
from extractors.tokens import Tokens

_JOINTS = frozenset("-–‐‑_@+&^*'’.:~") | {"++"}
_TAILS = frozenset(("+", "++", "*", "†"))
_VERB_BEFORE = frozenset(
    ("we", "to", "can", "cannot", "could", "may", "might", "will", "would", "should", "must", "not", "they")
)
MAX_WORDS = 7
_MAX_SENTENCE = 250


@dataclass(slots=True)
class Word:
    """One word as a reader sees it: "state-of-the-art" is one, though it is seven tokens.

    Attributes:
        start, end: token range.
        text: the slice.
        lower: case folded.
        alpha: begins with a letter or digit.
        coined: written as only names are ("CamelCase", "GPT-4").
        named: coined, or with a capital where no sentence begins.
        breaks: no noun phrase contains it.
        sentence: number of its sentence in the Doc.
    """

    start: int
    end: int
    text: str
    lower: str
    alpha: bool
    coined: bool
    named: bool
    breaks: bool
    sentence: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A noun phrase: word range `[start, end)`."""

    start: int
    end: int


@lru_cache(maxsize=65536)
def coined(text: str) -> bool:
    """Whether a word is written as only names are: "CamelCase", "GPT-4", "iCaRL", "RLHF"."""
    if text.islower() or text.istitle():
        return text[0].isalpha() and any(c.isdigit() for c in text)
    if not text[0].isalnum() or text[1:].islower() or not any(c.isalpha() for c in text):
        return False
    return not all(part.istitle() or part.islower() or not part for part in text.split("-"))


def words_of(tokens: Tokens) -> list[Word]:
    """Cut a text into words; tokens without a space between them join over hyphens and the like."""
    breakers = word_list("breakers")
    verbs = word_list("verbs")
    out: list[Word] = []
    i, n, sentence = 0, len(tokens.texts), -1
    fresh = True
    begun = 0
    while i < n:
        text = tokens.texts[i]
        # A text without periods must not make every word a neighbour of every other.
        if tokens.opens[i] or len(out) - begun > _MAX_SENTENCE:
            sentence, fresh, begun = sentence + 1, tokens.opens[i], len(out)
        j = i + 1
        if text[0].isalnum():
            if not tokens.spaces[i]:
                j = _joined(tokens, i)
                text = tokens.text[tokens.starts[i] : tokens.ends[j - 1]]
            lower = text.casefold()
            is_coined = len(text) > 1 and coined(text)
            named = is_coined or (not fresh and text[0].isupper())
            breaks = not is_coined and (
                lower in breakers
                or (lower in verbs and bool(out) and out[-1].lower in _VERB_BEFORE)
                or (lower[0].isdigit() and _plain_number(lower, out))
                or "://" in text
            )
            out.append(Word(i, j, text, lower, True, is_coined, named, breaks, sentence))
            fresh = False
        elif not text.isspace():
            out.append(Word(i, j, text, text, False, False, False, True, sentence))
        i = j
    return out


def _joined(tokens: Tokens, i: int) -> int:
    """Return where the word that begins at token `i` ends."""
    texts, spaces, opens = tokens.texts, tokens.spaces, tokens.opens
    n = len(texts)
    j = i + 1
    while j < n and not spaces[j - 1] and not opens[j]:
        text = texts[j]
        if text in _JOINTS and j + 1 < n and not spaces[j] and texts[j + 1][0].isalnum():
            j += 2
        elif (text in _TAILS or text[0].isalnum()) and texts[j - 1][-1].isalnum():
            # spaCy cuts "GSM8K" before its last letter, as if it were a unit.
            j += 1
        else:
            break
    return j


def _plain_number(lower: str, before: list[Word]) -> bool:
    """Whether a word is a bare number that does not belong to the name before it ("Claude 4.5")."""
    if not lower.replace(".", "").replace(",", "").isdigit():
        return False
    return not (before and before[-1].named and len(lower) < 5)


def chunks_of(words: list[Word]) -> list[Chunk]:
    """Return the noun phrases, in text order; long runs are cut to their last `MAX_WORDS` words."""
    out: list[Chunk] = []
    start = -1
    for i, word in enumerate(words):
        if start >= 0 and (word.breaks or word.sentence != words[start].sentence):
            out.append(Chunk(max(start, i - MAX_WORDS), i))
            start = -1
        if start < 0 and not word.breaks:
            start = i
    if start >= 0:
        out.append(Chunk(max(start, len(words) - MAX_WORDS), len(words)))
    return out
