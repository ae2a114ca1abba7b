"""The stage for linking: sentences with claimed numbers, and what the rest of the paper offers them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span

from extractors.lexicon import sections
from extractors.lists import parallel
from extractors.numbers import Quantity, sentence_bounds
from extractors.phrases import Phrase
from extractors.result_slots import Candidate, Scene, candidates, find_phrases, nature
from extractors.tokens import Tokens, tokens_of
from extractors.units import metric_units
from extractors.unlatex import plain
from kg.model import Claim

# A count belongs to the phrase it stands in ("three tasks"); other numbers end a phrase.
_BACK = 4
# "on the 11" before "benchmarks".
_LEAD = re.compile(
    r"\b(?P<word>[A-Za-z]+)\s+(?:(?:an?|the|our|its|all|both|these|more than|over)\s+)*"
    r"(?:(?P<count>\d[\d,]*)\s+)?\Z"
)


@dataclass(slots=True)
class Stage:
    """A paper laid out for linking.

    Attributes:
        raw: the Doc's text (kept, because spaCy builds it anew each time it is asked for).
        text: the same with LaTeX blanked (same length).
        bounds: its sentences.
        scenes: those with claimed numbers, by index into `bounds`.
        labels: (start, end, label) of the mentions, in order.
        title_end: where the title ends, 0 without one.
        main: where the paper's main method is named, in Doc characters, or None.
        main_forms: its forms in lower case.
        introduced: names that the paper introduces, in lower case.
    """

    raw: str
    text: str
    bounds: list[tuple[int, int]]
    labels: list[tuple[int, int, str]]
    title_end: int
    main: tuple[int, int] | None = None
    main_forms: frozenset[str] = frozenset()
    introduced: frozenset[str] = frozenset()
    scenes: list[tuple[int, Scene]] = field(default_factory=list)
    _phrases: dict[int, list[Phrase]] = field(default_factory=dict)
    _quotes: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)

    def phrases_of(self, at: int) -> list[Phrase]:
        """Return the candidate phrases of a sentence without numbers of its own."""
        if at not in self._phrases:
            low, high = self.bounds[at]
            self._phrases[at] = find_phrases(self.text, low, min(high, low + 1500), [], split=False)
        return self._phrases[at]

    def quote(self, at: int, start: int, end: int) -> tuple[int, str] | None:
        """Return where the sentence around a number starts, and its text.

        It has no blanks at its ends and never leaves the number's field; None for a number that lies across
        title and abstract. The text is one object for all numbers of a sentence, so that reading it is
        remembered.
        """
        low, high = self.bounds[at]
        if start < self.title_end < end:
            return None
        high = max(high, end)
        if end <= self.title_end:
            low, high = min(low, start), min(high, self.title_end)
        elif self.title_end:
            low = max(low, self.title_end + 2)
        found = self._quotes.get((low, high))
        if found is None:
            text = self.raw[low:high].rstrip()
            found = self._quotes[low, high] = (low + len(text) - len(text.lstrip()), text.lstrip())
        return found

    def opens(self, start: int) -> bool:
        """Whether a sentence begins here."""
        return any(low == start for low, _ in self.bounds)

    def label_at(self, start: int, end: int) -> str:
        """Return the label of the longest mention over a stretch, "none" without one."""
        best, size = "none", 0
        if not self.labels:
            return best
        i = bisect_right(self.labels, (end, 0, ""))
        for left, right, label in reversed(self.labels[max(0, i - 8) : i]):
            if right > start and (shared := min(end, right) - max(start, left)) > size:
                best, size = label, shared
        return best

    def inside(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return the mentions strictly inside a stretch (the nearest few)."""
        i = bisect_right(self.labels, (end, 0, ""))
        near = self.labels[max(0, i - 8) : i]
        return [m for m in near if start <= m[0] and m[1] <= end and (m[0], m[1]) != (start, end)]


def stage(
    doc: Doc,
    numbers: list[Quantity],
    spans: list[tuple[Span, float, str]],
    claims: list[Claim],
    tokens: Tokens | None = None,
) -> Stage:
    """Lay out one Doc."""
    tokens = tokens or tokens_of(doc)
    title_end: int = doc._.kg_title_end
    raw = tokens.text
    labels = [
        (s.start_char, s.end_char, s.label_) for s, _, _ in spans if s.label_ not in ("Number", "Scale")
    ]
    out = Stage(raw, plain(raw), sentence_bounds(tokens, title_end), sorted(labels), title_end)
    _introduce(out, claims)
    starts = [low for low, _ in out.bounds]
    by_sentence: dict[int, list[Quantity]] = {}
    for number in numbers:
        by_sentence.setdefault(max(bisect_right(starts, number.start) - 1, 0), []).append(number)
    for at, inside in sorted(by_sentence.items()):
        results = [number for number in inside if number.category == "result"]
        if results:
            out.scenes.append((at, _scene(out, at, results, inside)))
    return out


