"""What every store must answer alike: made-up graphs with hostile names, and arguments for every query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from kg.graph import GraphData
from kg.queries import Param, Query, load_queries
from tests.graphs import Builder
from tests.make import ordered

HOSTILE = (
    'say "hi"',
    "it's",
    "back\\slash \\u0041 \\",
    '""" }} } LIMIT 0 #',
    "'}) MATCH (n) DETACH DELETE n //",
    "} UNION { ?s ?p ?o",
    "<http://example.org/> ; DROP ALL",
    "$limit $method ${paper} %s {0}",
    "two\nlines\r\tand a tab",
    "\x00\x07\x7f",
    "\U0001f600 \U0001f9d1\u200d\U0001f52c",
    "e\u0301tude",
    "\u00e9tude",
    "\u202eright to left\u202c \u05e2\u05d1\u05e8\u05d9\u05ea",
    "x" * 3000,
    " spaces  around ",
    "# not a comment",
    "\u4e00\u81f4 \u03b1\u03b2\u03b3",
    "plain name",
)
MANY = 100  # names in one question
CONFIDENCES = (0.0, 0.1234, 0.5, 0.9, 0.9001, 0.95, 1.0)
OPTIONAL: dict[str, tuple[object, ...]] = {
    "float": (0.0, 6.7, 7.0),
    "str": ("test", "it's", "in no graph"),
}
VALUES = (0.0, -3.5, 0.1 + 0.2, 94.5, 1e-7, 3.8e25, 71.2)


