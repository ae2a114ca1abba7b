"""Small hand-made graphs for tests: `tiny()`, and the `Builder` to make others."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import Any

from kg.graph import GraphData, TableWriter
from kg.graph.counts import with_counts
from kg.schema import schema
from tests.make import ordered


class Builder:
    """Collects papers, nodes and edges; quotes and offsets are found in the papers' own texts."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, Any]] = {}
        self._edges: dict[str, dict[str, Any]] = {}
        self._texts: dict[str, dict[str, str]] = {}

    def paper(self, key: str, title: str, abstract: str, year: int | None, **ids: object) -> str:
        """Add a paper and return its id, `paper:KEY`."""
        paper = self.node(
            "Paper", key, title, (), abstract=abstract, year=year, sources=[f"tiny.jsonl#{key}"], **ids
        )
        self._texts[paper] = {"title": title, "abstract": abstract}
        return paper

    def node(
        self, label: str, key: str, name: str, aliases: tuple[str, ...] = (), **properties: object
    ) -> str:
        """Add a node and return its id, `label:KEY`."""
        node = f"{label.lower()}:{key}"
        search = " | ".join(form.lower() for form in (name, *aliases))
        extra = {"kind": "method"} if label == "Method" else {}
        self._nodes[node] = {
            "label": label,
            "row": {
                "id": node,
                "name": name,
                "aliases": list(aliases),
                "search_text": search,
                **extra,
                **properties,
            },
        }
        return node

    def result(
        self,
        key: str,
        paper: str,
        value: float,
        text: str,
        kind: str = "absolute",
        *,
        confidence: float = 0.9,
        **properties: object,
    ) -> str:
        """Add a claimed number with its REPORTS edge; `confidence` is that of both."""
        properties |= ordered(properties)
        node = self.node(
            "Result",
            key,
            text,
            (),
            value=value,
            value_text=text,
            kind=kind,
            confidence=confidence,
            **properties,
        )
        self.edge("REPORTS", paper, node, paper, text, confidence=confidence)
        return node

    def edge(
        self,
        edge_type: str,
        start: str,
        end: str,
        paper: str,
        mention: str,
        *,
        confidence: float = 0.9,
        **more: object,
    ) -> str:
        """Add an edge whose quote is the first sentence (or the title) of `paper` with `mention`."""
        field, first, last, at = self._quote(paper, mention)
        text = self._texts[paper][field]
        row = {
            **self._ends(start, end),
            "origin": "text",
            "paper": paper,
            "field": field,
            "quote": text[first:last],
            "quote_start": first,
            "quote_end": last,
            "mention_start": at,
            "mention_end": at + len(mention),
            "confidence": confidence,
            "extractor": "by-hand",
            "version": "1",
            **more,
        }
        return self._add(edge_type, row, f"{paper} {field} {first} {at}")

    def broader(self, narrow: str, broad: str) -> str:
        """Say that `broad` is the broader term of `narrow`."""
        row = {**self._ends(narrow, broad), "origin": "decision", "reason": "by hand", "confidence": 1.0}
        return self._add("BROADER", row, "")

    def data(self) -> GraphData:
        """Return the graph as tables."""
        support: dict[str, set[str]] = defaultdict(set)
        for edge in self._edges.values():
            if paper := edge["row"].get("paper"):
                support[edge["row"]["from"]].add(paper)
                support[edge["row"]["to"]].add(paper)
        writers = {name: TableWriter(name) for name in (*schema().nodes, *schema().edges)}
        for node, item in self._nodes.items():
            writers[item["label"]].add({"support": len(support[node]), **item["row"]})
        for item in self._edges.values():
            writers[item["label"]].add(item["row"])
        return with_counts(
            GraphData(
                {name: writers[name].table() for name in schema().nodes},
                {name: writers[name].table() for name in schema().edges},
            )
        )

    def _ends(self, start: str, end: str) -> dict[str, str]:
        types = {"from_type": self._nodes[start]["label"], "to_type": self._nodes[end]["label"]}
        return {"from": start, "to": end, **types}

    def _add(self, edge_type: str, row: dict[str, Any], where: str) -> str:
        digest = hashlib.sha256(f"{edge_type} {row['from']} {row['to']} {where}".encode()).hexdigest()[:12]
        edge = f"{edge_type.lower()}:{digest}"
        self._edges[edge] = {"label": edge_type, "row": {"id": edge, **row}}
        return edge

    def _quote(self, paper: str, mention: str) -> tuple[str, int, int, int]:
        """Return field, start and end of the sentence, start of the mention."""
        for field in ("title", "abstract"):
            text = self._texts[paper][field]
            at = text.find(mention)
            if at < 0:
                continue
            if field == "title":
                return field, 0, len(text), at
            for sentence in re.finditer(r"\S.*?(?:\.(?= |$)|$)", text):
                if sentence.start() <= at < sentence.end():
                    return field, sentence.start(), sentence.end(), at
        raise AssertionError(f"{paper} does not say {mention!r}")


