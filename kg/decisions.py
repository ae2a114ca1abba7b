"""What people decided about facts: `decisions.jsonl` in a workspace, one JSON object a line.

The file only grows, and the last line about a fact counts. A decision carries the fact that it leaves
behind, with its offsets, and is keyed by the text's content hash: a changed extractor, a rebuild or another
graph that holds the same text does not undo it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final, Literal

from pydantic import TypeAdapter, ValidationError

from kg.errors import WorkspaceError
from kg.files import sync_folder
from kg.graph.evidence import sound
from kg.model import Claim, Label, Paper, PaperFacts, PaperKind, Result

FILE = "decisions.jsonl"
Fact = Claim | Result
Verdict = Literal["accept", "reject", "correct", "add", "kind", "done"]
# Keys of the two decisions that are about the paper as a whole.
KIND, DONE = "kind", "done"
# Claimed numbers are no claims, but have a name among the roles; their slots, and what fills one by default.
RESULTS: Final = "results"
SLOTS: dict[str, Label] = {"metric": "Metric", "on": "Dataset", "method": "Method", "baseline": "Method"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person said of one fact, or of a paper as a whole.

    Attributes:
        text_hash: of the text it is about (see `Paper.text_hash`).
        paper: the paper's id, for the reader of the file.
        verdict: on a fact: accept, reject, correct, add; on the paper: its kind, or that nothing is missing
            (`done`, which settles the kind as well).
        fact: which fact (see `fact_key`): the extracted one, whatever it was corrected to; or `KIND`, `DONE`.
        annotator: who.
        date: ISO date.
        claim, result: the fact as it is from now on; neither where it is rejected.
        kind: of the paper, where that was decided.
    """

    text_hash: str
    paper: str
    verdict: Verdict
    fact: str
    annotator: str
    date: str
    claim: Claim | None = None
    result: Result | None = None
    kind: PaperKind | None = None

    def __post_init__(self) -> None:
        facts = (self.claim is not None) + (self.result is not None)
        if facts != (self.verdict in ("accept", "correct", "add")):
            raise ValueError(f"{self.verdict!r} comes with {facts} facts")
        if (self.kind is not None) != (self.verdict in (KIND, DONE)):
            raise ValueError(f"{self.verdict!r} comes with the kind {self.kind!r}")

    @property
    def outcome(self) -> Fact | None:
        """The fact as it is from now on; None where there is none."""
        return self.claim or self.result


# Text hash -> what was decided last of each fact, by `fact_key`, in the order of first mention.
Latest = dict[str, dict[str, Decision]]
_LINE: Final = TypeAdapter(Decision)


def fact_key(fact: Fact) -> str:
    """Return what makes a fact the same in every reading of one text: role and name, or number and place."""
    if isinstance(fact, Claim):
        return f"{fact.role}: {fact.name.text}"
    return f"{RESULTS}: {fact.value_text} at {fact.evidence.field} {fact.evidence.mention_start}"


def facts_of(facts: PaperFacts) -> list[Fact]:
    """Return the facts that can be decided on."""
    return [*facts.claims, *facts.results]


def read_decisions(path: Path) -> tuple[Latest, list[str]]:
    """Read what counts of a file of decisions; a missing file holds none.

    Returns:
        The latest decisions, and a line for the user where the file ends in half a decision, as a crash
        leaves it; that half is ignored.

    Raises:
        WorkspaceError: if another line is no decision.
    """
    if not path.exists():
        return {}, []
    latest: Latest = {}
    *lines, tail = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                take(latest, _LINE.validate_json(line))
            except ValidationError as error:
                why = error.errors()[0]
                where = ".".join(map(str, why["loc"]))
                raise WorkspaceError(
                    f"{path}:{number}: is no decision ({where + ': ' if where else ''}{why['msg']}); "
                    "correct or delete the line"
                ) from error
    if tail.strip():
        try:
            take(latest, _LINE.validate_json(tail))
        except ValidationError:
            torn = f"{path}:{len(lines) + 1}: the last decision was not written whole and is ignored"
            return latest, [f"{torn}; decide it again"]
    return latest, []


def take(latest: Latest, decision: Decision) -> None:
    """Let a decision count from now on."""
    mine = latest.setdefault(decision.text_hash, {})
    mine[decision.fact] = decision
    if decision.kind is not None:
        mine[KIND] = decision


def append_decision(path: Path, decision: Decision) -> None:
    """Add a decision to the end of a file, durably; whoever calls it is the only writer."""
    new = not path.exists()
    with path.open("a+b") as file:
        _mend(file)
        file.write(_LINE.dump_json(decision, exclude_none=True) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync_folder(path.parent)


def _mend(file: IO[bytes]) -> None:
    """Make the file end in a whole line: what a crash left half is cut off, or it would spoil the next."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    tail = file.read().rpartition(b"\n")[2]
    try:
        _LINE.validate_json(tail)
    except ValidationError:
        file.truncate(size - len(tail))
    else:
        file.write(b"\n")


def every_fact(facts: PaperFacts, mine: dict[str, Decision]) -> Iterator[tuple[str, Fact | None]]:
    """Yield the key of every fact of a paper and what it is now: None where it was rejected.

    What was extracted comes first, then what people have added. An undecided fact that says what a decided
    one says already is left out.
    """
    decided = {fact_key(d.outcome) for d in mine.values() if d.outcome is not None}
    extracted = {fact_key(fact): fact for fact in facts_of(facts)}
    for key, fact in extracted.items():
        if key in mine:
            yield key, mine[key].outcome
        elif key not in decided:
            yield key, fact
    for key, decision in mine.items():
        if key not in extracted and decision.verdict not in (KIND, DONE):
            yield key, decision.outcome


def decided_facts(paper: Paper, facts: PaperFacts, mine: dict[str, Decision]) -> tuple[PaperFacts, list[str]]:
    """Return a paper's facts as people left them, and a line for each that does not quote the paper."""
    if not mine:
        return facts, []
    now = {fact_key(fact): fact for _, fact in every_fact(facts, mine) if fact is not None}
    kind = mine[KIND].kind if KIND in mine else None
    return sound(
        paper,
        replace(
            facts,
            kind=kind or facts.kind,
            claims=tuple(fact for fact in now.values() if isinstance(fact, Claim)),
            results=tuple(fact for fact in now.values() if isinstance(fact, Result)),
        ),
    )


def undecided(facts: PaperFacts, mine: dict[str, Decision]) -> list[str]:
    """Return the keys of the facts that nobody has decided on."""
    return [key for key, _ in every_fact(facts, mine) if key not in mine]


def is_finished(facts: PaperFacts, mine: dict[str, Decision]) -> bool:
    """Whether every fact of a paper was decided, and somebody said that nothing is missing."""
    return DONE in mine and not undecided(facts, mine)