class _Made(Builder):
    """A graph whose quotes are found by number: the title is "0", then come the abstract's sentences."""

    def __init__(self, random: Random, names: Sequence[str]) -> None:
        super().__init__()
        self.random = random
        self.names = names
        self.places: dict[str, list[tuple[str, int, int]]] = {}
        self.known: dict[str, list[str]] = {}
        self.open: set[str] = set()  # problems that are only studied, and stand alone

    def _quote(self, paper: str, mention: str) -> tuple[str, int, int, int]:
        field, first, last = self.places[paper][int(mention)]
        return field, first, last, first

    def things(self, label: str, count: int) -> None:
        """Add nodes; names are unique within a label, ids sort in another order."""
        for i in range(count):
            name = self.names[i % len(self.names)] + ("" if i < len(self.names) else f" {i}")
            aliases = tuple(sorted({f"{name} too", "\u00e4lias"})) if self.random.random() < 0.3 else ()
            node = self.node(label, f"{self.random.randrange(4096):03x}-{i}", name, aliases)
            self.known.setdefault(label, []).append(node)
            if label == "Problem" and i % 5 == 1:
                self.open.add(node)

    def one(self, *labels: str) -> str:
        """Return a node; the first are met far more often."""
        known = self.known[self.random.choice(labels)]
        return known[int(len(known) * self.random.random() ** 3)]

    def terms(self, label: str) -> None:
        """Make narrower terms: chains of more than three steps, now and then with two broader terms."""
        known = [node for node in self.known[label] if node not in self.open]
        for i in range(1, len(known)):
            for _ in range(self.random.choice((0, 1, 1, 2))):
                self.broader(known[i], known[self.random.randrange(max(0, i - 3), i)])

    def write_paper(self, i: int) -> str:
        """Add a paper with a title and up to four sentences."""
        random = self.random
        title = f"{random.choice(self.names)} {i}"
        sentences = [f"{random.choice(self.names)} {n}." for n in range(random.randrange(1, 5))]
        more = {"note": "methodkg summary"} if random.random() < 0.3 else {}
        if random.random() < 0.7:
            more["kind"] = random.choice(("method", "survey"))
        year = random.choice((None, 1999, 2022, 2023, 2024))
        if year is not None and random.random() < 0.5:
            more["date"] = f"{year}-{random.randrange(10, 13)}-{random.randrange(10, 29)}"
        paper = self.paper(f"{random.randrange(4096):03x}-{i}", title, " ".join(sentences), year, **more)
        places = [("title", 0, len(title))]
        at = 0
        for sentence in sentences:
            places.append(("abstract", at, at + len(sentence)))
            at += len(sentence) + 1
        self.places[paper] = places
        return paper

    def say(self, edge_type: str, starts: Sequence[str], end: str, paper: str, **more: object) -> None:
        """Add an edge from each of `starts`, each quoting one or two sentences of its own."""
        for start in starts:
            if start == end:
                continue
            for _ in range(self.random.choice((1, 1, 2))):
                at = str(self.random.randrange(len(self.places[paper])))
                confidence = self.random.choice(CONFIDENCES)
                self.edge(edge_type, start, end, paper, at, confidence=confidence, **more)

    def claims(self, paper: str) -> None:
        """Add what a paper claims: of itself and, as far as it introduces any, of its methods."""
        random = self.random
        introduced = [self.one("Method") for _ in range(random.choice((0, 1, 1, 2)))]
        for end in introduced:
            self.say("INTRODUCES", [paper], end, paper)
        if random.random() < 0.3:
            self.say("INTRODUCES", [paper], self.one("Dataset", "Benchmark", "Metric"), paper)
        both = [paper, *dict.fromkeys(introduced)]
        for _ in range(random.randrange(3)):
            problem = self.one("Problem")
            stance = "studies" if problem in self.open else random.choice(STANCES)
            self.say("TARGETS", both, problem, paper, stance=stance)
            self.say("USES", both, self.one("Method"), paper)
            outcome = random.choice(("outperforms", "matches", "trails", "unknown"))
            self.say("COMPARED_WITH", both, self.one("Method"), paper, outcome=outcome)
            self.say("EVALUATED_ON", both, self.one("Dataset", "Benchmark"), paper)
        for _ in range(random.randrange(3)):
            task = self.one("Task")
            self.say("ABOUT", [paper], task, paper)
            self.say("APPLIED_TO", both[1:], task, paper)
            self.say("EVALUATED_BY", both, self.one("Metric"), paper)
        for i in range(random.randrange(3)):
            self.number(paper, i)

    def number(self, paper: str, i: int) -> None:
        """Add a claimed number; it has at most one method, metric, place and baseline."""
        random = self.random
        more: dict[str, object] = {}
        said = (("unit", "%"), ("metric", "as\nwritten"), ("method", "it"), ("baseline", "SGD"))
        more |= {key: text for key, text in said if random.random() < 0.5}
        if random.random() < 0.5:
            more |= {"measured_on": "our data", "baseline_value": random.choice(VALUES)}
        value = random.choice(VALUES)
        kind = random.choice(("absolute", "absolute", "improvement", "reduction", "ratio"))
        key = f"{paper.partition(':')[2]}-{i}"
        more |= {"value": value, "value_text": f"{value}", "kind": kind} | self.meaning(value)
        more |= ordered(more)
        node = self.node("Result", key, f"{value}", (), **more)
        self.say("REPORTS", [paper], node, paper)
        for edge_type, labels in SLOTS.items():
            if random.random() < 0.7:
                self.say(edge_type, [node], self.one(*labels), paper)

    def meaning(self, value: float) -> dict[str, object]:
        """Return what is found out about a number; each of it may be missing."""
        random = self.random
        said: dict[str, Sequence[object]] = {
            "direction": ("higher", "higher", "lower"),
            "score": (value, value, -value, 100 * value),
            "precision": (0.0, 0.05, 0.5),
            "baseline_score": (71.2, 0.1 + 0.2, 3.8e25),
            "gain": (-3.5, 0.0, 6.7, 6.7000000000000002, 1e-7),
            "points": (-3.5, 0.0, 6.7),
            "relative_gain": (-3.5, 0.0, 8.3),
            "confidence": CONFIDENCES,
            "hedge": ("up to", "about, on average"),
            "split": ("test", "few-shot, test", "it's"),
            "condition": ("with XY-50", 'at 5"; "$n=2$"'),
            "subject": ("own", "rival"),
            "trust": (0.1234, 0.9, 0.90001),
        }
        rare = {
            "unranked": ("names no metric", "a range, not one score"),
            "conflict": ("states a gain of 3, but 5 - 1 = 4",),
        }
        share = (
            dict.fromkeys(said, 0.8)
            | {"confidence": 1.0}
            | dict.fromkeys(rare, 0.15)
            | {"hedge": 0.2, "split": 0.4, "condition": 0.3}
        )
        return {
            name: random.choice(of) for name, of in (said | rare).items() if random.random() < share[name]
        }


