"""The roles that the mentions of a paper play: which it introduces, targets, uses, compares with, measures.

Mentions carry the probability of each role (see `mentions.py`); what is decided here needs the whole paper:
which names are one thing, which of overlapping phrases stands for it, which role wins, which form is the
name, what stance and outcome the text gives. A trained model may replace this file alone. So may mentions be
another component's: plain spans in `doc.spans["kg"]` play the role that their label says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from spacy.tokens import Doc, Span

from extractors.doc import SPANS_KEY
from extractors.kinds import introduced_type, outcome_of, paper_kind, resource_type, stance_of
from extractors.lexicon import key
from extractors.linear import OUTPUTS, ROLES, weights
from extractors.other_names import is_version, restated, same_as
from extractors.problems import whole
from extractors.quotes import Quotes
from extractors.saying import acts_on_a_problem, ranked, works_against
from extractors.trained import trained_of
from kg.model import Claim, Label, Mention, PaperKind, Role

Scored = list[tuple[Span, float, str]]
LABELS: frozenset[str] = frozenset(get_args(Label))
# The role of a thing of which nothing is known but its label.
_ROLE_OF: dict[Label, str] = {
    "Method": "uses",
    "Tool": "uses",
    "Problem": "targets",
    "Task": "tasks",
    "Dataset": "resources",
    "Benchmark": "resources",
    "Metric": "metrics",
}
_LABEL_OF: dict[str, Label] = {"targets": "Problem", "tasks": "Task", "metrics": "Metric"}


@dataclass(slots=True)
class Thing:
    """One thing named in the paper.

    Attributes:
        name: normalised name, shared by an acronym and its long form.
        forms: for each written form (normalised by case), its spans in text order.
        roles: probability of each of `OUTPUTS`.
        reasons: the strongest feature for each.
        label: what it is, where another component has said so.
    """

    name: str
    forms: dict[str, list[Span]] = field(default_factory=dict)
    roles: list[float] = field(default_factory=lambda: [0.0] * len(OUTPUTS))
    reasons: list[str] = field(default_factory=lambda: [""] * len(ROLES))
    label: Label | None = None

    @property
    def spans(self) -> list[Span]:
        """Every place where it is named."""
        return sorted((s for spans in self.forms.values() for s in spans), key=lambda s: (s.start, s.end))


def judge(
    doc: Doc, spans: Scored, *, thresholds: Mapping[str, float] | None = None, quotes: Quotes | None = None
) -> tuple[PaperKind, list[Claim]]:
    """Decide the kind of a paper and its claims.

    Args:
        doc: after `kg_mentions`, or any component that leaves spans with our labels.
        spans: the mentions with score and rule, in text order, as `spans_of(doc)` gives them.
        thresholds: the least probability for a role, where it is not to be the model's own.
        quotes: of the Doc, where they have been read already.
    """
    quotes = quotes or Quotes(doc)
    kind = paper_kind(quotes)
    chosen = _chosen(quotes, spans, thresholds or {})
    own = [form for thing in chosen["introduces"] for form in thing.forms]
    claims = [_claim(quotes, thing, role, kind, own) for role, picked in chosen.items() for thing in picked]
    return kind, [claim for claim in claims if claim.evidence]  # a name torn by a sentence's end has none


def _chosen(quotes: Quotes, spans: Scored, thresholds: Mapping[str, float]) -> dict[str, list[Thing]]:
    """Pick the things of each role: by the weights that `kg_mentions` left, without them by the labels."""
    groups = quotes.doc.spans
    attrs = groups[SPANS_KEY].attrs if SPANS_KEY in groups else {}
    if attrs and all(len(attrs.get(name, ())) == len(spans) for name in ("names", "roles", "reasons")):
        things = _things(attrs, spans)
        model = trained_of(quotes.doc)
        own = weights().thresholds if model is None else model.thresholds
        chosen = choose(things, {**own, **thresholds}, thresholds.get("introduces"))
        if not chosen["introduces"]:
            chosen = _with_agents(quotes, things, chosen)
        chosen |= {role: _joined(quotes.doc, chosen[role]) for role in _VERSIONED}
        chosen["targets"] = _whole(quotes, chosen["targets"])
        return chosen | {role: _said_once(quotes, chosen[role]) for role in ("tasks", "targets")}
    return _labelled([item for item in spans if not quotes.torn(item[0])], thresholds)


def _joined(doc: Doc, things: list[Thing]) -> list[Thing]:
    """Make one of the things that are one under two names."""
    joined: dict[int, Thing] = {}
    for thing, at in zip(things, same_as(doc, [thing.spans for thing in things]), strict=True):
        first = joined.setdefault(at, Thing(thing.name))
        first.forms |= {form: [*first.forms.get(form, ()), *spans] for form, spans in thing.forms.items()}
        for i, probability in enumerate(thing.roles):
            if probability > first.roles[i]:
                first.roles[i] = probability
                if i < len(ROLES):
                    first.reasons[i] = thing.reasons[i]
    return list(joined.values())


def _whole(quotes: Quotes, things: list[Thing]) -> list[Thing]:
    """Give problems the head that makes them problems, and make one of those that are then the same."""
    out: dict[str, Thing] = {}
    for thing in things:
        spans = whole(quotes, thing.spans)
        if spans != thing.spans:
            thing.name, thing.forms = " ".join(key(spans[0].text)), {}
            for span in spans:
                thing.forms.setdefault(span.text.casefold(), []).append(span)
        out.setdefault(thing.name, thing)
    return list(out.values())


def _said_once(quotes: Quotes, things: list[Thing]) -> list[Thing]:
    """Leave out what says one before it in other words."""
    where = [{quotes.sentence(span.start_char)[0] for span in thing.spans} for thing in things]
    again = restated([thing.name for thing in things], where)
    return [thing for thing, said in zip(things, again, strict=True) if not said]


def _with_agents(
    quotes: Quotes, things: Mapping[str, Thing], chosen: dict[str, list[Thing]]
) -> dict[str, list[Thing]]:
    """Where a paper seems to introduce nothing by name, take a proper name that works against something.

    "SI mitigates forgetting by ...": not what a rival or a plain phrase is said to do.
    """
    rivals = {thing.name for role in ("compares", "resources", "metrics") for thing in chosen[role]}
    agents = [
        thing
        for thing in things.values()
        if thing.name not in rivals
        and thing.roles[OUTPUTS.index("introduces")] >= _LEAST_AGENT
        and any(
            _proper(span) and acts_on_a_problem(quotes, span.start_char, span.end_char)
            for span in thing.spans
        )
    ]
    if not agents:
        return chosen
    names = {thing.name for thing in agents}
    barred = _EXCLUDES["introduces"]
    kept = {r: [t for t in ts if r not in barred or t.name not in names] for r, ts in chosen.items()}
    return kept | {"introduces": agents}


def _proper(span: Span) -> bool:
    """Whether a name has a capital beyond its first letter."""
    return any(c.isupper() for c in span.text[1:])


def _labelled(spans: Scored, thresholds: Mapping[str, float]) -> dict[str, list[Thing]]:
    """Group another component's mentions by normalised name; labels give roles, scores confidences."""
    things: dict[str, dict[str, Thing]] = {role: {} for role in _ORDER}
    for span, score, rule in spans:
        label: Label = span.label_  # type: ignore[assignment]
        role, name = _ROLE_OF.get(label), " ".join(key(span.text))
        if role is None or not name or score < thresholds.get(role, 0.0):
            continue
        thing = things[role].setdefault(name, Thing(name))
        thing.forms.setdefault(span.text.casefold(), []).append(span)
        i = OUTPUTS.index(role)
        if thing.label is None or score > thing.roles[i]:
            thing.label, thing.roles[i], thing.reasons[i] = label, score, rule
    return {role: list(found.values()) for role, found in things.items()}


