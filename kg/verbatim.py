"""Facts from words that stand in a paper: somebody types a name or a number, the text gives the offsets."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kg.model import FIELDS, Evidence, Label, Mention, Paper

if TYPE_CHECKING:
    from spacy.language import Language

    from extractors.doc import Quantity


@cache
def _pipeline() -> Language:
    # Imported here: it takes a second. Rules read sentences and numbers, whatever model reads the rest.
    import spacy

    nlp = spacy.blank("en")
    for name in ("kg_sentences", "kg_numbers"):
        nlp.add_pipe(name)
    return nlp


class Verbatim:
    """The text of one paper, to find names and numbers in.

    Args:
        paper: the paper.
        rule: the rule that the mentions are given.
    """

    def __init__(self, paper: Paper, rule: str) -> None:
        from extractors.doc import make_doc, numbers_of
        from extractors.quotes import Quotes

        self.paper = paper
        self._rule = rule
        doc = _pipeline()(make_doc(_pipeline(), paper.title, paper.abstract))
        self._quotes = Quotes(doc)
        self._numbers = {self._quotes.locate(n.start, n.end): n for n in numbers_of(doc)}

    def places(self, name: str) -> list[Evidence]:
        """Return the sentences that hold a name, the abstract's before the title; each has its first place.

        Places where the name is part of a longer word count only if there are no others.
        """
        exact = re.escape(name)
        return self._find(rf"(?<!\w){exact}(?!\w)") or self._find(exact)

    def number_places(self, text: str) -> list[Evidence]:
        """Return the sentences that hold a number as written, and not as part of a longer one."""
        found = self._find(rf"(?<!\w)(?<!\d[.,]){re.escape(text)}(?!\w|[.,]\d)")
        return [place for place in found if self._is_number(text, place)]

    def _find(self, pattern: str) -> list[Evidence]:
        found: dict[tuple[str, int], Evidence] = {}
        title = len(self.paper.title)
        for field in reversed(FIELDS):
            # The Doc is title, blank line, abstract; without a title the abstract alone.
            shift = title + 2 if title and field == "abstract" else 0
            for match in re.finditer(pattern, self.paper.text(field)):
                low, high = (at - shift for at in self._quotes.sentence(match.start() + shift))
                # A name may run over what was taken for the end of a sentence.
                high = max(high, match.end())
                found.setdefault((field, low), Evidence(field, low, high, *match.span()))
        return list(found.values())

    def missing(self, name: str) -> str:
        """Say in one line that a name is not in the text, and how it may be written there."""
        for field in FIELDS:
            if near := re.search(re.escape(name), self.paper.text(field), re.IGNORECASE):
                return f"{name!r} is not in the title or abstract, which write {near[0]!r}; copy it verbatim"
        return f"{name!r} is not in the title or abstract; copy a name verbatim"

    def quote(self, place: Evidence) -> str:
        """Return the sentence."""
        return self.paper.text(place.field)[place.quote_start : place.quote_end]

    def mention(self, place: Evidence, label: Label) -> Mention:
        """Return what a place names."""
        text = self.paper.text(place.field)[place.mention_start : place.mention_end]
        return Mention(place.field, place.mention_start, place.mention_end, text, label, 1.0, self._rule)

    def parse(self, text: str, place: Evidence) -> tuple[float, str | None]:
        """Return value and unit of a number in its sentence.

        Raises:
            ValueError: if it is no number.
        """
        from extractors.quantities import parse_quantity

        return parse_quantity(text, self.quote(place))

    def _is_number(self, text: str, place: Evidence) -> bool:
        try:
            self.parse(text, place)
        except ValueError:
            return False
        return True

    def number(self, place: Evidence) -> Quantity | None:
        """Return what the extractor reads at a place; None where it sees no number or another one."""
        return self._numbers.get((place.field, place.mention_start, place.mention_end))

    def baseline(self, place: Evidence) -> tuple[float, int, int] | None:
        """Return value and offsets of the other end of "from X to Y", None where the field has none."""
        number = self.number(place)
        if number is None or number.baseline_start is None or number.baseline_end is None:
            return None
        field, start, end = self._quotes.locate(number.baseline_start, number.baseline_end)
        if number.baseline_value is None or field != place.field:
            return None
        return number.baseline_value, start, end