STANCES = ("mitigates", "studies")
SLOTS = {
    "OF": ("Method",),
    "ON": ("Dataset", "Benchmark", "Task"),
    "MEASURES": ("Metric",),
    "AGAINST": ("Method",),
}


def made(random: Random, papers: int, names: Sequence[str] = HOSTILE) -> GraphData:
    """Return a made-up graph of `papers` papers about things called `names`, of the shape of a built one."""
    b = _Made(random, names)
    size = max(3, papers // 3)
    shares = {"Method": 2.0, "Problem": 1.0, "Task": 0.5, "Dataset": 0.4, "Benchmark": 0.3, "Metric": 0.2}
    for label, share in shares.items():
        b.things(label, max(3, int(size * share)))
    for label in ("Method", "Problem", "Task"):
        b.terms(label)
    for i in range(papers):
        b.claims(b.write_paper(i))
    return b.data()


def cases(data: GraphData, most: int = 1000) -> Iterator[tuple[Query, dict[str, object]]]:
    """Yield every query with many arguments, as the engines take them: names and ids as lists.

    Args:
        data: the graph.
        most: most names of a parameter that are tried one by one.
    """
    for query in load_queries().values():
        names = {p.name: _names(data, p) for p in query.params if p.labels}
        values = {p.name: [*_values(data, p, names, most)] for p in query.params}
        base = {p.name: values[p.name][0] for p in query.params}
        words = [p.name for p in query.params if p.choices]
        first = next(iter(values))
        for value in values[first]:
            for chosen in product(*(values[name] for name in words)):
                yield query, base | {first: value} | dict(zip(words, chosen, strict=True))
        # Everything is asked for at once, so that there are many rows to choose from and to put in order.
        every = base | {name: known[:MANY] for name, known in names.items() if query.param(name).required}
        every |= {name: "any" for name in words if "any" in query.param(name).choices}
        for name in values:
            for value in values[name]:
                yield query, every | {name: value}


def _names(data: GraphData, param: Param) -> list[str]:
    column = "id" if param.by_id else "name"
    rows = (row for label in param.labels for row in data.nodes[label].to_pylist())
    return sorted({row[column] for row in rows})


def _values(data: GraphData, param: Param, names: dict[str, list[str]], most: int) -> Iterator[object]:
    """Yield values of a parameter, the default first."""
    if param.labels:
        known = names[param.name]
        if not param.required:
            yield []
        step = max(1, len(known) // most)
        yield from ([name] for name in known[::step])
        yield known[:2]
        yield [*known[-3:], "in no graph"]
        return
    if param.listed:
        yield []
        yield from ([value] for value in OPTIONAL[param.type])
        return
    if param.default is not None:
        yield param.default
    if param.choices:
        yield from (choice for choice in param.choices if choice != param.default)
    elif param.type == "int":
        yield from (0, 1, 2, 3)
    elif param.type in ("float", "share"):
        yield from (0.1234, 0.9, 0.90001, 1.0)
    else:
        assert param.type == "str"
        ids = sorted(row["id"] for row in data.iter_edges())
        yield from ids[:: max(1, len(ids) // most)]
        yield "in no graph"
