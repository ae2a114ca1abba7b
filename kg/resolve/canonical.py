"""The canonical names: clusters become nodes-to-be with an id, a display name, aliases, broader terms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.model import Label
from kg.resolve.aliases import broader_table
from kg.resolve.cluster import Clusters, Decision
from kg.resolve.normalise import head_phrase, joined, normal, tokens
from kg.resolve.observe import FAMILY, Entry, Key, LocalNames, Observations, long_form

_NESTED = ("Method", "Problem", "Task")
# A last word that says only what sort of thing a name is makes no useful broader term.
_GENERIC = frozenset(
    {
        *("algorithm", "analysis", "approach", "architecture", "attack", "capability", "challenge", "cost"),
        *("data", "dataset", "design", "error", "estimation", "evaluation", "framework", "function", "gap"),
        *("generation", "issue", "learning", "limitation", "loss", "mechanism", "method", "metric", "model"),
        *(
            "modeling",
            "module",
            "network",
            "optimization",
            "performance",
            "pipeline",
            "prediction",
            "problem",
        ),
        *("process", "processing", "quality", "reasoning", "strategy", "system", "task", "technique"),
        "training",
    }
)


@dataclass(frozen=True, slots=True)
class Canonical:
    """A node-to-be: one cluster of names."""

    id: str
    label: str
    name: str
    aliases: tuple[str, ...]
    support: int
    kind: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The outcome: every key's node, the broader terms, and the decisions that led there."""

    nodes: dict[str, Canonical]
    broader: tuple[Decision, ...]
    decisions: tuple[Decision, ...]
    _ids: dict[Key, str]

    def node(self, local: LocalNames, label: Label, text: str) -> Canonical | None:
        """Return the node that a name used in one paper belongs to; None if no paper claims it."""
        found = self._ids.get(local.key(label, text))
        return None if found is None else self.nodes[found]


def slug(text: str) -> str:
    """Return an ASCII slug of at most 40 characters."""
    return re.sub(r"[^a-z0-9.]+", "-", normal(text)).strip("-.")[:40] or "x"


def content_id(kind: str, form: str) -> str:
    """Return `type:slug-hash` of a type and a normalised form."""
    digest = hashlib.sha256(f"{kind}\x00{form}".encode()).hexdigest()[:10]
    return f"{kind.lower()}:{slug(form)}-{digest}"


def resolve(seen: Observations) -> Resolution:
    """Decide identity for everything that was observed."""
    clusters = Clusters(seen)
    merged: dict[Key, Entry] = {}
    ids: dict[Key, str] = {}
    for head, members in clusters.members():
        entry = merged[head] = Entry()
        for key in members:
            entry.absorb(seen.entries[key])
        # An acronym may stand in several clusters; a form that is a member's key stands in this one alone.
        own = {form for _, form in members}
        node_id = content_id(head[0], min(normal(text) for text in entry.surfaces if joined(text) in own))
        ids.update(dict.fromkeys(members, node_id))
    nodes: dict[str, Canonical] = {}
    taken: set[Key] = set()
    for head, entry in sorted(merged.items(), key=lambda item: (-len(item[1].papers), item[0])):
        nodes[ids[head]] = _canonical(head, entry, ids[head], taken)
    broader = tuple(_broader(merged, ids))
    decisions = tuple(sorted([*clusters.decisions, *broader]))
    return Resolution(nodes, broader, decisions, ids)


def _canonical(head: Key, entry: Entry, node_id: str, taken: set[Key]) -> Canonical:
    """Name a cluster; display names are unique within a family, whatever the case."""
    family = head[0]
    ranked = sorted(entry.surfaces, key=lambda text: (-entry.surfaces[text], text.swapcase()))
    long = long_form(entry.surfaces)
    choices = [*ranked, f"{ranked[0]} ({long})", f"{ranked[0]} ({node_id})"]
    name = next(text for text in choices if (family, text.casefold()) not in taken)
    taken.add((family, name.casefold()))
    labels = sorted(entry.labels, key=lambda label: (-entry.labels[label], label))
    by_form = {text.casefold(): text for text in reversed(ranked)}
    by_form.pop(name.casefold(), None)
    aliases = tuple(sorted(by_form.values()))
    tool = labels[0] == "Tool"
    return Canonical(
        id=node_id,
        label="Method" if family == "Method" else labels[0],
        name=name,
        aliases=aliases,
        support=len(entry.papers),
        kind=("tool" if tool else "method") if family == "Method" else None,
    )


def _broader(merged: dict[Key, Entry], ids: dict[Key, str]) -> Iterable[Decision]:
    """Put a name under the longest name that ends it ("catastrophic forgetting" under "forgetting").

    Where no name does, under what `broader.tsv` says that it is a kind of.
    """
    by_form = {
        (key[0], joined(text)): key for key, entry in sorted(merged.items()) for text in entry.surfaces
    }
    above: dict[Key, Key] = {}
    for key, entry in sorted(merged.items()):
        if key[0] not in _NESTED:
            continue
        for whole, suffix in _endings(entry):
            parent = by_form.get((key[0], "".join(suffix)))
            generic = len(suffix) == 1 and suffix[0] in _GENERIC
            if parent is None or generic or _leads_to(parent, key, above):
                continue
            above[key] = parent
            reason = f"{' '.join(whole)!r} is a kind of {' '.join(suffix)!r}: its head phrase ends with it"
            yield Decision("broader", ids[key], ids[parent], 0.9, reason)
            break
        else:
            parent = _kind_of(key[0], entry, by_form)
            if parent is not None and not _leads_to(parent, key, above):
                above[key] = parent
                yield Decision("broader", ids[key], ids[parent], 0.9, "table of broader terms")


def _kind_of(family: str, entry: Entry, by_form: Mapping[Key, Key]) -> Key | None:
    found = (broader_table().get((family, joined(text))) for text in sorted(entry.surfaces))
    return next((by_form[family, name] for name in found if name and (family, name) in by_form), None)


def _endings(entry: Entry) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return (form, proper ending of its head phrase) for every form, longest endings first."""
    found = set()
    for text in entry.surfaces:
        words, whole = head_phrase(text), tokens(text)
        found |= {(whole, words[i:]) for i in range(len(words)) if len(words) - i < len(whole)}
    return sorted(found, key=lambda pair: (-len(pair[1]), pair))


def _leads_to(key: Key, goal: Key, above: dict[Key, Key]) -> bool:
    """Whether `goal` is `key` or lies above it."""
    while key != goal and key in above:
        key = above[key]
    return key == goal


__all__ = ["FAMILY", "Canonical", "Resolution", "content_id", "resolve", "slug"]
