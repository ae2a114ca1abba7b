"""A Doc's tokens as plain lists, read in bulk: a Python object per token and attribute is what costs time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from spacy.tokens import Doc


@dataclass(slots=True)
class Tokens:
    """The tokens of a Doc.

    Attributes:
        text: text of the Doc.
        starts, ends: where each token begins and ends in `text`.
        texts: each token's text.
        spaces: whether a space follows each token.
        opens: whether each token begins a sentence.
    """

    text: str
    starts: list[int]
    ends: list[int]
    texts: list[str]
    spaces: list[bool]
    opens: list[bool]


_Words = tuple[str, list[int], list[int], list[str], list[bool]]
# Every component reads the tokens of the same few Docs, and spaCy joins the text anew at every look.
_KEPT: OrderedDict[int, tuple[Doc, _Words]] = OrderedDict()
_MOST_KEPT = 32


def tokens_of(doc: Doc) -> Tokens:
    """Read the tokens of a Doc."""
    text, starts, ends, texts, spaces = _words(doc)
    if not texts:
        return Tokens(text, [], [], [], [], [])
    opens = [value == 1 for value in doc.to_array("SENT_START").tolist()]
    opens[0] = True
    return Tokens(text, starts, ends, texts, spaces, opens)


def _words(doc: Doc) -> _Words:
    """Return what does not change in a Doc but by retokenising, which changes the number of tokens."""
    kept = _KEPT.get(id(doc))
    if kept is not None and kept[0] is doc and len(kept[1][3]) == len(doc):
        return kept[1]
    text: str = doc.text
    table: Any = doc.to_array(["LENGTH", "SPACY"])
    lengths, spaces = table.reshape(-1, 2).T.tolist()
    starts = [0, *accumulate(length + space for length, space in zip(lengths, spaces, strict=True))]
    starts.pop()
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    words = text, starts, ends, texts, [bool(space) for space in spaces]
    _KEPT[id(doc)] = doc, words
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return words
