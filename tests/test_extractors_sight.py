from __future__ import annotations

import numpy as np

from extractors.sight import around, between


def test_what_is_around_a_number_ends_with_the_text() -> None:
    numbers = np.array([[3, 5], [40, 41], [98, 100]])
    assert around(numbers, 100).tolist() == [[0, 21], [24, 57], [82, 100]]


def test_between_is_what_stands_next_to_the_number() -> None:
    number, places = [20, 22], np.array([[15, 17], [2, 4], [25, 27], [60, 61]])
    gaps = between(np.array([number] * len(places)), places)
    assert gaps.tolist() == [[17, 20], [10, 20], [22, 25], [22, 32]]


def test_a_phrase_beside_or_over_the_number_leaves_nothing_between() -> None:
    places = np.array([[18, 20], [22, 24], [21, 25], [19, 23]])
    low, high = between(np.array([[20, 22]] * len(places)), places).T
    assert (low == high).all()
    assert ((low >= 0) & (high <= 30)).all()
