"""A paper as a spaCy Doc: title, blank line, abstract; and back from Doc offsets to field offsets.

A Doc made from plain text (anybody's `nlp("...")`) has no title: its `kg_title_end` is 0 and every
offset counts as an offset into the abstract.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from kg.model import Evidence, Field, Label, Mention, PaperFacts

SPANS_KEY = "kg"
_GAP = "\n\n"

for _name, _default in (
    ("kg_title_end", 0),
    ("kg_abbreviations", None),
    ("kg_numbers", None),
    ("kg_facts", None),
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


def in_title(span: Span) -> bool:
    """Whether a span lies in the title."""
    return bool(span.end_char <= span.doc._.kg_title_end)


def evidence(span: Span) -> Evidence:
    """Return the sentence (or title) around a span as its quote."""
    sentence = span.sent
    quote_end = sentence.end_char - len(sentence.text) + len(sentence.text.rstrip())
    field, start, end = locate(span.doc, span.start_char, span.end_char)
    _, quote_start, quote_end = locate(span.doc, sentence.start_char, quote_end)
    return Evidence(field, quote_start, quote_end, start, end)


def mention(span: Span, label: Label, score: float, rule: str) -> Mention:
    """Return a span as a mention with field offsets."""
    field, start, end = locate(span.doc, span.start_char, span.end_char)
    return Mention(field, start, end, span.text, label, round(score, 4), rule)


def spans_of(doc: Doc) -> list[tuple[Span, float, str]]:
    """Return the mention spans with score and rule, in text order."""
    if SPANS_KEY not in doc.spans:
        return []
    group = doc.spans[SPANS_KEY]
    return list(zip(group, group.attrs["scores"], group.attrs["rules"], strict=True))


def set_spans(doc: Doc, found: list[tuple[Span, float, str]]) -> None:
    """Store mention spans (they may overlap); scores and rules stand in the group's attrs, as in spancat."""
    ordered = sorted(found, key=lambda item: (item[0].start, item[0].end, item[0].label_))
    doc.spans[SPANS_KEY] = SpanGroup(
        doc,
        name=SPANS_KEY,
        spans=[span for span, _, _ in ordered],
        attrs={"scores": [s for _, s, _ in ordered], "rules": [r for _, _, r in ordered]},
    )


def facts_of(doc: Doc) -> PaperFacts:
    """Return the facts that `kg_claims` left on a Doc."""
    facts = doc._.kg_facts
    if not isinstance(facts, PaperFacts):
        raise ValueError(
            "[kg_claims] the pipeline has not run this component; add it: nlp.add_pipe('kg_claims')"
        )
    return facts
