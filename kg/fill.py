"""A fact put together from answers: what is asked, what the text allows, and the fact that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar, cast, get_args

from rich.text import Text

from kg.decisions import RESULTS, SLOTS, Fact
from kg.errors import nearest
from kg.model import (
    ROLES,
    Claim,
    Evidence,
    Label,
    Mention,
    Outcome,
    Paper,
    Result,
    ResultKind,
    Role,
    Stance,
)
from kg.verbatim import Verbatim

Ask = Callable[[str, bool], str]
Show = Callable[[Text], None]
S = TypeVar("S", bound=str)
Baseline = tuple[float, int, int]  # value, start, end

NONE = "-"  # the answer that empties a slot
_INTRODUCED: tuple[Label, ...] = ("Method", "Dataset", "Benchmark", "Metric", "Tool")
_LABELS: dict[Role, Label] = {
    "introduces": "Method",
    "targets": "Problem",
    "tasks": "Task",
    "uses": "Method",
    "compares": "Method",
    "datasets": "Dataset",
    "benchmarks": "Benchmark",
    "metrics": "Metric",
}


class Cancelled(Exception):
    """Somebody left the first question of a form empty."""


class Form:
    """Asks for the parts of one fact of one paper until each stands in its text.

    Args:
        paper: the paper.
        claims: its claims, which say what sort of thing a name is.
        ask: asks a question and returns the answer; its second argument says that one key answers it.
        show: prints a line.
        rule: the rule that the fact is given.
    """

    def __init__(self, paper: Paper, claims: Iterable[Claim], ask: Ask, show: Show, rule: str) -> None:
        self._ask = ask
        self._show = show
        self._rule = rule
        self._words = Verbatim(paper, rule)
        self._text = paper.text
        self._labels = {m.text: claim.label for claim in claims for m in (claim.name, *claim.aliases)}

    def new(self) -> Fact:
        """Ask for a fact that was not extracted.

        Raises:
            Cancelled: if the role is left empty.
        """
        role = self.choose("role", (*ROLES, RESULTS))
        return self._result(None) if role == RESULTS else self._claim(cast(Role, role), None)

    def corrected(self, fact: Fact) -> Fact:
        """Ask for every part of a fact; an empty answer keeps it. An unchanged fact is returned as it is."""
        if isinstance(fact, Result):
            made: Fact = self._result(fact)
        else:
            made = self._claim(self.choose("role", ROLES, fact.role), fact)
        same = replace(made, rule=fact.rule, confidence=fact.confidence) == fact
        return fact if same else made

    def choose(self, question: str, choices: Sequence[S], default: S | None = None) -> S:
        """Ask for one of a few words; the beginning of one will do.

        Raises:
            Cancelled: if the answer is empty and there is no default.
        """
        listed = ", ".join(choices)
        while True:
            answer = self._line(f"{question} ({listed})", default)
            if not answer:
                if default is None:
                    raise Cancelled
                return default
            found = [c for c in choices if c == answer] or [
                c for c in choices if c.startswith(answer.lower())
            ]
            if len(found) == 1:
                return found[0]
            self._say(f"{answer!r} is none of {listed}.{nearest(answer, choices)}")

    def _line(self, question: str, default: str | None) -> str:
        return self._ask(f"  {question}{'' if default is None else f' [{default}]'}: ", False).strip()

    def _say(self, line: str) -> None:
        self._show(Text(f"  {line}", "yellow"))

    def _claim(self, role: Role, old: Claim | None) -> Claim:
        name, places = self._name("name", old.name.text if old else None)
        label: Label = old.label if old and old.role == role else _LABELS[role]
        if role == "introduces":
            label = self.choose("type", _INTRODUCED, label)
        stance: Stance | None = None
        outcome: Outcome | None = None
        if role == "targets":
            stance = self.choose("stance", get_args(Stance), (old and old.stance) or "mitigates")
        if role == "compares":
            outcome = self.choose("outcome", get_args(Outcome), (old and old.outcome) or "unknown")
        also = tuple(alias for alias in self._aliases(label, old) if alias.text != name)
        if old and name == old.name.text:
            mention, evidence = replace(old.name, label=label), old.evidence
        else:
            quoted = {(e.field, e.quote_start) for e in old.evidence} if old else set()
            # The sentences that were shown, where they hold the new name as well.
            evidence = tuple(p for p in places if (p.field, p.quote_start) in quoted) or (self._pick(places),)
            mention = self._words.mention(evidence[0], label)
        return Claim(role, mention, label, also, evidence, 1.0, self._rule, stance, outcome)

    def _name(self, question: str, default: str | None) -> tuple[str, list[Evidence]]:
        while True:
            name = self._line(question, default) or default
            if name is None:
                raise Cancelled
            if places := self._words.places(name):
                return name, places
            self._say(self._words.missing(name))

    def _aliases(self, label: Label, old: Claim | None) -> tuple[Mention, ...]:
        known = old.aliases if old else ()
        default = "; ".join(alias.text for alias in known) or NONE
        while True:
            answer = self._line("also written, with ; between", default)
            if answer in ("", default):
                return tuple(replace(alias, label=label) for alias in known)
            names = [] if answer == NONE else [part.strip() for part in answer.split(";") if part.strip()]
            absent = [name for name in names if not self._words.places(name)]
            if not absent:
                return tuple(self._words.mention(self._words.places(name)[0], label) for name in names)
            self._say(self._words.missing(absent[0]))

    def _pick(self, places: Sequence[Evidence]) -> Evidence:
        """Ask which sentence says it, where several hold the words."""
        if len(places) == 1:
            return places[0]
        for number, place in enumerate(places, 1):
            self._show(Text(f"  {number} “{self._words.quote(place)}”"))
        numbers = [str(number) for number in range(1, len(places) + 1)]
        return places[int(self.choose("which sentence says it", numbers, "1")) - 1]

    def _result(self, old: Result | None) -> Result:
        evidence = self._value(old)
        text = self._text(evidence.field)[evidence.mention_start : evidence.mention_end]
        read = self._words.number(evidence)
        number, unit = self._words.parse(text, evidence)
        slots = {
            slot: self._slot(slot, label, getattr(old, slot, None), evidence) for slot, label in SLOTS.items()
        }
        known = _baseline_of(old) if old and evidence == old.evidence else self._words.baseline(evidence)
        base = self._baseline(known, evidence)
        default: ResultKind = old.kind if old else read.kind if read else "absolute"
        kind = self.choose("kind", get_args(ResultKind), default)
        value, start, end = base or (None, None, None)
        return Result(
            value=number,
            value_text=text,
            unit=unit,
            kind=kind,
            evidence=evidence,
            confidence=1.0,
            rule=self._rule,
            metric=slots["metric"],
            on=slots["on"],
            method=slots["method"],
            baseline=slots["baseline"],
            baseline_value=value,
            baseline_start=start,
            baseline_end=end,
        )

    def _value(self, old: Result | None) -> Evidence:
        default = old.value_text if old else None
        while True:
            text = self._line("number as written", default)
            if not text or text == default:
                if old is None:
                    raise Cancelled
                return old.evidence
            if places := self._words.number_places(text):
                return self._pick(places)
            self._say(f"{text!r} is no number of the title or abstract; copy one verbatim, with its unit")

    def _slot(self, slot: str, label: Label, old: Mention | None, evidence: Evidence) -> Mention | None:
        default = old.text if old else NONE
        while True:
            name = self._line(slot, default) or default
            if name == default:
                return old
            if name == NONE:
                return None
            if places := self._words.places(name):
                # Best where the number's own sentence names it.
                places.sort(key=lambda p: (p.field, p.quote_start) != (evidence.field, evidence.quote_start))
                return self._words.mention(places[0], self._labels.get(name, label))
            self._say(self._words.missing(name))

    def _baseline(self, old: Baseline | None, evidence: Evidence) -> Baseline | None:
        field = self._text(evidence.field)
        default = field[old[1] : old[2]] if old else NONE
        while True:
            text = self._line("baseline's number", default) or default
            if text == default:
                return old
            if text == NONE:
                return None
            for place in self._words.number_places(text):
                if place.field == evidence.field:
                    return self._words.parse(text, place)[0], place.mention_start, place.mention_end
            self._say(f"{text!r} is no number of the {evidence.field}; copy one verbatim, with its unit")


def _baseline_of(result: Result) -> Baseline | None:
    value, start, end = result.baseline_value, result.baseline_start, result.baseline_end
    return None if value is None or start is None or end is None else (value, start, end)
