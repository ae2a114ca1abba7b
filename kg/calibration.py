"""How far confidences can be believed: of the claims with confidence 0.8, eight in ten should be right.

A name is right when the scorer's own relaxed matching (one to one, within its paper) pairs it with an
annotated one of the same role; datasets and benchmarks are one role, `resources`. A number is right when its
value is found (the scorer's field `results`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.model import ROLES, PaperFacts
from kg.score import NAME_FIELDS, Record, matches

BINS = 10
# A role and the scorer's field that says what is right in it.
_FIELDS = {**{role: f"{role}.relaxed" for role in NAME_FIELDS}, "results": "results"}

# A claim's confidence, in [0, 1], and whether it is right.
Judged = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class Bin:
    """The claims with a confidence in [low, high); the last bin holds confidence 1 as well.

    Attributes:
        claims: their number.
        confidence: their mean confidence, 0 if there are none.
        right: the share of them that is right, 0 if there are none.
    """

    low: float
    high: float
    claims: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The claims in ten bins of equal width.

    Attributes:
        bins: from the least confidence to the greatest.
    """

    bins: tuple[Bin, ...]

    @property
    def claims(self) -> int:
        """How many claims there are."""
        return sum(bin.claims for bin in self.bins)

    @property
    def error(self) -> float:
        """Expected calibration error, in [0, 1], 0 without claims.

        The distance between confidence and share right, averaged over the bins by their claims (Guo et al.,
        On calibration of modern neural networks, 2017).
        """
        distances = (bin.claims * abs(bin.confidence - bin.right) for bin in self.bins)
        return sum(distances) / max(self.claims, 1)

    @property
    def surest(self) -> Bin:
        """The claims with confidence 0.9 or more."""
        return self.bins[-1]


def calibrate(judged: Iterable[Judged]) -> Calibration:
    """Sort claims into bins by their confidence."""
    inside: list[list[Judged]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        inside[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    return Calibration(
        tuple(
            Bin(
                low=number / BINS,
                high=(number + 1) / BINS,
                claims=len(claims),
                confidence=sum(confidence for confidence, _ in claims) / max(len(claims), 1),
                right=sum(right for _, right in claims) / max(len(claims), 1),
            )
            for number, claims in enumerate(inside)
        )
    )


def calibrations(
    gold: Sequence[Record], predicted: Sequence[Record], facts: Sequence[PaperFacts]
) -> dict[str, Calibration]:
    """Compare confidences with what was annotated, per role.

    Args:
        gold: annotated papers.
        predicted: what was extracted, as `guide_facts` writes it: the claims of a role in their order.
        facts: what was extracted, the same papers in the same order.

    Returns:
        `names`, all claims of the roles that name something, then every role by itself, then `results`. A
        thing that is claimed twice in one role counts once, as for the scorer.
    """
    sure = [_with_confidence(paper, one) for paper, one in zip(predicted, facts, strict=True)]
    judged = {role: list(_judged(gold, sure, field)) for role, field in _FIELDS.items()}
    names = [claim for role in NAME_FIELDS for claim in judged[role]]
    return {role: calibrate(claims) for role, claims in {"names": names, **judged}.items()}


def _judged(gold: Sequence[Record], predicted: Sequence[Record], field: str) -> Iterable[Judged]:
    for paper in matches(gold, predicted, field):
        right = {j for _, j in paper.pairs}
        for j, item in enumerate(paper.pred):
            yield item["confidence"], j in right


def _with_confidence(paper: Record, facts: PaperFacts) -> Record:
    """Return a paper of the annotation guide whose names and numbers are objects with a confidence."""
    named: dict[str, list[dict[str, Any]]] = {}
    for role in ROLES:
        claims = [claim for claim in facts.claims if claim.role == role]
        named[role] = [
            {**(item if isinstance(item, Mapping) else {"name": item}), "confidence": claim.confidence}
            for item, claim in zip(paper[role], claims, strict=True)
        ]
    named["results"] = [
        {**item, "confidence": result.confidence}
        for item, result in zip(paper["results"], facts.results, strict=True)
    ]
    return {**paper, **named}
