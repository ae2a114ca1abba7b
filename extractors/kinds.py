"""What kind: of paper, of introduced thing, of resource; with what stance and outcome. By cue words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from spacy.tokens import Span

from extractors.lexicon import key, registry
from extractors.linear import KINDS, OUTPUTS, kind_weights, weights
from extractors.quotes import Quotes
from kg.model import Label, Outcome, PaperKind, Stance

_BENCHMARK = re.compile(r"bench(?:mark)?s?\b|leaderboard|\bsuite\b|\barena\b|\bchallenge\b", re.IGNORECASE)
_DATASET = re.compile(
    r"\bdata ?sets?\b|\bcorp(?:us|ora)\b|\bcollection\b|\bdatabase\b|\btreebank\b", re.IGNORECASE
)
_TOOL = re.compile(
    r"\b(?:toolkit|library|platform|package|software|toolbox|simulator|app|plugin)\b", re.IGNORECASE
)
_WINDOW = 60
_LIKELY = 0.15
_SIGHT = 600


def _near(quotes: Quotes, span: Span) -> str:
    """Return the text right after a span, to the end of its sentence at most."""
    end = span.end_char
    return quotes.text[end : min(end + _WINDOW, quotes.sentence(span.start_char)[1])]


def _around(quotes: Quotes, span: Span) -> tuple[int, int]:
    """Return the bounds of the sentence around a span, cut to a length that stays cheap."""
    low, high = quotes.sentence(span.start_char)
    return max(low, span.start_char - _SIGHT), min(high, span.end_char + _SIGHT)


def introduced_type(quotes: Quotes, spans: Sequence[Span], roles: Sequence[float], kind: PaperKind) -> Label:
    """Say what an introduced thing is: by its name, the words after it, and the registry for a resource."""
    name = spans[0].text
    if re.search(r"bench(?:mark)?$", name, re.IGNORECASE):
        return "Benchmark"
    votes: dict[Label, int] = {}
    for span in spans:
        near = _near(quotes, span)
        at: dict[int, Label] = {}
        for pattern, label in ((_BENCHMARK, "Benchmark"), (_DATASET, "Dataset"), (_TOOL, "Tool")):
            hit = pattern.search(near)
            if hit:
                at.setdefault(hit.start(), label)  # type: ignore[arg-type]
        if at:
            label_first = at[min(at)]
            votes[label_first] = votes.get(label_first, 0) + 1
    if roles[OUTPUTS.index("metrics")] > 0.35:
        return "Metric"
    resource = roles[OUTPUTS.index("resources")]
    if resource > _LIKELY and (known := _known_resource({span.text for span in spans})):
        return known
    if votes:
        best = max(votes, key=lambda label: votes[label])
        if best == "Tool" or resource > 0.2:
            return best
    return resource_type(quotes, spans, "") if resource > 0.35 else "Method"


def _known_resource(texts: Iterable[str]) -> Label | None:
    for text in sorted(texts):
        for _, _, entry in registry().find(text):
            if entry.label in ("Benchmark", "Dataset") and key(entry.name) == key(text):
                return "Benchmark" if entry.label == "Benchmark" else "Dataset"
    return None


def resource_type(quotes: Quotes, spans: Sequence[Span], name: str) -> Label:
    """Say whether a resource is a benchmark or a dataset: the registry first, then name and next words."""
    for _, _, entry in registry().find(spans[0].text):
        if entry.label in ("Benchmark", "Dataset") and " ".join(key(entry.name)) == name:
            return "Benchmark" if entry.label == "Benchmark" else "Dataset"
    if _BENCHMARK.search(spans[0].text):
        return "Benchmark"
    benchmark = dataset = 0
    for span in spans:
        low, high = _around(quotes, span)
        # The word next to the name counts most: "X benchmark", "benchmarks such as X".
        for text, worth in ((_near(quotes, span), 2), (quotes.text[low:high], 1)):
            b, d = _BENCHMARK.search(text), _DATASET.search(text)
            if b and (not d or b.start() < d.start()):
                benchmark += worth
            elif d:
                dataset += worth
    return "Benchmark" if benchmark > dataset else "Dataset"


_WORD = re.compile(r"[a-z][a-z-]+")
# Words whose successor tells what the paper does: "we propose", "this survey", "first benchmark".
_PIVOTS = frozenset(
    ("we", "this", "our", "paper", "a", "an", "the", "first", "new", "novel", "of", "work", "study")
)


def paper_features(text: str, title_end: int) -> set[str]:
    """Return what can be seen of a paper's kind: words of the title, words of the abstract, some pairs."""
    features = {f"title={word}" for word in _WORD.findall(text[:title_end].casefold())}
    if ":" in text[:title_end]:
        features.add("title has colon")
    words = _WORD.findall(text[title_end:].casefold())
    features.update([f"word={word}" for word in words])
    features.update([f"pair={one} {two}" for one, two in pairwise(words) if one in _PIVOTS])
    features.update([f"early={word}" for word in words[:25]])
    return features