def scored(score: float, precision: float, direction: str = "higher", **more: object) -> dict[str, Any]:
    """Return what makes a claimed number one that other papers' numbers are compared with."""
    return {"direction": direction, "score": score, "precision": precision, **more}


def _accuracy(score: float, precision: float, on: str, method: str, **more: object) -> dict[str, Any]:
    said: dict[str, Any] = {"unit": "%", "metric": "accuracy", "measured_on": on, "method": method}
    return scored(score, precision, **said, **more)  # type: ignore[arg-type]


def tiny() -> GraphData:
    """Return eleven papers on continual learning and language models.

    In it: three hops of USES (Prompt-EWC, Online EWC, EWC, Fisher information), a component (OGP of
    O-LoRA), a contribution without a name (`paper:rehearsal`), a problem that is only studied (loss of
    plasticity), narrower problems and tasks, a paper without a year, one with no edges to others, one whose
    text is a summary (`paper:ewc`).
    """
    b = Builder()
    _terms(b)
    _ewc_family(b)
    _replay(b)
    _language_models(b)
    _elsewhere(b)
    return b.data()


def _terms(b: Builder) -> None:
    forgetting = b.node("Problem", "forgetting", "forgetting")
    cf = b.node(
        "Problem", "catastrophic-forgetting", "catastrophic forgetting", ("CF", "catastrophic interference")
    )
    lm = b.node("Problem", "forgetting-lm", "forgetting in language models")
    b.broader(cf, forgetting)
    b.broader(lm, forgetting)
    b.node("Problem", "plasticity", "loss of plasticity", ("plasticity loss",))
    b.node("Problem", "hallucination", "hallucination")
    cl = b.node("Task", "continual-learning", "continual learning", ("CL", "lifelong learning"))
    til = b.node("Task", "task-incremental", "task-incremental continual learning")
    b.broader(til, cl)
    b.node("Task", "qa", "question answering", ("QA",))
    b.node("Method", "ewc", "EWC", ("elastic weight consolidation",))
    b.node("Method", "online-ewc", "Online EWC")
    b.node("Method", "prompt-ewc", "Prompt-EWC")
    b.node("Method", "fisher", "Fisher information")
    b.node("Method", "sgd", "SGD", ("stochastic gradient descent",))
    b.node("Method", "replay", "experience replay", ("ER", "rehearsal"))
    b.node("Method", "clear", "CLEAR")
    b.node("Method", "lora", "LoRA", ("low-rank adaptation",))
    b.node("Method", "o-lora", "O-LoRA")
    b.node("Method", "ogp", "OGP", ("orthogonal gradient projection",))
    b.node("Method", "selfcheck", "SelfCheckGPT")
    b.node("Dataset", "pmnist", "Permuted MNIST", ("pMNIST",))
    b.node("Dataset", "cifar-100", "CIFAR-100")
    b.node("Benchmark", "trace", "TRACE")
    b.node("Dataset", "wikibio", "WikiBio")
    b.node("Metric", "accuracy", "accuracy", ("average accuracy",))
    b.node("Metric", "auc", "AUC-PR")


