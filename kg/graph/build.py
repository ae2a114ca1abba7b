"""From roles to edges: papers, facts and identity become the canonical graph.

Roles are read for the paper. The paper's main method (the introduced method that the title names, else
the first introduced) takes the method edges; its other components take more than INTRODUCES only where
one sentence names both the component and the object.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from kg.graph.arithmetic import describe
from kg.graph.counts import with_counts
from kg.graph.data import GraphData, TableWriter
from kg.graph.evidence import check_claim, check_result, context_of, quote_fields
from kg.graph.ranking import among_others, is_generic, is_word, opens
from kg.graph.rows import node_row, paper_row, result_row
from kg.graph.stated import Stated
from kg.model import Claim, Evidence, Field, Label, Mention, Paper, PaperFacts, Result
from kg.resolve import Canonical, LocalNames, Resolution, content_id, forms
from kg.schema import schema
from kg.table import READER as TABLE_READER
from kg.table import VERSION as TABLE_VERSION

_METHODS: tuple[Label, ...] = ("Method", "Tool")
_KNOWN = 3  # papers that use a dataset: one may still take its name for a method
_WORKS_AGAINST = re.compile(
    r"\b(?:mitigate|alleviate|overcome|address|tackle|reduce|prevent|avoid|solve|resolve|combat|counter|lessen"
    r"|minimi[sz]e|eliminate|suppress|remedie|circumvent)s?\b"
)
# role -> (edge from the paper, edge from its methods)
_EDGES = {
    "targets": ("TARGETS", "TARGETS"),
    "tasks": ("ABOUT", "APPLIED_TO"),
    "uses": ("USES", "USES"),
    "compares": ("COMPARED_WITH", "COMPARED_WITH"),
    "datasets": ("EVALUATED_ON", "EVALUATED_ON"),
    "benchmarks": ("EVALUATED_ON", "EVALUATED_ON"),
    "metrics": ("EVALUATED_BY", "EVALUATED_BY"),
}


def build_graph(papers: Iterable[tuple[Paper, PaperFacts]], resolution: Resolution) -> GraphData:
    """Compute the graph.

    Args:
        papers: every paper (with its id) and its facts; streamed once.
        resolution: the identity decisions over the same facts.

    Raises:
        EvidenceError: if a fact does not quote its paper.
    """
    writers = {name: TableWriter(name) for name in (*schema().nodes, *schema().edges)}
    for node in resolution.nodes.values():
        writers[node.label].add(node_row(node))
    for paper, facts in papers:
        writers["Paper"].add(paper_row(paper, facts))
        kept: dict[tuple[str, str], dict[str, Any]] = {}
        for type_name, row in _PaperEdges(paper, facts, resolution).rows():
            known = kept.setdefault((type_name, row["id"]), row)
            if row["confidence"] > known["confidence"]:
                kept[type_name, row["id"]] = row
        for (type_name, _), row in kept.items():
            writers[type_name].add(row)
    for decision in resolution.broader:
        writers["BROADER"].add(_broader_row(resolution, decision.subject, decision.object, decision))
    return with_counts(
        GraphData(
            {name: writers[name].table() for name in schema().nodes},
            {name: writers[name].table() for name in schema().edges},
        )
    )


def _broader_row(resolution: Resolution, narrow: str, broad: str, decision: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": _hash("BROADER", narrow, broad),
        "from": narrow,
        "to": broad,
        "from_type": resolution.nodes[narrow].label,
        "to_type": resolution.nodes[broad].label,
        "origin": "decision",
        "reason": decision.reason,
        "confidence": decision.score,
    }


def _hash(*parts: object) -> str:
    return hashlib.sha256("\x00".join(map(str, parts)).encode()).hexdigest()[:20]


def _acts(said: str, names: Iterable[str]) -> bool:
    """Whether the words before a problem say that one of these works against it: "NAME greatly reduces"."""
    found = _WORKS_AGAINST.search(said)
    return found is not None and any(
        re.search(rf"(?<![\w-]){re.escape(name)}(?:\s*\([^)]*\))?\s+(?:\w+ly\s+)?$", said[: found.start()])
        for name in names
    )


# "nuScenes validation set", "XY test-dev", "the official XY dev split".
_PART = re.compile(
    r"[ -](?:(?:official|public|private|hidden|standard) )?"
    r"(?:test|validation|val|dev|development|training|train|evaluation)"
    r"(?:[ -](?:dev|std|challenge|clean|other))?(?:[ -](?:set|split|dataset|data|partition|subset)s?)?$",
    re.IGNORECASE,
)


_OURS = re.compile(r"\b(?:our|proposed) (?:\w+ )?$", re.I)
# "XY model", "method XY".
_HEAD = re.compile(
    r"^(?:the |our )?(?:method|model|approach|framework|algorithm|network) (?=[A-Z])"
    r"| (?:model|method|approach|framework|algorithm|system|network|architecture)s?$"
)


class _PaperEdges:
    """The edges and results of one paper."""

    def __init__(self, paper: Paper, facts: PaperFacts, resolution: Resolution) -> None:
        self.paper = paper
        self.facts = facts
        self.resolution = resolution
        self.local = LocalNames(facts)
        for claim in facts.claims:
            check_claim(paper, claim)
        for result in facts.results:
            check_result(paper, result)
        introduced = [c for c in facts.claims if c.role == "introduces" and c.label in _METHODS]
        introduced.sort(key=lambda c: (c.evidence[0].field != "title", c.evidence[0].mention_start))
        self.main = next((c for c in introduced if self._in_title(c)), introduced[0] if introduced else None)
        self.components = [c for c in introduced if c is not self.main]
        self.introduced = {form.lower() for claim in introduced for form in forms(claim)}
        self.methods = self._named(*_METHODS) - self._named("Dataset", "Benchmark")
        self.used = [c for c in facts.claims if c.role == "uses"]

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for claim in self.facts.claims:
            if claim.role == "introduces":
                for evidence in claim.evidence:
                    yield self._edge(
                        "INTRODUCES", self._paper_end(), self._end(claim), evidence, claim.confidence
                    )
            else:
                yield from self._role_edges(claim)
        stated = [self._stated(result) for result in self.facts.results]
        computed = describe(stated)
        for number in stated:
            yield from self._result_rows(number, computed[number.id])

    def _named(self, *labels: Label) -> set[str]:
        """Names of the paper's things of some sorts, case folded."""
        return {form.casefold() for c in self.facts.claims if c.label in labels for form in forms(c)}

    def _is_method(self, place: Mention | None) -> bool:
        return place is not None and place.text.casefold() in self.methods

    def _in_title(self, claim: Claim) -> bool:
        return any(evidence.field == "title" for evidence in claim.evidence) or any(
            re.search(rf"(?<!\w){re.escape(form)}(?!\w)", self.paper.title, re.IGNORECASE)
            for form in forms(claim)
        )

    def _paper_end(self) -> tuple[str, str]:
        return self.paper.id, "Paper"

    def _end(self, claim: Claim) -> tuple[str, str]:
        node = self.resolution.node(self.local, claim.label, claim.name.text)
        if node is None:
            raise KeyError(f"{self.paper.id}: identity was not decided over these facts")
        return node.id, node.label

    def _role_edges(self, claim: Claim) -> Iterator[tuple[str, dict[str, Any]]]:
        from_paper, from_method = _EDGES[claim.role]
        extra: dict[str, object] = {"stance": claim.stance} if claim.role == "targets" else {}
        if claim.role == "compares":
            extra = {"outcome": claim.outcome}
        end = self._end(claim)
        for evidence in claim.evidence:
            yield self._edge(from_paper, self._paper_end(), end, evidence, claim.confidence, **extra)
            for subject in self._subjects(claim, evidence):
                if (start := self._end(subject)) != end:
                    confidence = min(claim.confidence, subject.confidence)
                    yield self._edge(from_method, start, end, evidence, confidence, **extra)

    def _subjects(self, claim: Claim, evidence: Evidence) -> Iterator[Claim]:
        """The main method, the components that the same sentence names, and who it says does it.

        A method that is merely used takes a TARGETS edge only where a sentence says that it works against
        the problem: "SI mitigates catastrophic forgetting".
        """
        if evidence.field == "table":
            return  # a row names its own method, which its Result says
        if self.main is not None:
            yield self.main
        named = {
            m.text.casefold()
            for m in self.facts.mentions
            if m.field == evidence.field and evidence.quote_start <= m.start and m.end <= evidence.quote_end
        }
        place = (evidence.field, evidence.quote_start)
        for component in self.components:
            here = any((e.field, e.quote_start) == place for e in component.evidence)
            if here or any(form.casefold() in named for form in forms(component)):
                yield component
        if claim.role == "targets" and claim.stance == "mitigates":
            text = self.paper.text(evidence.field)
            said = text[evidence.quote_start : evidence.mention_start]
            yield from (used for used in self.used if _acts(said, forms(used)))

    def _edge(
        self,
        edge_type: str,
        start: tuple[str, str],
        end: tuple[str, str],
        evidence: Evidence,
        confidence: float,
        **extra: object,
    ) -> tuple[str, dict[str, Any]]:
        spans = (evidence.quote_start, evidence.quote_end, evidence.mention_start, evidence.mention_end)
        key = _hash(self.paper.id, evidence.field, *spans, edge_type, start[0], end[0])
        return edge_type, {
            "id": key,
            "from": start[0],
            "to": end[0],
            "from_type": start[1],
            "to_type": end[1],
            "origin": "text",
            "confidence": round(confidence * evidence.confidence, 4),
            **self._reader(evidence.field),
            **quote_fields(self.paper, evidence),
            **extra,
        }

    def _reader(self, field: Field) -> dict[str, str]:
        if field == "table":
            return {"extractor": TABLE_READER, "version": TABLE_VERSION}
        return {"extractor": self.facts.extractor, "version": self.facts.version}

    def _stated(self, result: Result) -> Stated:
        evidence = result.evidence
        text = self.paper.text(evidence.field)
        place = f"{self.paper.id} {evidence.field} {evidence.mention_start} {evidence.mention_end}"
        base = (result.baseline_start, result.baseline_end)
        on = self._key(result.on)
        data = self.resolution.nodes.get(on or "")
        data = data if data and data.label in ("Dataset", "Benchmark") else None
        return Stated(
            # The slug is the number; the hash is over paper and place.
            id=content_id("Result", f"{result.value_text} {_hash(place)}"),
            result=result,
            quote=text[evidence.quote_start : evidence.quote_end],
            at=(evidence.mention_start - evidence.quote_start, evidence.mention_end - evidence.quote_start),
            base_text=text[slice(*base)] if None not in base else "",
            metric=self._key(result.metric),
            on=on,
            method=self._key(self._method(result)),
            baseline=self._key(result.baseline),
            linked=data is not None,
            on_method=data is not None and data.support < _KNOWN and self._is_method(result.on),
            foreign=self.main is None,
            nameless=self._nameless(result.method),
            among_others=result.on is not None and among_others(self.paper, self.facts.mentions, result.on),
        )

    def _method(self, result: Result) -> Mention | None:
        """The method of a number; "our model" and "it" are what the paper introduces, if that has a name."""
        method = result.method
        if result.subject != "own" or (method is not None and not self._nameless(method)):
            return method
        # "It" is what the paper introduces only where the title begins with that.
        if self.main is None or (method is None and not opens(self.paper.title, forms(self.main))):
            return None
        return self.main.name

    def _nameless(self, method: Mention | None) -> bool:
        """Whether a method is no name, nor a term that papers use: "best model", "our diffusion model"."""
        if method is None:
            return False
        if is_word(method.text):
            return method.text not in self.introduced
        if not is_generic(method.text):
            return False
        before = self.paper.text(method.field)[max(0, method.start - 20) : method.start]
        return self._node(method) is None or _OURS.search(before) is not None

    def _key(self, mention: Mention | None) -> str | None:
        """What two mentions of a paper have in common when they name one thing."""
        if mention is None:
            return None
        node = self._node(mention)
        return node.id if node else " ".join(self.local.key(mention.label, mention.text))

    def _node(self, mention: Mention) -> Canonical | None:
        """What a slot names; "XY model" is XY, "XY test set" too: the split is a property of its own."""
        node = self.resolution.node(self.local, mention.label, mention.text)
        more = (
            _PART
            if mention.label in ("Dataset", "Benchmark")
            else _HEAD
            if mention.label in _METHODS
            else None
        )
        whole = more.sub("", mention.text) if node is None and more else ""
        return self.resolution.node(self.local, mention.label, whole) if whole else node

    def _result_rows(self, number: Stated, computed: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        result, node_id = number.result, number.id
        evidence = result.evidence
        slots = {
            "metric": result.metric,
            "on": result.on,
            "method": result.method if self.main is not None else self._method(result),
            "baseline": result.baseline,
        }
        texts = {name: mention.text if mention else None for name, mention in slots.items()}
        yield "Result", result_row(node_id, result, texts) | computed
        end = (node_id, "Result")
        yield self._edge("REPORTS", self._paper_end(), end, evidence, result.confidence)
        for edge_type, mention, labels in (
            ("OF", self._method(result), _METHODS),
            ("ON", result.on, ("Dataset", "Benchmark", "Task")),
            ("MEASURES", result.metric, ("Metric",)),
            ("AGAINST", result.baseline, _METHODS),
        ):
            if mention is None or mention.label not in labels:
                continue
            if node := self._node(mention):
                quote = self._slot_evidence(evidence, mention)
                sure = result.confidence * mention.score
                yield self._edge(edge_type, end, (node.id, node.label), quote, sure)

    def _slot_evidence(self, evidence: Evidence, mention: Mention) -> Evidence:
        """Quote the number's sentence; of a slot named elsewhere, the stretch from the one to the other."""
        return context_of(self.paper, self.facts, evidence, mention)
