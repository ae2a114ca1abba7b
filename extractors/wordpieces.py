"""Word pieces of spaCy tokens, as BERT's uncased vocabulary cuts them (Devlin et al. 2019, Wu et al. 2016).

The longest piece that the vocabulary knows is taken first. A token of spaCy's is cut by itself, so that its
pieces are known without aligning characters; tokens repeat, so they are remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# A word with its figures, or one mark; BERT takes the underscore for a mark.
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST_WORD = 100
_MOST_PIECES = 16  # of one token: the rest of a URL or of a torn table says nothing
_REMEMBERED = 1 << 17

Pieces = tuple[int, ...]


class WordPieces:
    """Cuts tokens into numbered pieces.

    Args:
        vocabulary: the pieces in the order of their numbers; those inside a word begin with "##".
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._number = {piece: number for number, piece in enumerate(vocabulary)}
        self.first, self.last = self._number["[CLS]"], self._number["[SEP]"]
        self._unknown = self._number["[UNK]"]
        self.of = lru_cache(_REMEMBERED)(self._cut)

    def _cut(self, token: str) -> Pieces:
        plain = unicodedata.normalize("NFD", token.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        return tuple(piece for word in _WORD.findall(plain) for piece in self._word(word))[:_MOST_PIECES]

    def _word(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        at = 0
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._number.get(word[at:end] if not at else f"##{word[at:end]}")
                if number is not None:
                    break
            else:
                return [self._unknown]
            found.append(number)
            at = end
        return found