def _ewc_family(b: Builder) -> None:
    ids = {"arxiv": "1612.00796", "doi": "10.1073/pnas.1611835114", "note": "methodkg summary"}
    p = b.paper(
        "ewc",
        "Overcoming catastrophic forgetting in neural networks",
        "We propose elastic weight consolidation (EWC) for continual learning. EWC mitigates catastrophic "
        "forgetting with the Fisher information. EWC outperforms SGD and reaches an accuracy of 94.5% on "
        "Permuted MNIST, up from 71.2%.",
        2016,
        kind="method",
        **ids,
    )
    m, cf = "method:ewc", "problem:catastrophic-forgetting"
    b.edge("INTRODUCES", p, m, p, "EWC")
    b.edge("TARGETS", p, cf, p, "catastrophic forgetting", confidence=0.8, stance="mitigates")
    b.edge("TARGETS", m, cf, p, "catastrophic forgetting", confidence=0.8, stance="mitigates")
    b.edge("TARGETS", m, cf, p, "mitigates catastrophic forgetting", confidence=0.95, stance="mitigates")
    b.edge("ABOUT", p, "task:continual-learning", p, "continual learning")
    b.edge("APPLIED_TO", m, "task:continual-learning", p, "continual learning")
    for start in (p, m):
        b.edge("USES", start, "method:fisher", p, "Fisher information")
        b.edge("COMPARED_WITH", start, "method:sgd", p, "SGD", outcome="outperforms")
        b.edge("EVALUATED_ON", start, "dataset:pmnist", p, "Permuted MNIST")
        b.edge("EVALUATED_BY", start, "metric:accuracy", p, "accuracy")
    more = _accuracy(94.5, 0.05, "Permuted MNIST", "EWC", subject="own", baseline="SGD", baseline_value=71.2)
    r = b.result("ewc", p, 94.5, "94.5%", baseline_score=71.2, gain=23.3, points=23.3, **more)
    b.edge("OF", r, m, p, "EWC outperforms")
    b.edge("ON", r, "dataset:pmnist", p, "Permuted MNIST")
    b.edge("MEASURES", r, "metric:accuracy", p, "accuracy")
    b.edge("AGAINST", r, "method:sgd", p, "SGD")
    p = b.paper(
        "online-ewc",
        "Online EWC for scalable continual learning",
        "Online EWC extends EWC to long task-incremental continual learning. "
        "It matches EWC on Permuted MNIST.",
        2018,
        kind="method",
    )
    m = "method:online-ewc"
    b.edge("INTRODUCES", p, m, p, "Online EWC")
    b.edge("ABOUT", p, "task:task-incremental", p, "task-incremental continual learning")
    for start in (p, m):
        b.edge("USES", start, "method:ewc", p, "extends EWC")
        b.edge("COMPARED_WITH", start, "method:ewc", p, "matches EWC", outcome="matches")
        b.edge("EVALUATED_ON", start, "dataset:pmnist", p, "Permuted MNIST")
    p = b.paper("prompt-ewc", "Prompt-EWC", "Prompt-EWC builds on Online EWC and LoRA.", 2023, kind="method")
    b.edge("INTRODUCES", p, "method:prompt-ewc", p, "Prompt-EWC")
    for start in (p, "method:prompt-ewc"):
        b.edge("USES", start, "method:online-ewc", p, "Online EWC")
        b.edge("USES", start, "method:lora", p, "LoRA")


def _replay(b: Builder) -> None:
    p = b.paper(
        "clear",
        "Experience replay for continual learning",
        "CLEAR uses experience replay against catastrophic forgetting. CLEAR reaches 71% accuracy on "
        "CIFAR-100 and 96% accuracy on Permuted MNIST. EWC is also compared. "
        "In our reruns, EWC gets 93.1% accuracy on Permuted MNIST.",
        2019,
        kind="method",
    )
    m, cf = "method:clear", "problem:catastrophic-forgetting"
    b.edge("INTRODUCES", p, m, p, "CLEAR")
    b.edge("ABOUT", p, "task:continual-learning", p, "continual learning")
    for start in (p, m):
        b.edge("TARGETS", start, cf, p, "catastrophic forgetting", confidence=0.7, stance="mitigates")
        b.edge("USES", start, "method:replay", p, "experience replay")
        b.edge("COMPARED_WITH", start, "method:ewc", p, "EWC", outcome="unknown")
        b.edge("EVALUATED_ON", start, "dataset:cifar-100", p, "CIFAR-100")
        b.edge("EVALUATED_ON", start, "dataset:pmnist", p, "Permuted MNIST")
    for key, value, on in (("clear-1", 71.0, "CIFAR-100"), ("clear-2", 96.0, "Permuted MNIST")):
        text = f"{value:g}%"
        r = b.result(key, p, value, text, **_accuracy(value, 0.5, on, "CLEAR", subject="own"))
        b.edge("OF", r, m, p, "CLEAR reaches")
        b.edge("ON", r, "dataset:cifar-100" if key == "clear-1" else "dataset:pmnist", p, on)
        b.edge("MEASURES", r, "metric:accuracy", p, "accuracy")
    more = _accuracy(93.1, 0.05, "Permuted MNIST", "EWC", subject="rival")
    r = b.result("clear-3", p, 93.1, "93.1%", **more)
    b.edge("OF", r, "method:ewc", p, "EWC gets")
    b.edge("ON", r, "dataset:pmnist", p, "In our reruns, EWC gets 93.1% accuracy on Permuted MNIST")
    b.edge("MEASURES", r, "metric:accuracy", p, "93.1% accuracy")
    p = b.paper(
        "rehearsal",
        "A simple rehearsal schedule reduces forgetting in language models",
        "Mixing old data by experience replay improves accuracy on TRACE by 3.1 points. It trails O-LoRA. "
        "Accuracy goes from 40.0% to 44.0%, a gain of 3.5 points.",
        None,
        kind="method",
    )
    b.edge("TARGETS", p, "problem:forgetting-lm", p, "forgetting in language models", stance="mitigates")
    b.edge("USES", p, "method:replay", p, "experience replay")
    b.edge("COMPARED_WITH", p, "method:o-lora", p, "O-LoRA", outcome="trails")
    b.edge("EVALUATED_ON", p, "benchmark:trace", p, "TRACE")
    gain: dict[str, Any] = {"unit": "points", "metric": "accuracy", "direction": "higher"}
    gain["unranked"] = "a gain, not a score"
    r = b.result("rehearsal", p, 3.1, "3.1 points", "improvement", gain=3.1, points=3.1, **gain)
    b.edge("ON", r, "benchmark:trace", p, "TRACE")
    conflict = "states a gain of 3.5 points, but 44 - 40 = 4"
    b.result(
        "rehearsal-2", p, 3.5, "3.5 points", "improvement", gain=3.5, points=3.5, conflict=conflict, **gain
    )


