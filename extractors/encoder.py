"""`kg_encoder`: a vector for every token, from a small transformer on the CPU, in `doc.tensor`.

One pass an abstract; the heads of the same model (`trained.py`) then read roles, numbers and links from these
vectors. A text longer than the transformer's window is read in overlapping windows, each token where it has
most text on both sides, so that nothing is cut off and the time stays linear in the length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from typing import Any

import numpy as np
from spacy.tokens import Doc
from threadpoolctl import ThreadpoolController

from extractors.doc import SPANS_KEY
from extractors.looks import marks
from extractors.tokens import tokens_of
from extractors.trained import SHIPPED, Floats, Trained, trained
from extractors.wordpieces import Pieces

WINDOW = 510  # word pieces, without the two that open and close
OVERLAP = 128
_AHEAD = 8
_THREADS = 3
_BLAS = ThreadpoolController()


class Encoder:
    """spaCy component; assigns `doc.tensor`, shape (tokens, width), and notes the model in `doc._.kg_model`.

    Args:
        model: folder of a trained model; "" for the one that comes with the package.

    Raises:
        InputError: if the folder holds no sound model.
    """

    def __init__(self, model: str = "") -> None:
        self.model = model or SHIPPED
        self._trained = trained(self.model)

    def __call__(self, doc: Doc) -> Doc:
        """Read one Doc."""
        _check(doc)
        return self._noted(doc, self._encode(doc))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1) -> Iterator[Doc]:
        """Read Docs ahead, in a thread: the transformer runs while the components after it do their work."""
        # Several, since each waits at times for Python's lock, which the components after it hold.
        # Matrix products in more threads would get in the transformer's way.
        with ThreadPoolExecutor(_THREADS) as pool, _BLAS.limit(limits=1, user_api="blas"):
            ahead: deque[tuple[Doc, Future[Floats]]] = deque()
            for doc in stream:
                _check(doc)
                ahead.append((doc, pool.submit(self._encode, doc)))
                if len(ahead) > _AHEAD:
                    first, vectors = ahead.popleft()
                    yield self._noted(first, vectors.result())
            for doc, vectors in ahead:
                yield self._noted(doc, vectors.result())

    def _encode(self, doc: Doc) -> Floats:
        tokens = tokens_of(doc)
        return encode(tokens.texts, marks(tokens.texts, tokens.starts, doc._.kg_title_end), self._trained)

    def _noted(self, doc: Doc, vectors: Any) -> Doc:  # noqa: ANN401 - spaCy types them as of double precision
        doc.tensor = vectors
        doc._.kg_model = self.model
        return doc


def _check(doc: Doc) -> None:
    """Refuse a Doc of which something has been read without vectors.

    Raises:
        ValueError: if a component that reads vectors was there first.
    """
    if doc._.kg_numbers is not None or SPANS_KEY in doc.spans:
        raise ValueError(
            "[kg_encoder] the Doc has numbers or mentions that were read without its vectors; "
            "add the component earlier: nlp.add_pipe('kg_encoder', before='kg_numbers')"
        )


def encode(tokens: Sequence[str], marked: Sequence[int], model: Trained) -> Floats:
    """Return one vector a token, shape (tokens, width): the mean over its word pieces, zero without any.

    Args:
        tokens: their texts.
        marked: their marks (`looks.marks`).
        model: whose transformer reads them.
    """
    pieces = [model.pieces.of(token) for token in tokens]
    out = np.zeros((len(tokens), model.width), dtype=np.float32)
    for first, low, high, last in windows(pieces):
        here = range(first, last)
        states = model.states(
            [n for i in here for n in pieces[i]], [marked[i] for i in here for _ in pieces[i]]
        )
        ends = [0, *accumulate(map(len, pieces[first:last]))]
        full = [i for i in range(low, high) if pieces[i]]
        if not full:
            continue
        counts = np.array([len(pieces[i]) for i in full], dtype=np.float32)
        begin = [ends[i - first] for i in full]
        # The states from one kept token to the next are its pieces: tokens without pieces add none.
        sums = np.add.reduceat(states[: ends[high - first]], begin, axis=0)
        out[full] = sums / counts[:, None]
    return out


def windows(pieces: Sequence[Pieces]) -> Iterator[tuple[int, int, int, int]]:
    """Cut a text into windows of at most `WINDOW` word pieces, overlapping by about `OVERLAP`.

    Yields:
        For each window its first token, the first and the end of the tokens that it is read for, its end.
        What windows are read for covers every token once.
    """
    if not pieces:
        return
    ends = [0, *accumulate(map(len, pieces))]
    if ends[-1] <= WINDOW:
        yield 0, 0, len(pieces), len(pieces)
        return
    first = low = 0
    while low < len(pieces):
        last = first
        while last < len(pieces) and ends[last + 1] - ends[first] <= WINDOW:
            last += 1
        if last == len(pieces):
            yield first, low, last, last
            return
        high = after = last
        while after > first + 1 and ends[last] - ends[after - 1] <= OVERLAP:
            after -= 1
        while high > after and ends[last] - ends[high - 1] <= OVERLAP // 2:
            high -= 1
        high = max(high, low + 1)
        yield first, low, high, last
        first, low = min(after, high), high