def paper_kind(quotes: Quotes) -> PaperKind:
    """Say what the main contribution is."""
    row = kind_weights().probabilities([paper_features(quotes.text, quotes.title_end)])[0]
    return KINDS[int(row.argmax())]


def stance_of(probability: float, kind: PaperKind, works_against: bool) -> Stance:
    """Say whether the paper works against a problem or investigates it.

    Args:
        probability: of "studies", by the features of what is targeted.
        kind: of the paper; one that proposes no method investigates, unless it says otherwise.
        works_against: whether a sentence says that something is done about the problem.
    """
    if kind in ("survey", "analysis", "position", "resource") and not works_against:
        return "studies"
    return "studies" if probability >= weights().thresholds["studies"] else "mitigates"


_WINS = re.compile(
    r"outperform\w*|surpass\w*|exceed(?:s|ed|ing)?\b|superior\w*|\bbeat\w*|better (?:\w+ ){0,4}than|"
    r"improv\w+ (?:\w+ ){0,3}(?:over|upon)\b|"
    r"(?:faster|higher|more \w+|fewer|lower|less \w+|smaller|gains?|speed-?ups?|reductions?|advantages?"
    r"|increases?|%|pp|points?|times|x|×|\\times\$?)(?: \w+){0,4} (?:than|over)\b"
)
_EQUALS = re.compile(
    r"\bmatch(?:es|ing|ed)?\b|comparable|on par|competitive with|rivals?\b|close to|similar to"
)
_LOSES = re.compile(
    r"(?:lag|fall|trail)(?:s|ing)? behind|falls? short|underperform\w*|worse than|below\b|\btrails?\b"
)
# "Compared with X, it is faster": what is better may stand on either side of the name.
_BESIDE = re.compile(r"compared (?:to|with|against)|in comparison (?:to|with)|relative to|versus|against")
_BETTER = re.compile(
    r"outperform|surpass|superior|\bbeat|\b(?:better|faster|higher|lower|fewer|smaller|greater|stronger)\b"
    r"|improv(?:es|ed|ing|ements?)\b|reduc(?:es|ed|ing|tions?)\b|\bgains?\b|speed-?ups?\b|state-of-the-art"
)
# What stands behind one of these is where it was better, not than what.
_WHERE = re.compile(r"\b(?:on|in|across)\b")


def outcome_of(quotes: Quotes, spans: Sequence[Span]) -> Outcome:
    """Say how the paper's own work fares against a thing it is compared with, by the words before it."""
    for span in spans:
        low, high = _around(quotes, span)
        before = quotes.text[low : span.start_char].casefold()
        found: list[tuple[int, Outcome]] = [
            (hit.end(), outcome)
            for pattern, outcome in _CUES
            for hit in pattern.finditer(before)
            if not _WHERE.search(before, hit.end())
        ]
        if found:
            return max(found)[1]
        beside = [hit.end() for hit in _BESIDE.finditer(before) if not _WHERE.search(before, hit.end())]
        if beside and _BETTER.search(before[: beside[-1]] + quotes.text[span.end_char : high].casefold()):
            return "outperforms"
    return "unknown"


_CUES: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    (_WINS, "outperforms"),
    (_EQUALS, "matches"),
    (_LOSES, "trails"),
)
