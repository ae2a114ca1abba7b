"""`kg annotate`: the facts of a paper, one by one with their quotes; what is decided is stored at once.

The session knows no terminal: it asks and shows through two functions, so that a pipe, a notebook or a test
can answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

from rich.text import Text

from kg.card import card, head, whole
from kg.decisions import (
    DONE,
    KIND,
    RESULTS,
    Decision,
    Fact,
    Latest,
    Verdict,
    decided_facts,
    every_fact,
    fact_key,
    facts_of,
    is_finished,
    take,
    undecided,
)
from kg.errors import InputError, NotFoundError, UsageError, nearest
from kg.export.base import write_jsonl
from kg.export.facts import guide_facts, guide_papers
from kg.files import atomic_write
from kg.fill import Ask, Cancelled, Form, Show
from kg.model import ROLES, Claim, Paper, PaperFacts, PaperKind, Result
from kg.names import Names
from kg.workspace import Workspace

_ADD = "+"
_FACT_KEYS = {
    "a": "accept",
    "r": "reject",
    "c": "correct",
    "s": "skip",
    _ADD: "add another",
    "n": "next paper",
    "q": "quit",
}
_END_KEYS = {"n": "nothing is missing", _ADD: "add a fact", "k": "correct the kind", "q": "quit"}
_PAST: Mapping[Verdict, str] = {
    "accept": "accepted",
    "reject": "rejected",
    "correct": "corrected",
    "add": "added",
    "kind": "kinds corrected",
    "done": "papers finished",
}


class _Left(Exception):
    """The annotator leaves the paper as it is."""


def annotate(
    workspace: Workspace,
    ask: Ask,
    show: Show,
    *,
    annotator: str,
    paper: str | None = None,
    role: str | None = None,
    limit: int | None = None,
    again: bool = False,
) -> Counter[str]:
    """Go through the papers of a workspace, by id, those with something undecided first.

    Args:
        workspace: its `decisions.jsonl` gets a line for each decision, as soon as it is made.
        ask: asks a question; its second argument says that one key answers it. An `EOFError` ends it.
        show: prints a text.
        annotator: who decides.
        paper: an id, a title or its beginning: only this paper.
        role: only facts in this role; "results" for claimed numbers.
        limit: most papers.
        again: ask for what has been decided as well.

    Returns:
        How many decisions were made, by what they are called ("accepted", ...), and "papers" that were shown.

    Raises:
        WorkspaceError: if the decisions cannot be read, or the workspace is being written by somebody else.
        NotFoundError: if there is no such paper.
        UsageError: if there is no such role.
    """
    if role is not None and role not in (roles := (*ROLES, RESULTS)):
        raise UsageError(f"there is no role {role!r}.{nearest(role, roles)} Roles: {', '.join(roles)}")
    wanted = None if paper is None else _find(workspace, paper)
    latest, problems = workspace.decisions()
    for line in problems:
        show(Text(line, "yellow"))
    session = _Session(workspace, latest, ask, show, annotator, role, again)
    try:
        for one, facts in _queue(workspace, latest, wanted, role, again):
            if session.tally["papers"] == limit:
                break
            session.tally["papers"] += 1
            session.paper(one, facts)
    except EOFError:
        pass
    return session.tally


def _find(workspace: Workspace, text: str) -> str:
    rows = [
        {"id": p.id, "name": p.title, "arxiv": p.arxiv, "doi": p.doi, "acl": p.acl}
        for p in workspace.papers()
    ]
    return Names(lambda _: rows).match(text, ("Paper",)).ids[0]


def _queue(
    workspace: Workspace, latest: Latest, wanted: str | None, role: str | None, again: bool
) -> Iterator[tuple[Paper, PaperFacts]]:
    """Yield the papers to go through: what is open, then, where all is asked again, the others."""
    seen: set[str] = set()
    for only_open in (True, False) if again else (True,):
        for paper, facts in workspace.extracted():
            if paper.id in seen or wanted not in (None, paper.id):
                continue
            mine = latest.get(paper.text_hash, {})
            keys = undecided(facts, mine) if only_open else [key for key, _ in every_fact(facts, mine)]
            asked = any(_in_role(key, role) for key in keys)
            # A paper with no fact left to decide may still lack one: that is the last question about it.
            if asked or (role is None and not (only_open and is_finished(facts, mine))):
                seen.add(paper.id)
                yield paper, facts


def _in_role(key: str, role: str | None) -> bool:
    return role is None or key.startswith(f"{role}: ")


class _Session:
    """One annotator before one workspace.

    Attributes:
        tally: see `annotate`.
    """

    def __init__(
        self,
        workspace: Workspace,
        latest: Latest,
        ask: Ask,
        show: Show,
        annotator: str,
        role: str | None,
        again: bool,
    ) -> None:
        self.tally: Counter[str] = Counter()
        self._workspace = workspace
        self._latest = latest
        self._ask = ask
        self._show = show
        self._annotator = annotator
        self._rule = f"decision:{annotator}"
        self._role = role
        self._again = again

    def paper(self, paper: Paper, facts: PaperFacts) -> None:
        """Go through one paper.

        Raises:
            EOFError: if the annotator quits.
        """
        mine = self._latest.setdefault(paper.text_hash, {})
        todo = [
            (key, fact)
            for key, fact in every_fact(facts, mine)
            if _in_role(key, self._role) and (self._again or key not in mine)
        ]
        self._show(head(paper))
        try:
            for number, (key, fact) in enumerate(todo, 1):
                self._fact(paper, facts, key, fact, f"{number}/{len(todo)}")
            self._end(paper, facts)
        except _Left:
            return

    def _fact(self, paper: Paper, facts: PaperFacts, key: str, fact: Fact | None, place: str) -> None:
        mine = self._latest[paper.text_hash]
        old = mine.get(key)
        # What was rejected is shown as it was extracted; what was added and rejected again is nowhere left.
        shown = fact or next((f for f in facts_of(facts) if fact_key(f) == key), None)
        # Another fact may just have been corrected to what this one says.
        if shown is None or key not in dict(every_fact(facts, mine)):
            return
        said = f"   {_PAST[old.verdict]} by {old.annotator}, {old.date}" if old else ""
        self._show(card(paper, shown, place, said))
        while True:
            answer = self._key(_FACT_KEYS)
            if answer == "accept":
                self._store(paper, key, "accept", shown)
            elif answer == "reject":
                self._store(paper, key, "reject", None)
            elif answer == "correct":
                made = self._form(paper, facts).corrected(shown)
                if made is shown:
                    self._show(Text("  nothing was changed", "yellow"))
                    continue
                self._store(paper, key, "correct", made)
            elif answer == "add another":
                self._add(paper, facts)
                continue
            elif answer == "next paper":
                raise _Left
            return

    def _end(self, paper: Paper, facts: PaperFacts) -> None:
        """Ask what is missing, and for the paper's kind."""
        while True:
            now = self._now(paper, facts)
            self._show(whole(paper, now))
            answer = self._key(_END_KEYS)
            if answer == "add a fact":
                self._add(paper, facts)
            elif answer == "correct the kind":
                kind = self._form(paper, facts).choose("kind", get_args(PaperKind), now.kind)
                self._store(paper, KIND, "kind", kind=kind)
            else:
                # Who looks at one role only has not looked for what else is missing.
                if self._role is None:
                    self._store(paper, DONE, "done", kind=now.kind)
                return

    def _add(self, paper: Paper, facts: PaperFacts) -> None:
        try:
            made = self._form(paper, facts).new()
        except Cancelled:
            return
        key = fact_key(made)
        mine = self._latest[paper.text_hash]
        if key in {fact_key(fact) for _, fact in every_fact(facts, mine) if fact}:
            self._show(Text(f"  {key} is there already", "yellow"))
            return
        # The extracted fact of this name may have been corrected into another one, which must stay.
        while key in mine and mine[key].outcome:
            key += " (added)"
        self._store(paper, key, "add", made)
        self._show(card(paper, made, _ADD))

    def _form(self, paper: Paper, facts: PaperFacts) -> Form:
        return Form(paper, self._now(paper, facts).claims, self._ask, self._show, self._rule)

    def _now(self, paper: Paper, facts: PaperFacts) -> PaperFacts:
        return decided_facts(paper, facts, self._latest[paper.text_hash])[0]

    def _key(self, keys: Mapping[str, str]) -> str:
        """Ask until the answer is one of the keys, or what it stands for.

        Raises:
            EOFError: if the answer is to quit.
        """
        menu = "   ".join(f"{key} {meaning}" for key, meaning in keys.items())
        while True:
            answer = self._ask(f"  {menu} > ", True).strip().lower()
            meaning = answer if answer in keys.values() else keys.get(answer)
            if meaning == "quit":
                raise EOFError
            if meaning:
                return meaning
            if answer:
                self._show(Text(f"  {answer!r} is none of {', '.join(keys)}", "yellow"))

    def _store(
        self,
        paper: Paper,
        key: str,
        verdict: Verdict,
        fact: Fact | None = None,
        kind: PaperKind | None = None,
    ) -> None:
        sure = None if fact is None else replace(fact, confidence=1.0)
        decision = Decision(
            text_hash=paper.text_hash,
            paper=paper.id,
            verdict=verdict,
            fact=key,
            annotator=self._annotator,
            date=date.today().isoformat(),
            claim=sure if isinstance(sure, Claim) else None,
            result=sure if isinstance(sure, Result) else None,
            kind=kind,
        )
        self._workspace.decide(decision)
        take(self._latest, decision)
        self.tally[_PAST[verdict]] += 1


def export_annotated(workspace: Workspace, folder: Path) -> int:
    """Write `papers.jsonl` and `facts.jsonl` (`docs/annotation-guide.md`) of the finished papers.

    A paper is finished when each of its facts was decided, and its annotator said that nothing is missing.
    Other quantities (`scale`) are not asked for: they stay as they were extracted.

    Returns:
        The number of papers.

    Raises:
        NotFoundError: if none is finished; nothing is written then.
        InputError: if the folder cannot be written.
    """
    latest, _ = workspace.decisions()
    papers: list[Paper] = []
    rows = []
    for paper, facts in workspace.extracted():
        mine = latest.get(paper.text_hash, {})
        if is_finished(facts, mine):
            papers.append(paper)
            rows.append(guide_facts(paper, decided_facts(paper, facts, mine)[0]))
    if not papers:
        raise NotFoundError(
            f"{workspace.path}: no paper is finished; "
            f"decide on all facts of one with `kg annotate {workspace.path}`"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, records in (("papers", guide_papers(papers)), ("facts", iter(rows))):
            with atomic_write(folder / f"{name}.jsonl") as file:
                write_jsonl(records, file)
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{folder}: cannot be written ({why}); name another folder") from error
    return len(papers)
