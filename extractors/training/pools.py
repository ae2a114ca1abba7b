"""Sums, means and maxima over what belongs together."""

from __future__ import annotations

import torch
from torch import Tensor


def count_of(owner: Tensor, size: int) -> Tensor:
    """Return how many rows each owner has."""
    ones = torch.ones(len(owner), device=owner.device)
    return torch.zeros(size, device=owner.device).index_add_(0, owner, ones)


def sum_of(x: Tensor, owner: Tensor, size: int) -> Tensor:
    """Return the sum of the rows of each owner, shape (size, columns)."""
    return torch.zeros(size, x.shape[1], dtype=x.dtype, device=x.device).index_add_(0, owner, x)


def mean_of(x: Tensor, owner: Tensor, size: int) -> Tensor:
    """Return the mean of the rows of each owner, zero where there are none."""
    return sum_of(x, owner, size) / count_of(owner, size).clamp(min=1)[:, None]


def max_of(x: Tensor, owner: Tensor, size: int) -> Tensor:
    """Return the maximum over the rows of each owner."""
    low = torch.full((size, x.shape[1]), -1e4, dtype=x.dtype, device=x.device)
    return low.scatter_reduce(0, owner[:, None].expand_as(x), x, "amax")


def stretches(sums: Tensor, places: Tensor) -> Tensor:
    """Return the mean over ranges of rows, zero where they are empty.

    Args:
        sums: of the rows before each, and of all, shape (rows + 1, columns).
        places: the ranges, shape (ranges, 2).
    """
    low, high = places[:, 0], places[:, 1]
    return (sums[high] - sums[low]) / (high - low).clamp(min=1)[:, None]