def _things(attrs: Mapping[str, Any], spans: Scored) -> dict[str, Thing]:
    """Group mentions by what they name."""
    things: dict[str, Thing] = {}
    for (span, _, _), name, roles, reasons in zip(
        spans, attrs["names"], attrs["roles"], attrs["reasons"], strict=True
    ):
        if not name:  # a number
            continue
        thing = things.setdefault(name, Thing(name))
        thing.forms.setdefault(span.text.casefold(), []).append(span)
        for i, probability in enumerate(roles):
            if probability > thing.roles[i]:
                thing.roles[i] = probability
                if i < len(ROLES):
                    thing.reasons[i] = reasons[i]
    return things


_LEAST_AGENT = 0.02
_ALONE = 0.7  # of the threshold
_MAX_PIECES = 12
_ORDER = ("introduces", "resources", "metrics", "compares", "targets", "tasks", "uses")
# What a paper brings, with versions and second names: of other roles joining or parting gained nothing.
_VERSIONED = ("introduces", "resources")
# A thing in the first role is not also in the second.
_EXCLUDES = {
    "introduces": ("uses", "compares", "targets", "tasks"),
    "resources": ("uses", "tasks", "targets", "compares"),
    "metrics": ("uses", "tasks"),
}


# Sizes ("7b"), citations, places in the paper, and phrases that begin with what is no part of a name.
_NO_NAME = re.compile(
    r"(?:\d+ )*\d+[bmkt]?|.*\bet al\b.*|(?:section|figure|table|appendix|equation|eq|fig)s? .*"
    r"|(?:dubbed|called|named|termed|lack|indicate|et|well known) .*"
)
_SIZED = re.compile(r"\b\d+[bm]\b")  # a model of so many parameters


