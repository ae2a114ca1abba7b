"""A paper as a spaCy Doc: title, blank line, abstract; and back from Doc offsets to field offsets.

A Doc made from plain text (anybody's `nlp("...")`) has no title: its `kg_title_end` is 0 and every
offset counts as an offset into the abstract.

What the components leave on a Doc is plain lists and dicts, so that `doc.to_bytes()`, `DocBin` and
`nlp.pipe` with several processes carry it; `abbreviations_of`, `numbers_of` and `facts_of` give the typed
things back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from kg.model import Field, PaperFacts, ResultKind

SPANS_KEY = "kg"
Category = Literal["result", "scale", "none"]
_GAP = "\n\n"

for _name, _default in (
    ("kg_title_end", 0),
    ("kg_abbreviations", None),
    ("kg_numbers", None),
    ("kg_facts", None),
    ("kg_model", None),  # folder of the model whose vectors are in `doc.tensor`; None without
):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An acronym and its long form, as token ranges `[start, end)` of the Doc."""

    short_start: int
    short_end: int
    long_start: int
    long_end: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a Doc.

    Attributes:
        span_start, span_end: the tokens it touches, half-open (a token may hold more than the number).
        start, end: its character offsets in the Doc.
        value: in its unit; of a range, the end farther from zero.
        unit: canonical unit or None.
        value_text: the slice itself.
        category: "result" (a claimed outcome), "scale" (another quantity worth keeping) or "none".
        kind: of a result: score reached, gain, saving or ratio.
        score: confidence in the category, in [0, 1].
        rule: shape and unit class that were read.
        baseline_value, baseline_start, baseline_end: the other end of "from X to Y", in Doc characters.
    """

    span_start: int
    span_end: int
    start: int
    end: int
    value: float
    unit: str | None
    value_text: str
    category: Category
    kind: ResultKind
    score: float
    rule: str
    baseline_value: float | None = None
    baseline_start: int | None = None
    baseline_end: int | None = None

    @property
    def label(self) -> Literal["Number", "Scale"]:
        """The label it has among the mentions."""
        return "Number" if self.category == "result" else "Scale"


_ABBREVIATIONS: Final = TypeAdapter(list[Abbreviation])
_NUMBERS: Final = TypeAdapter(list[Quantity])
_FACTS: Final = TypeAdapter(PaperFacts)


def make_doc(nlp: Language, title: str, abstract: str) -> Doc:
    """Tokenise a paper; run the result through `nlp(doc)` or `nlp.pipe([doc, ...])`."""
    doc = nlp.make_doc(title + _GAP + abstract if title else abstract)
    doc._.kg_title_end = len(title)
    return doc


def locate(doc: Doc, start_char: int, end_char: int) -> tuple[Field, int, int]:
    """Turn Doc character offsets into (field, start, end)."""
    title_end: int = doc._.kg_title_end
    if end_char <= title_end:
        return "title", start_char, end_char
    offset = title_end + len(_GAP) if title_end else 0
    if start_char < offset:
        raise ValueError(f"the span {start_char}:{end_char} crosses from title to abstract")
    return "abstract", start_char - offset, end_char - offset


def spans_of(doc: Doc) -> list[tuple[Span, float, str]]:
    """Return the mention spans with score and rule, in text order.

    Spans of another component have the `attrs["scores"]` that it gave them (spancat does), else score 1.
    """
    if SPANS_KEY not in doc.spans:
        return []
    group = doc.spans[SPANS_KEY]
    spans = list(group)
    scores, rules = group.attrs.get("scores", ()), group.attrs.get("rules", ())
    if len(scores) == len(rules) == len(spans):
        return list(zip(spans, scores, rules, strict=True))
    known = (
        [min(max(float(s), 0.0), 1.0) for s in scores] if len(scores) == len(spans) else [1.0] * len(spans)
    )
    plain = [(span, score, "span") for span, score in zip(spans, known, strict=True)]
    return sorted(plain, key=lambda item: (item[0].start, item[0].end, item[0].label_))


def set_spans(doc: Doc, found: list[tuple[Span, float, str]]) -> None:
    """Store mention spans (they may overlap); scores and rules stand in the group's attrs, as in spancat."""
    ordered = sorted(found, key=lambda item: (item[0].start, item[0].end, item[0].label_))
    doc.spans[SPANS_KEY] = SpanGroup(
        doc,
        name=SPANS_KEY,
        spans=[span for span, _, _ in ordered],
        attrs={"scores": [s for _, s, _ in ordered], "rules": [r for _, _, r in ordered]},
    )


def set_abbreviations(doc: Doc, found: Sequence[Abbreviation]) -> None:
    """Leave abbreviations on a Doc."""
    doc._.kg_abbreviations = _ABBREVIATIONS.dump_python(list(found), mode="json")


def set_numbers(doc: Doc, found: Sequence[Quantity]) -> None:
    """Leave numbers on a Doc."""
    doc._.kg_numbers = _NUMBERS.dump_python(list(found), mode="json")


def set_facts(doc: Doc, facts: PaperFacts) -> None:
    """Leave facts on a Doc."""
    doc._.kg_facts = _FACTS.dump_python(facts, mode="json")


def abbreviations_of(doc: Doc) -> list[Abbreviation]:
    """Return the abbreviations that `kg_abbreviations` left on a Doc."""
    return _ABBREVIATIONS.validate_python(_left(doc._.kg_abbreviations, "kg_abbreviations"))


def numbers_of(doc: Doc) -> list[Quantity]:
    """Return the numbers that `kg_numbers` left on a Doc."""
    return _NUMBERS.validate_python(_left(doc._.kg_numbers, "kg_numbers"))


def facts_of(doc: Doc) -> PaperFacts:
    """Return the facts that `kg_claims` left on a Doc."""
    return _FACTS.validate_python(_left(doc._.kg_facts, "kg_claims"))


def _left(value: Any, component: str) -> Any:  # noqa: ANN401 - spaCy's extensions have no type
    if value is None:
        raise ValueError(
            f"[{component}] the pipeline has not run this component; add it: nlp.add_pipe({component!r})"
        )
    return value
