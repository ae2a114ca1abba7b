"""Which keys are one thing: scored, explained decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kg.resolve.aliases import alias_table
from kg.resolve.normalise import figures, tokens
from kg.resolve.observe import Key, Observations, long_form

# A bare acronym joins the long form that at least this share of the papers that spell it out give it.
_MAJORITY = 0.8
# Long forms of one acronym are one name when they share at least this much of their words (Jaccard).
_SIMILAR = 0.6


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """One decision of the resolver: `same` joins two names, `broader` puts one under the other."""

    kind: str
    subject: str
    object: str
    score: float
    reason: str


class Clusters:
    """Disjoint sets of keys; the smallest key stands for its set."""

    def __init__(self, seen: Observations) -> None:
        self.decisions: list[Decision] = []
        self._seen = seen
        self._parent = {key: key for key in seen.entries}
        self._join_aliases()
        for short, longs in sorted(seen.acronyms.items()):
            self._join_acronym(short, longs)

    def find(self, key: Key) -> Key:
        """Return the key that stands for the set of `key`."""
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def members(self) -> Iterator[tuple[Key, list[Key]]]:
        """Yield every set: its representative and its members, sorted."""
        groups: dict[Key, list[Key]] = {}
        for key in sorted(self._parent):
            groups.setdefault(self.find(key), []).append(key)
        yield from groups.items()

    def _same(self, a: Key, b: Key, score: float, reason: str) -> None:
        low, high = sorted((self.find(a), self.find(b)))
        if low != high:
            self._parent[high] = low
            self.decisions.append(Decision("same", ":".join(a), ":".join(b), score, reason))

    def _join_aliases(self) -> None:
        """Join the forms of one name, also where the name itself is met nowhere."""
        known, first = alias_table(), dict[Key, Key]()
        for family, own in sorted(self._seen.entries):
            if (name := known.get((family, own))) is None:
                continue
            named = (family, name)
            home = named if named in self._seen.entries else first.setdefault(named, (family, own))
            self._same((family, own), home, 0.99, "alias table")

    def _join_acronym(self, short: Key, longs: Counter[str]) -> None:
        """Join variants of one long form, and the bare acronym where one long form clearly leads."""
        family = short[0]
        groups: list[list[str]] = []
        for text in sorted(longs, key=lambda text: (-longs[text], text)):
            home = next((g for g in groups if self._similar((family, g[0]), (family, text))), None)
            if home is None:
                groups.append([text])
            else:
                home.append(text)
                self._same(
                    (family, text), (family, home[0]), 0.9, f"long forms of {short[1]!r} that differ little"
                )
        if short not in self._seen.entries:
            return
        total = sum(longs.values())
        lead = max(groups, key=lambda group: sum(longs[text] for text in group))
        votes = sum(longs[text] for text in lead)
        if votes / total >= _MAJORITY:
            reason = f"acronym: {votes} of {total} papers that spell it out agree"
            self._same(short, (family, lead[0]), round(0.95 * votes / total, 4), reason)

    def _similar(self, a: Key, b: Key) -> bool:
        long, other = (long_form(self._seen.entries[key].surfaces) for key in (a, b))
        x, y = set(tokens(long)), set(tokens(other))
        return figures(long) == figures(other) and len(x & y) / len(x | y) >= _SIMILAR