def _may_be(name: str, role: str) -> bool:
    """Whether a name can be one at all, and one of this role."""
    if _NO_NAME.fullmatch(name):
        return False
    return role in ("introduces", "uses", "compares") or not _SIZED.search(name)


def choose(
    things: dict[str, Thing], thresholds: dict[str, float], alone: float | None = None
) -> dict[str, list[Thing]]:
    """Pick the things of each role: above its threshold, the likelier of overlapping phrases.

    Most papers introduce something, so that where nothing reaches that threshold, the likeliest thing is
    taken if it reaches `alone`, by default `_ALONE` of the threshold.
    """
    least = thresholds["introduces"] * _ALONE if alone is None else alone
    barred: dict[str, set[str]] = {}
    chosen: dict[str, list[Thing]] = {}
    for role in _ORDER:
        found = _likely(things, role, thresholds[role], barred.get(role, frozenset()))
        picked = _apart(found, versions=role in _VERSIONED)
        if role == "introduces" and not picked:
            picked = _likely(things, role, least, frozenset())[:1]
        chosen[role] = picked
        for other in _EXCLUDES.get(role, ()):
            barred.setdefault(other, set()).update(t.name for t in picked)
    return chosen


def _likely(things: dict[str, Thing], role: str, least: float, barred: Collection[str]) -> list[Thing]:
    """Return what reaches a probability in a role, the likeliest first."""
    i = OUTPUTS.index(role)
    found = [
        t for t in things.values() if t.roles[i] >= least and t.name not in barred and _may_be(t.name, role)
    ]
    return sorted(found, key=lambda t: (-t.roles[i], t.name))


def _apart(things: list[Thing], *, versions: bool) -> list[Thing]:
    """Drop things whose name is part of, or has as part, the name of one before it.

    Args:
        things: the likeliest first.
        versions: keep a version of one before it: "Dune" and "Dune-Bench" are two things.
    """
    picked: list[Thing] = []
    named: dict[str, Thing] = {}
    parts: dict[str, list[Thing]] = {}
    for thing in things:
        pieces = thing.name.split(" ")[:_MAX_PIECES]
        inside = {" ".join(pieces[i:j]) for i in range(len(pieces)) for j in range(i + 1, len(pieces) + 1)}
        met = [*parts.get(thing.name, ()), *(named[name] for name in inside & named.keys())]
        if met and not (versions and all(is_version(thing.forms, other.forms) for other in met)):
            continue
        picked.append(thing)
        named[thing.name] = thing
        for part in inside:
            parts.setdefault(part, []).append(thing)
    return picked


LONG_FORM_ROLES = frozenset(("tasks", "uses", "targets"))


def _forms(thing: Thing, role: str) -> list[list[Span]]:
    """Return the forms of a thing, the one that is its name first.

    Generic concepts go by their long form, proper names by the form used most.
    """
    forms = sorted(thing.forms.values(), key=lambda spans: (-len(spans), spans[0].start))
    if role in LONG_FORM_ROLES:
        forms.sort(key=lambda spans: -len(spans[0].text.split()))
    elif role != "metrics":
        forms.sort(key=lambda spans: len(spans[0].text.split()) > 1)
    return forms


def _claim(quotes: Quotes, thing: Thing, role: str, kind: PaperKind, own: list[str]) -> Claim:
    i = OUTPUTS.index(role)
    forms = _forms(thing, role)
    places = thing.spans
    label: Label
    final: Role
    if role == "introduces":
        label, final = introduced_type(quotes, places, thing.roles, kind), "introduces"
    elif role == "resources":
        label = thing.label or resource_type(quotes, places, thing.name)
        final = "benchmarks" if label == "Benchmark" else "datasets"
    else:
        label = thing.label or _LABEL_OF.get(role, "Method")
        final = role  # type: ignore[assignment]
    rule = f"{role}:{thing.reasons[i]}"
    model = trained_of(quotes.doc)
    likely = thing.roles[i] if model is None or thing.label else model.calibrated(role, thing.roles[i])
    confidence = round(min(likely, 1.0), 4)
    named = [quotes.mention(spans[0], label, confidence, rule) for spans in forms]
    seen: set[tuple[str, ...]] = set()
    aliases: list[Mention] = []
    for other in named:
        form = tuple(other.text.casefold().split())
        if form not in seen and other is not named[0] and other.text.casefold() != named[0].text.casefold():
            aliases.append(other)
        seen.add(form)
    said = ranked(quotes, quotes.evidence(places), final, own)
    return Claim(
        role=final,
        name=named[0],
        label=label,
        aliases=tuple(aliases),
        evidence=said,
        confidence=confidence,
        rule=rule,
        stance=stance_of(thing.roles[OUTPUTS.index("studies")], kind, works_against(quotes, said))
        if role == "targets"
        else None,
        outcome=outcome_of(quotes, places) if role == "compares" else None,
    )
