"""What is said and who says it: papers, mentions, claims, claimed numbers.

All offsets are half-open code point ranges `[start, end)` into one field of one paper, its cleaned
`title` or `abstract`, or the rows that leaderboards have of it (`table`); a name's text is always the slice
its offsets give. The classes know no store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

Field = Literal["title", "abstract", "table"]
Role = Literal["introduces", "targets", "tasks", "uses", "compares", "datasets", "benchmarks", "metrics"]
Stance = Literal["mitigates", "studies"]
Outcome = Literal["outperforms", "matches", "trails", "unknown"]
Subject = Literal["own", "rival"]
ResultKind = Literal["absolute", "improvement", "reduction", "ratio"]
PaperKind = Literal["method", "resource", "survey", "analysis", "theory", "system", "position"]
# What a mention is. `Tool` becomes a Method node of kind tool; `Number` and `Scale` are quantities.
Label = Literal["Method", "Tool", "Problem", "Task", "Dataset", "Benchmark", "Metric", "Number", "Scale"]

# The extractor of facts that are empty because it failed on the text.
FAILED = "failed"
# What the paper itself says, which is what an extractor and an annotator read.
FIELDS: tuple[Field, ...] = ("title", "abstract")
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a record of a paper was read.

    Attributes:
        uri: file name or query, as the user gave it (a path is reduced to its last part, so that the
            graph does not depend on the machine).
        locator: place in it: line, record number or key.
        reader: name of the reader.
        note: what must be said when the text is shown, such as "methodkg summary".
    """

    uri: str
    locator: str
    reader: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as the graph knows it: one title, one abstract, every source it was met in.

    Attributes:
        id: `paper:slug-hash`; empty in a record that has not been given its identity yet.
        title: cleaned title.
        abstract: cleaned abstract, possibly empty.
        year: year of publication, None where the source does not say.
        date: ISO date (YYYY-MM-DD), None unless complete.
        date_text: the date as the source writes it.
        arxiv: arXiv id without version ("2406.01234", "cs/0112017").
        doi: DOI in lower case, without "https://doi.org/".
        acl: ACL Anthology id.
        sources: where it was read, sorted.
        table: what leaderboards say of it (`kg.table`), one row a line, sorted.
    """

    title: str
    abstract: str
    id: str = ""
    year: int | None = None
    date: str | None = None
    date_text: str | None = None
    arxiv: str | None = None
    doi: str | None = None
    acl: str | None = None
    sources: tuple[Source, ...] = ()
    table: str = ""

    def text(self, field: Field) -> str:
        """Return the text that offsets of `field` point into."""
        text: str = getattr(self, field)
        return text

    @property
    def text_hash(self) -> str:
        """Content hash of title and abstract: facts are keyed by it, so equal texts are read once."""
        return hashlib.sha256(f"{self.title}\x00{self.abstract}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A stretch of text that names something.

    Attributes:
        field, start, end: where, half-open.
        text: the slice itself.
        label: what it is.
        score: confidence in [0, 1].
        rule: name of the rule or model that found it.
    """

    field: Field
    start: int
    end: int
    text: str
    label: Label
    score: float
    rule: str


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One supporting quote: the sentence (or title), and inside it the thing itself.

    Attributes:
        confidence: in [0, 1], that this sentence says what the claim says, if the claim is right.
    """

    field: Field
    quote_start: int
    quote_end: int
    mention_start: int
    mention_end: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing in one role for one paper, after `eval/GUIDE.md`, with every sentence that says so.

    Attributes:
        role: the key it has in the guide's format.
        name: the mention whose text is the name (the form used most).
        label: type of the thing (`Method`, `Tool`, `Problem`, ...).
        aliases: mentions with other forms of the name (long form, acronym).
        evidence: supporting quotes, in text order, at least one.
        stance: for `targets`.
        outcome: for `compares`: how the paper's own work fares against it.
        confidence: in [0, 1].
        rule: what decided.
    """

    role: Role
    name: Mention
    label: Label
    aliases: tuple[Mention, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    rule: str
    stance: Stance | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A claimed number.

    Attributes:
        value: the number in its unit ("87.2%" is 87.2 with unit "%"; "twice" is 2 with unit "x").
        value_text: the number as written, with its unit; `evidence` gives its offsets.
        unit: "%", "points", "x", a metric's own unit such as "BLEU", or None.
        kind: score reached, gain, saving or ratio.
        metric, on, method, baseline: the mentions that the text links to it, else None.
        baseline_value, baseline_start, baseline_end: the other end of "from X to Y" and its offsets
            in the field of the evidence.
        evidence: the sentence and the number's own offsets.
        hedge: how its sentence qualifies it ("up to", "about", "on average"), in one of a few forms.
        split: the part or setting that its sentence says it was measured in ("test", "zero-shot").
        condition: how it was reached, in the words of the text ("with ResNet-50"), several joined by "; ".
        subject: whose number it is, None where the text does not say.
        trust: the share of such scores that careful readers found right as a whole; None for what is no
            linked score, and where it was not measured.
    """

    value: float
    value_text: str
    unit: str | None
    kind: ResultKind
    evidence: Evidence
    confidence: float
    rule: str
    metric: Mention | None = None
    on: Mention | None = None
    method: Mention | None = None
    baseline: Mention | None = None
    baseline_value: float | None = None
    baseline_start: int | None = None
    baseline_end: int | None = None
    hedge: str | None = None
    split: str | None = None
    condition: str | None = None
    subject: Subject | None = None
    trust: float | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Another quantity worth keeping: a dataset's size, a parameter count, a cost."""

    value_text: str
    of: str | None
    evidence: Evidence
    rule: str


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """Everything extracted from one text (see `Paper.text_hash`)."""

    text_hash: str
    kind: PaperKind
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...]
    results: tuple[Result, ...]
    scale: tuple[Scale, ...]
    extractor: str
    version: str
