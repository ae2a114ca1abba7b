"""What the papers call things: one pass over the facts, in any order.

A name's key is its long form where its own paper gives one, so "SAM" of a paper on sharpness-aware
minimisation and "SAM" of one on segmentation stay two things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.model import Claim, Label, PaperFacts
from kg.resolve.normalise import joined, tokens

# Datasets and benchmarks are one family: which of the two a resource is, its papers vote.
FAMILY: Mapping[Label, str] = {
    "Method": "Method",
    "Tool": "Method",
    "Problem": "Problem",
    "Task": "Task",
    "Dataset": "Resource",
    "Benchmark": "Resource",
    "Metric": "Metric",
}
Key = tuple[str, str]  # family, joined long form


@dataclass(slots=True)
class Entry:
    """Everything observed of one key.

    Attributes:
        surfaces: verbatim form -> number of papers that use it as the name (an alias may have 0).
        labels: label -> number of papers that use it so.
        papers: which papers use it, by number.
    """

    surfaces: Counter[str] = field(default_factory=Counter)
    labels: Counter[Label] = field(default_factory=Counter)
    papers: set[int] = field(default_factory=set)

    def absorb(self, other: Entry) -> None:
        """Add what was observed of another key."""
        self.surfaces.update(other.surfaces)
        self.labels.update(other.labels)
        self.papers |= other.papers


def forms(claim: Claim) -> list[str]:
    """Return the name and the aliases of a claim, verbatim."""
    return [claim.name.text, *(alias.text for alias in claim.aliases)]


def long_form(names: Iterable[str]) -> str:
    """Return the form that says most: most tokens, then longest, then first in order."""
    return min(names, key=lambda text: (-len(tokens(text)), -len(text), text))


def variants(claim: Claim) -> list[str]:
    """Return the forms that name the same thing anywhere: not a mere part of the long form.

    A paper on "catastrophic forgetting" may call it "forgetting"; for other papers that is a broader term.
    """
    names = forms(claim)
    whole = set(tokens(long_form(names)))
    return [text for text in names if not set(tokens(text)) < whole]


class LocalNames:
    """How one paper uses names: which long form its acronyms and short forms have."""

    def __init__(self, facts: PaperFacts) -> None:
        self._long: dict[Key, str] = {}
        for claim in facts.claims:
            names = forms(claim)
            for text in names:
                self._long[FAMILY[claim.label], joined(text)] = joined(long_form(names))

    def key(self, label: Label, text: str) -> Key:
        """Return the key of a name used in this paper."""
        family = FAMILY[label]
        own = joined(text)
        return family, self._long.get((family, own), own)


class Observations:
    """What all papers call things.

    Attributes:
        entries: key -> what was observed of it.
        acronyms: (family, joined short form) -> long form keys, by number of papers that spell it out.
    """

    def __init__(self) -> None:
        self.entries: dict[Key, Entry] = {}
        self.acronyms: dict[Key, Counter[str]] = {}
        self._count = 0

    def add(self, facts: PaperFacts) -> None:
        """Observe one paper: the names in its claims.

        What a number is linked to (any metric phrase, any condition) makes no name; it may refer to one. A
        row of a leaderboard does name a method: it has a column for it.
        """
        self._count += 1
        local = LocalNames(facts)
        seen: dict[Key, tuple[Label, dict[str, int]]] = {}
        for claim in facts.claims:
            key = local.key(claim.label, claim.name.text)
            texts = seen.setdefault(key, (claim.label, {}))[1]
            texts.update({text: int(text == claim.name.text) for text in variants(claim)})
        for result in facts.results:
            if result.evidence.field == "table" and (method := result.method) is not None:
                key = local.key(method.label, method.text)
                seen.setdefault(key, (method.label, {}))[1].setdefault(method.text, 1)
        for key, (label, texts) in seen.items():
            entry = self.entries.setdefault(key, Entry())
            entry.papers.add(self._count)
            entry.labels[label] += 1
            for text, votes in texts.items():
                entry.surfaces[text] += votes
                if joined(text) != key[1]:
                    self.acronyms.setdefault((key[0], joined(text)), Counter())[key[1]] += 1
