"""The named questions as methods with real signatures; a test compares them with the query headers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal

from kg.rows import Rows

Name = str | Sequence[str]
StanceOrAny = Literal["mitigates", "studies", "any"]
OutcomeOrAny = Literal["outperforms", "matches", "trails", "unknown", "any"]
KindOrAny = Literal["absolute", "improvement", "reduction", "ratio", "any"]


class NamedQueries(ABC):
    """One method for each file in `queries/`; a name may be one text or several.

    An answer that quotes has `note` as its last column: what must be said of a paper's text, such as
    "methodkg summary" where the quote is not in the paper's own words; else it is missing.
    """

    @abstractmethod
    def query(self, name: str, /, **params: object) -> Rows:
        """Answer a named query."""

    def baseline_drift(
        self, method: Name, *, dataset: Name | None = None, metric: Name | None = None, limit: int = 100
    ) -> Rows:
        """Every score that papers report for a method, its own or as a baseline, with the spread."""
        return self.query("baseline_drift", method=method, dataset=dataset, metric=metric, limit=limit)

    def claims(
        self,
        *,
        min_gain: float | None = None,
        min_confidence: float = 0.0,
        metric: Name | None = None,
        dataset: Name | None = None,
        task: Name | None = None,
        limit: int = 100,
    ) -> Rows:
        """Claimed gains, largest first: in percentage points, then in percent of a baseline, then others."""
        asked = {"min_gain": min_gain, "min_confidence": min_confidence, "limit": limit}
        return self.query("claims", metric=metric, dataset=dataset, task=task, **asked)

    def claims_of_paper(self, paper: Name, *, limit: int = 1000) -> Rows:
        """Everything that a paper is read to say, in the order of its text, with the sentence for each."""
        return self.query("claims_of_paper", paper=paper, limit=limit)

    def co_used_methods(self, method: Name, *, limit: int = 100) -> Rows:
        """Methods that the same papers use together with a method, the most frequent first."""
        return self.query("co_used_methods", method=method, limit=limit)

    def compared_with(
        self, method: Name, *, outcome: OutcomeOrAny = "any", other: Name | None = None, limit: int = 100
    ) -> Rows:
        """Methods that a method is compared with, on either side, and how the first of the two fares."""
        return self.query("compared_with", method=method, outcome=outcome, other=other, limit=limit)

    def contradictions(
        self,
        *,
        method: Name | None = None,
        dataset: Name | None = None,
        metric: Name | None = None,
        limit: int = 100,
    ) -> Rows:
        """Scores that differ by more than rounding, and numbers that disagree within their paper."""
        return self.query("contradictions", method=method, dataset=dataset, metric=metric, limit=limit)

    def datasets_of_task(self, task: Name, *, limit: int = 100) -> Rows:
        """Datasets and benchmarks that papers about a task use or introduce, the most used first."""
        return self.query("datasets_of_task", task=task, limit=limit)

    def evidence(self, edge: str) -> Rows:
        """Everything that stands behind one edge: the sentence, its offsets, and who read it."""
        return self.query("evidence", edge=edge)

    def how_well(
        self,
        problem: Name,
        *,
        stance: StanceOrAny = "mitigates",
        min_confidence: float = 0.0,
        limit: int = 100,
    ) -> Rows:
        """Methods that work against a problem, and the numbers that the same papers claim for them."""
        return self.query(
            "how_well", problem=problem, stance=stance, min_confidence=min_confidence, limit=limit
        )

    def leaderboard(
        self,
        dataset: Name,
        *,
        metric: Name | None = None,
        split: str | None = None,
        kind: KindOrAny = "absolute",
        min_trust: float = 0.0,
        limit: int = 100,
    ) -> Rows:
        """Claimed numbers on a dataset by metric and split, best first; what is not comparable last."""
        asked = {"metric": metric, "split": split, "kind": kind, "min_trust": min_trust, "limit": limit}
        return self.query("leaderboard", dataset=dataset, **asked)

    def lineage(self, method: Name, *, limit: int = 100) -> Rows:
        """What a method builds on, and what that builds on, up to three steps back."""
        return self.query("lineage", method=method, limit=limit)

    def methods_targeting(
        self,
        problem: Name,
        *,
        stance: StanceOrAny = "mitigates",
        min_confidence: float = 0.0,
        limit: int = 100,
    ) -> Rows:
        """Methods that work against a problem, or against a narrower one, with the sentence that says so."""
        return self.query(
            "methods_targeting", problem=problem, stance=stance, min_confidence=min_confidence, limit=limit
        )

    def neighbours(self, node: Name, *, limit: int = 100) -> Rows:
        """What stands next to a node, by relation, with the number of papers that say so."""
        return self.query("neighbours", node=node, limit=limit)

    def open_problems(self, *, min_papers: int = 1, limit: int = 100) -> Rows:
        """Problems that papers study while nothing mitigates them, nor anything narrower or broader."""
        return self.query("open_problems", min_papers=min_papers, limit=limit)

    def papers_on_task(self, task: Name, *, limit: int = 100) -> Rows:
        """Papers about a task, research area or learning setting, newest first."""
        return self.query("papers_on_task", task=task, limit=limit)

    def problems_of_method(self, method: Name, *, stance: StanceOrAny = "any", limit: int = 100) -> Rows:
        """Problems that a method is said to work against or to study."""
        return self.query("problems_of_method", method=method, stance=stance, limit=limit)

    def related_papers(self, paper: Name, *, limit: int = 20) -> Rows:
        """Papers that share problems, methods, tasks, datasets or benchmarks with a paper."""
        return self.query("related_papers", paper=paper, limit=limit)

    def results_of_method(self, method: Name, *, limit: int = 100) -> Rows:
        """Numbers that papers claim for a method."""
        return self.query("results_of_method", method=method, limit=limit)

    def shortest_path(self, source: Name, target: Name) -> Rows:
        """How two things hang together: the rarest shortest chain of at most six edges, none by a metric."""
        return self.query("shortest_path", source=source, target=target)

    def sota_timeline(
        self, dataset: Name, *, metric: Name | None = None, split: str | None = None, limit: int = 100
    ) -> Rows:
        """Claimed scores on a dataset that beat all earlier ones, by metric, split and condition."""
        return self.query("sota_timeline", dataset=dataset, metric=metric, split=split, limit=limit)

    def timeline_of_problem(self, problem: Name, *, stance: StanceOrAny = "any", limit: int = 1000) -> Rows:
        """Papers that work against or study a problem, by year, with each year's number of papers."""
        return self.query("timeline_of_problem", problem=problem, stance=stance, limit=limit)
