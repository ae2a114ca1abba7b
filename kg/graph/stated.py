"""A claimed number as the arithmetic of its paper sees it."""

from __future__ import annotations

from dataclasses import dataclass

from kg.model import Result

# With these a number is a bound, and a bound is no score that can be ranked.
BOUNDS = frozenset({"up to", "at least", "at most", "more than", "less than"})


@dataclass(frozen=True, slots=True)
class Stated:
    """One claimed number of a paper, with the keys by which its slots are compared.

    Attributes:
        id: of the Result.
        result: the number.
        quote: its sentence.
        at: where in the quote its mention begins and ends.
        base_text: the baseline value as written, "" without one.
        metric, on, method, baseline: keys of what it is linked to (the node's id, else the name's
            normalised form), None where it is linked to nothing.
        linked: whether what it was measured on is a dataset or benchmark.
        on_method: whether the paper uses or brings that as a method.
        among_others: whether that stands in a list of datasets.
        foreign: whether the paper brings no method, so that all that it measures are others'.
        nameless: whether its method is no name, "the best model".
    """

    id: str
    result: Result
    quote: str
    at: tuple[int, int]
    base_text: str = ""
    metric: str | None = None
    on: str | None = None
    method: str | None = None
    baseline: str | None = None
    linked: bool = False
    on_method: bool = False
    among_others: bool = False
    foreign: bool = False
    nameless: bool = False


def is_range(result: Result) -> bool:
    """Whether the number was written as a range, "10-20%"."""
    return result.rule.endswith(":range")