def _introduce(out: Stage, claims: list[Claim]) -> None:
    """Note what the paper introduces; its main method is the one that the title names, else the first."""
    introduced = [claim for claim in claims if claim.role == "introduces"]
    forms = {claim.name.text.lower() for claim in introduced}
    out.introduced = frozenset(
        forms | {alias.text.lower() for claim in introduced for alias in claim.aliases}
    )
    methods = [claim for claim in introduced if claim.label in ("Method", "Tool")]
    if not methods:
        return
    title = out.raw[: out.title_end]
    main = next((claim for claim in methods if claim.name.text in title), methods[0])
    offset = 0
    if main.name.field == "abstract" and out.title_end:
        offset = out.title_end + 2
    out.main = (main.name.start + offset, main.name.end + offset)
    out.main_forms = frozenset({main.name.text.lower(), *(alias.text.lower() for alias in main.aliases)})


def _scene(out: Stage, at: int, results: list[Quantity], inside: list[Quantity]) -> Scene:
    low, high = out.bounds[at]
    taken = sorted(
        {(n.start, _figure_end(n)) for n in inside if n.category == "result" or n.unit}
        | {
            (n.baseline_start, n.baseline_end)
            for n in inside
            if n.baseline_start is not None and n.baseline_end
        }
    )
    found = find_phrases(out.text, low, high, taken, split=len(results) > 1)
    return Scene(
        text=out.text,
        numbers=results,
        phrases=found,
        lists=parallel([(p.opening, p.end) for p in found], out.text, asides=True),
        groups=parallel([(n.start, n.end) for n in results], out.text, loose=True),
        labels=[out.label_at(p.start, p.end) for p in found],
        looks=[nature(out.text, p) for p in found],
        starts=[n.start for n in results],
        places=[p.start for p in found],
        inner=[out.inside(p.start, p.end) for p in found],
        main=out.main_forms,
        ordered="respectively" in out.text[low:high],
    )


def _figure_end(number: Quantity) -> int:
    """Where a number ends without a unit that is itself a metric's name ("28.4 BLEU")."""
    unit = number.unit or ""
    if unit.lower() in metric_units() and number.value_text.endswith(unit):
        return number.end - len(unit)
    return number.end


def near(scene: Scene, at: int) -> list[Candidate]:
    """Return the candidates of a number in its own sentence."""
    return candidates(scene, at)


def far(out: Stage, at: int) -> list[Candidate]:
    """Return candidates for "measured on" in the sentences before, and in the title."""
    found = []
    places = sections("numbers_words")["places"]
    sentences = [*range(max(1, at - _BACK), at), *([0] if at else [])]
    for where in sentences:
        back = "title" if where == 0 else str(min(at - where, 4))
        for phrase in out.phrases_of(where):
            label = out.label_at(phrase.start, phrase.end)
            resource = label in ("Dataset", "Benchmark")
            start, before = _led(out.text, out.bounds[where][0], phrase)
            if where and not resource and before not in places:
                continue
            kind = nature(out.text, phrase)
            if not resource and kind not in ("resource", "name", "title") and start == phrase.start:
                continue
            new = " ".join(phrase.words) in out.introduced
            cues = [
                "bias", "far", f"far{back}", f"far|{kind}", f"far|{before}", f"far|M={label}",
                f"far|new={new}|{label}",
                f"far{back}|{kind}|{before}", f"far|head={phrase.words[-1]}", f"far{back}|M={label}",
            ]  # fmt: skip
            found.append(Candidate(start, phrase.end, cues))
    return found


def _led(text: str, low: int, phrase: Phrase) -> tuple[int, str]:
    """Return where a phrase starts with its count ("on the 11 benchmarks"), and the word before all that."""
    lead = _LEAD.search(text, max(low, phrase.start - 40), phrase.start)
    if lead is None:
        return phrase.start, phrase.before
    return lead.start("count") if lead["count"] else phrase.start, lead["word"].lower()


def subject(scene: Scene, out: Stage, low: int) -> list[Candidate]:
    """Return the paper's main method as a candidate where its sentence does not name it."""
    if out.main is None:
        return []
    opening = out.text[low : low + 60].lower().split()[:3]
    cues = ["bias", "absent", *(f"absent|{word}" for word in opening)]
    cues.append(f"absent|named={any(' '.join(p.words) in scene.main for p in scene.phrases[:40])}")
    return [Candidate(out.main[0], out.main[1], cues)]
