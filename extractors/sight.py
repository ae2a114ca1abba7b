"""What phrases are weighed for a number by, beside themselves: what is around it, and what stands between."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_AROUND = 16  # tokens to either side of a number
_BETWEEN = 10  # tokens between it and a phrase, those next to the number


def around(numbers: npt.NDArray[Any], tokens: int) -> Ints:
    """Return the token ranges around numbers, within a text of so many tokens.

    Args:
        numbers: their token ranges, shape (numbers, 2).
        tokens: how many there are.
    """
    low, high = numbers[:, 0], numbers[:, 1]
    return np.stack([np.maximum(low - _AROUND, 0), np.minimum(high + _AROUND, tokens)], axis=1)


def between(numbers: npt.NDArray[Any], places: npt.NDArray[Any]) -> Ints:
    """Return the token ranges between phrases and their numbers, empty where there is nothing.

    Args:
        numbers: for every phrase the token range of its number, shape (phrases, 2).
        places: token ranges of the phrases, shape (phrases, 2).
    """
    left = places[:, 1] <= numbers[:, 0]
    low = np.where(left, places[:, 1], numbers[:, 1])
    high = np.maximum(low, np.where(left, numbers[:, 0], places[:, 0]))
    near = np.where(left, np.maximum(low, high - _BETWEEN), low)
    return np.stack([near, np.where(left, high, np.minimum(high, low + _BETWEEN))], axis=1)
