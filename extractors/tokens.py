"""A Doc's tokens as plain lists, read in bulk: a Python object per token and attribute is what costs time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

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


def tokens_of(doc: Doc) -> Tokens:
    """Read the tokens of a Doc."""
    text: str = doc.text
    if not len(doc):
        return Tokens(text, [], [], [], [], [])
    lengths, spaces, sentences = doc.to_array(["LENGTH", "SPACY", "SENT_START"]).T.tolist()
    starts = [0, *accumulate(length + space for length, space in zip(lengths, spaces, strict=True))]
    starts.pop()
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    opens = [value == 1 for value in sentences]
    opens[0] = True
    return Tokens(text, starts, ends, texts, [bool(space) for space in spaces], opens)
