"""Quotes around many spans of one Doc: as `doc.evidence`, with text and sentences read once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from spacy.tokens import Doc, Span

from extractors.tokens import tokens_of
from extractors.unlatex import balanced
from kg.model import Evidence, Field, Label, Mention

_GAP = 2


class Quotes:
    """The text, title and sentences of one Doc.

    Attributes:
        doc: the Doc.
        tokens: its tokens.
        text: its text.
        title_end: where the title ends in `text`, 0 if there is none.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.tokens = tokens = tokens_of(doc)
        self.text = tokens.text
        self.title_end: int = doc._.kg_title_end
        starts = [start for start, opens in zip(tokens.starts, tokens.opens, strict=True) if opens]
        after = self.title_end + _GAP
        if self.title_end and not any(self.title_end <= start <= after for start in starts):
            # Another component's sentence, or none at all, runs on from the title: no quote may.
            at = bisect_right(starts, after)
            if self.text[after : starts[at] if at < len(starts) else None].strip():
                starts.insert(at, after)
        self._starts = starts
        self._ends = [*starts[1:], len(self.text)] if starts else []

    def field(self, field: Field) -> str:
        """Return the text that offsets of a field point into."""
        if field == "title":
            return self.text[: self.title_end]
        return self.text[self.title_end + _GAP :] if self.title_end else self.text

    def sentence(self, start: int) -> tuple[int, int]:
        """Return the bounds in `text` of the sentence (or title) around a character, without white ends."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        low, high = self._starts[number], self._ends[number]
        sentence = self.text[low:high]
        return low + len(sentence) - len(sentence.lstrip()), low + len(sentence.rstrip())

    def torn(self, span: Span) -> bool:
        """Whether a span runs from title to abstract, so that neither field holds it."""
        return bool(span.start_char < self.title_end + _GAP and span.end_char > self.title_end > 0)

    def locate(self, start: int, end: int) -> tuple[Field, int, int]:
        """Turn Doc character offsets into (field, start, end)."""
        if self.title_end and end <= self.title_end:
            return "title", start, end
        offset = self.title_end + _GAP if self.title_end else 0
        return "abstract", start - offset, end - offset

    def evidence(self, spans: Iterable[Span]) -> tuple[Evidence, ...]:
        """Return one quote for every sentence that holds a span, with the first span in it, in text order."""
        quotes: dict[int, Evidence] = {}
        for span in sorted(spans, key=lambda s: (s.start, -s.end)):
            begin, stop = span.start_char, span.end_char
            low, high = self.sentence(begin)
            if low in quotes or stop > high:
                continue
            field, start, end = self.locate(begin, stop)
            _, quote_start, quote_end = self.locate(low, high)
            quotes[low] = Evidence(field, quote_start, quote_end, start, end)
        return tuple(quotes.values())

    def mention(self, span: Span, label: Label, score: float, rule: str) -> Mention:
        """Return a span as a mention with field offsets."""
        begin, stop = balanced(self.text, span.start_char, span.end_char)
        field, start, end = self.locate(begin, stop)
        return Mention(field, start, end, self.text[begin:stop], label, round(score, 4), rule)
