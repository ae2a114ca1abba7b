"""`kg_sentences`: sentence boundaries for titles and abstracts, by rules in one pass."""

from __future__ import annotations

import re

import numpy as np
from spacy.tokens import Doc

from extractors.lexicon import sections
from extractors.tokens import Tokens, tokens_of

_TERMINATORS = frozenset((".", "!", "?", "…", "...", "..", "?!", "!!", "??"))
_INITIALS = re.compile(r"[^\W\d_](?:\.-[^\W\d_])*")  # "J", "J.-P"
# "Achieves 77. 7%", torn by a converter.
_TORN, _SHARE = re.compile(r"[a-z] \d{1,2}\. $"), re.compile(r"\d{1,2}\s?\\?%")
_CLOSERS = frozenset((")", "]", "}", '"', "'", "”", "’", "''", "»"))


def _ends(word: str, mark: str, following: str, *, spaced: bool, first: bool) -> bool:
    """Whether the period after `word` ends a sentence, given the token that follows."""
    lists = sections("sentences")
    if not spaced:
        return mark == "." and following in lists["starters"]
    opens_upper = not following[:1].islower() or following != following.lower()
    if mark != ".":
        return opens_upper
    lowered = word.casefold()
    if lowered in lists["never"] or (first and word.rstrip(".").isdigit()):
        return False
    initial = word.rstrip(".")
    if lowered in lists["sometimes"] or _INITIALS.fullmatch(initial):
        return following in lists["starters"]
    return opens_upper or (len(word) > 3 and word.isalpha() and word.islower())


class Sentences:
    """spaCy component; assigns `token.is_sent_start`.

    The title is one sentence, whatever stands in it, so that its quote is the whole title; a blank line
    always ends one. Whitespace belongs to the sentence before it. One pass, linear.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Set the boundaries of one Doc."""
        if len(doc):
            flags = _boundaries(tokens_of(doc), doc._.kg_title_end)
            values = np.array(flags, dtype=np.int64).astype(np.uint64)
            doc.from_array(["SENT_START"], values)  # type: ignore[arg-type]  # the stub knows no single attribute
        return doc


def _boundaries(tokens: Tokens, title_end: int) -> list[int]:
    """Return for each token 1 where a sentence begins, else -1."""
    flags = [-1] * len(tokens.texts)
    flags[0] = 1
    fresh = True  # the next word begins a sentence
    mark = ""  # the terminator just read, "" if none
    before = ""  # the word that the terminator follows
    first = spaced = False
    begun = 0  # words of the sentence so far
    for i, text in enumerate(tokens.texts):
        if text.isspace():
            spaced = True
            # The title ends at the gap; elsewhere a blank line is the author's own break.
            if tokens.starts[i] >= title_end and text.count("\n") > 1:
                fresh = True
            continue
        if not fresh and mark and tokens.starts[i] >= title_end and not (text in _CLOSERS and not spaced):
            at = tokens.starts[i]
            torn = _SHARE.match(tokens.text, at) and _TORN.search(tokens.text, max(0, at - 6), at)
            fresh = not torn and _ends(before, mark, text, spaced=spaced, first=first)
        if fresh:
            if begun:
                flags[i] = 1
            begun, mark, fresh = 0, "", False
        last = text[-1]
        # The "S." of "FooNet-S." is no initial.
        letter = len(text.rstrip(".")) == 1
        joined = "-" if letter and i and not spaced and tokens.texts[i - 1] == "-" else ""
        if text in _TERMINATORS:
            mark, first = last, begun <= 1
        elif mark and text in _CLOSERS and not spaced:
            pass
        elif last == "." and len(text) > 1 and text[-2].isalnum():
            mark, before, first = ".", joined + text, begun == 0
        else:
            mark, before = "", joined + text
        begun += 1
        spaced = tokens.spaces[i]
    return flags