def _language_models(b: Builder) -> None:
    cf = "problem:catastrophic-forgetting"
    p = b.paper(
        "forgetting-study",
        "An empirical study of catastrophic forgetting in large language models",
        "We measure catastrophic forgetting and loss of plasticity during continual learning.",
        2023,
        kind="analysis",
    )
    b.edge("TARGETS", p, cf, p, "catastrophic forgetting", stance="studies")
    b.edge("TARGETS", p, "problem:plasticity", p, "loss of plasticity", stance="studies")
    b.edge("ABOUT", p, "task:continual-learning", p, "continual learning")
    p = b.paper(
        "plasticity",
        "Loss of plasticity revisited",
        "We study loss of plasticity under SGD.",
        2024,
        kind="analysis",
    )
    b.edge("TARGETS", p, "problem:plasticity", p, "loss of plasticity", confidence=0.6, stance="studies")
    b.edge("USES", p, "method:sgd", p, "SGD")
    p = b.paper(
        "trace",
        "TRACE: a benchmark for continual learning in LLMs",
        "TRACE exposes catastrophic forgetting. LoRA reaches 47.5% accuracy on TRACE.",
        2023,
        kind="resource",
    )
    b.edge("INTRODUCES", p, "benchmark:trace", p, "TRACE")
    b.edge("EVALUATED_ON", p, "benchmark:trace", p, "TRACE")
    b.edge("TARGETS", p, cf, p, "catastrophic forgetting", stance="studies")
    b.edge("ABOUT", p, "task:continual-learning", p, "continual learning")
    b.edge("USES", p, "method:lora", p, "LoRA")
    r = b.result("trace", p, 47.5, "47.5%", **_accuracy(47.5, 0.05, "TRACE", "LoRA"))
    b.edge("OF", r, "method:lora", p, "LoRA")
    b.edge("ON", r, "benchmark:trace", p, "on TRACE")
    b.edge("MEASURES", r, "metric:accuracy", p, "accuracy")
    p = b.paper(
        "o-lora",
        "O-LoRA: orthogonal subspaces for continual learning",
        "O-LoRA extends LoRA. Its component OGP, orthogonal gradient projection, avoids catastrophic "
        "forgetting. O-LoRA uses experience replay on TRACE.",
        2023,
        kind="method",
    )
    b.edge("INTRODUCES", p, "method:o-lora", p, "O-LoRA")
    b.edge("INTRODUCES", p, "method:ogp", p, "OGP")
    b.edge("ABOUT", p, "task:continual-learning", p, "continual learning")
    for start in (p, "method:o-lora", "method:ogp"):
        b.edge("TARGETS", start, cf, p, "catastrophic forgetting", confidence=0.85, stance="mitigates")
    for start in (p, "method:o-lora"):
        b.edge("USES", start, "method:lora", p, "LoRA")
        b.edge("USES", start, "method:replay", p, "experience replay")
        b.edge("EVALUATED_ON", start, "benchmark:trace", p, "TRACE")


def _elsewhere(b: Builder) -> None:
    p = b.paper(
        "selfcheck",
        "SelfCheckGPT: zero-resource hallucination detection",
        "SelfCheckGPT detects hallucination in question answering. It reaches 67.0 AUC-PR on WikiBio.",
        2023,
        kind="method",
    )
    b.edge("INTRODUCES", p, "method:selfcheck", p, "SelfCheckGPT")
    b.edge("ABOUT", p, "task:qa", p, "question answering")
    b.edge("APPLIED_TO", "method:selfcheck", "task:qa", p, "question answering")
    for start in (p, "method:selfcheck"):
        b.edge("TARGETS", start, "problem:hallucination", p, "hallucination", stance="mitigates")
        b.edge("EVALUATED_ON", start, "dataset:wikibio", p, "WikiBio")
        b.edge("EVALUATED_BY", start, "metric:auc", p, "AUC-PR")
    r = b.result("selfcheck", p, 67.0, "67.0", metric="AUC-PR", measured_on="WikiBio", **scored(67.0, 0.05))
    b.edge("ON", r, "dataset:wikibio", p, "WikiBio")
    b.edge("MEASURES", r, "metric:auc", p, "AUC-PR")
    b.paper("silent", "A note without claims", "", None)
