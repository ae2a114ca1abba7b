"""From annotated abstracts to a model folder.

1. Teachers are trained on the annotated papers that are not held out.
2. What the teachers and the tables say together of unlabelled abstracts, as chances, trains the student
   (Hinton, Vinyals, Dean 2015, "Distilling the knowledge in a neural network"; Xie et al. 2020,
   "Self-training with Noisy Student"). Without such abstracts it learns from the annotated ones alone.
3. The student is tuned on the annotated papers, and asked for those that were held out: thresholds and
   calibration come from there. Then the same student is tuned on all of them; that is what is written.

Every step is kept in a work folder, so that a run that was cut off goes on.
"""

from __future__ import annotations

import copy
import gzip
import json
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from extractors.linear import OUTPUTS, ROLES
from extractors.training.examples import Array, Example, examples
from extractors.training.export import export
from extractors.training.fit import Plan, Read, Say, fit, predict
from extractors.training.gold import Facts
from extractors.training.limits import calibration, thresholds
from extractors.training.network import Network
from extractors.wordpieces import WordPieces
from kg.errors import InputError
from kg.score import read_papers

TABLES_SAY = 0.3  # what the tables count beside the teachers, in log odds
_SURE = 1e-4
TEACH, STUDY, TUNE = Plan(4, 2e-4, 1e-3), Plan(1, 4e-4, 1e-3), Plan(2, 1e-4, 3e-4)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to train from, and how.

    Attributes:
        folder: with papers.jsonl and facts.jsonl, in the format of docs/annotation-guide.md.
        out: folder of the model that is written.
        work: folder for what a run that was cut off goes on from.
        base: folder of a BERT in the Hugging Face format.
        unlabelled: JSON lines with title and abstract, gzipped or not.
        most: how many of those to take, at random.
        layers: of the base model to keep.
        teachers: how many.
        held_out: part of the annotated papers, the last ones, for thresholds and calibration.
        teach, study, tune: epochs and rates of the three steps.
    """

    folder: Path
    out: Path
    work: Path
    base: Path
    unlabelled: Path | None = None
    most: int = 12_000
    layers: int = 3
    teachers: int = 2
    held_out: float = 1 / 3
    teach: Plan = TEACH
    study: Plan = STUDY
    tune: Plan = TUNE


def train(recipe: Recipe, say: Say = print) -> dict[str, Any]:
    """Train, and write a model folder.

    Returns:
        The report: papers, scores on those that were held out, thresholds.

    Raises:
        InputError: if a file is missing or torn, or there are too few papers.
    """
    recipe.work.mkdir(parents=True, exist_ok=True)
    vocabulary = recipe.base / "vocab.txt"
    if not vocabulary.is_file():
        raise InputError(f"{recipe.base}: no vocab.txt; give the folder of a BERT in the Hugging Face format")
    pieces = WordPieces(vocabulary.read_text(encoding="utf-8").split("\n"))
    papers = _once(recipe.work / "annotated.pickle", lambda: list(annotated(recipe.folder, pieces)))
    held = round(len(papers) * recipe.held_out)
    seen, unseen = papers[: len(papers) - held], papers[len(papers) - held :]
    if not seen or not unseen:
        raise InputError(f"{recipe.folder}: {len(papers)} papers are too few; annotate some dozens")
    say(f"{len(seen)} papers to learn from, {len(unseen)} held out")

    def network() -> Network:
        return Network(str(recipe.base), recipe.layers)

    def step(name: str, net: Network, rows: Sequence[Example], plan: Plan) -> Network:
        say(f"{name}: {len(rows)} papers")
        fit(net, rows, pieces, plan, checkpoint=recipe.work / f"{name}.pt", say=say)
        return net

    student = network()
    if recipe.unlabelled is not None:
        teachers = [
            step(f"teacher {n}", network(), seen, replace(recipe.teach, seed=n))
            for n in range(recipe.teachers)
        ]
        step("student", student, _studied(recipe, pieces, teachers), recipe.study)
    plan = recipe.tune if recipe.unlabelled is not None else recipe.teach
    judged = step("tuned on part", copy.deepcopy(student), seen, plan)
    said = predict(judged, unseen, pieces)
    limits, reached = thresholds(unseen, said)
    curves = calibration(unseen, said, limits)
    step("tuned on all", student, papers, plan)
    report = {
        "papers": len(papers),
        "held_out": len(unseen),
        "f1_held_out": {role: round(value, 4) for role, value in reached.items()},
        "thresholds": limits,
        "base": recipe.base.name,
        "layers": recipe.layers,
    }
    export(student, vocabulary, recipe.out, report | {"calibration": curves})
    (recipe.work / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def annotated(folder: Path, pieces: WordPieces) -> Iterator[Example]:
    """Read papers.jsonl and facts.jsonl of a folder, joined by id.

    Raises:
        InputError: if a file is missing or torn, or an annotated paper has no text.
    """
    papers = {str(paper["id"]): paper for paper in read_papers(folder / "papers.jsonl")}
    facts = read_papers(folder / "facts.jsonl")
    for one in facts:
        paper = papers.get(str(one["id"]))
        if paper is None or not isinstance(paper.get("abstract"), str):
            raise InputError(
                f"{folder / 'papers.jsonl'}: paper {one['id']} has no abstract here; add its text"
            )
    return examples(((dict(papers[str(one["id"])]), dict(one)) for one in facts), pieces)


def _studied(recipe: Recipe, pieces: WordPieces, teachers: Sequence[Network]) -> list[Example]:
    """Return unlabelled papers with what the teachers say of them."""

    def make() -> list[Example]:
        rows = _unlabelled(recipe)
        found = list(examples(((row, None) for row in rows), pieces))
        opinions = [predict(teacher, found, pieces) for teacher in teachers]
        return [taught(paper, said) for paper, *said in zip(found, *opinions, strict=True)]

    return _once(recipe.work / "taught.pickle", make)


def _unlabelled(recipe: Recipe) -> list[Facts]:
    """Return some abstracts that are not among the annotated ones."""
    path = recipe.unlabelled
    if path is None:
        return []
    known = {str(paper["id"]) for paper in read_papers(recipe.folder / "papers.jsonl")}
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        rows = [json.loads(line) for line in file if line.strip()]
    rows = [row for row in rows if row.get("abstract") and str(row.get("id")) not in known]
    random.Random(0).shuffle(rows)  # noqa: S311 - no secret
    return rows[: recipe.most]


def taught(paper: Example, said: Sequence[Read]) -> Example:
    """Return a paper with the mean of what teachers and tables say, as chances."""
    roles = (1 - TABLES_SAY) * np.mean([_odds(one.roles) for one in said], axis=0)
    roles = 1 / (1 + np.exp(-roles - TABLES_SAY * _odds(paper.table)))
    worth = np.ones_like(roles)
    worth[:, len(ROLES)] = roles[:, OUTPUTS.index("targets")]
    numbers = np.mean([one.numbers for one in said], axis=0).reshape(-1, 7)
    chances = numbers[:, :3].copy()
    chances[:, 1] += np.clip(paper.nudges, -9, 2)
    categories = _chances(chances)
    choices = [
        replace(
            choice,
            right=(
                categories[choice.number, 1]
                * ((1 - TABLES_SAY) * np.mean([one.slots[k] for one in said], axis=0)
                   + TABLES_SAY * _chances(choice.table.T).T)
            ).astype(np.float32),
        )
        for k, choice in enumerate(paper.choices)
    ]  # fmt: skip
    return replace(
        paper,
        roles=roles,
        worth=worth,
        types=_chances(np.mean([one.types for one in said], axis=0)),
        kind=_chances(np.mean([one.kind for one in said], axis=0)),
        categories=categories,
        number_kinds=_chances(numbers[:, 3:]) * categories[:, 1:2],
        choices=choices,
    )


def _odds(chance: Array) -> Array:
    sure = np.clip(chance, _SURE, 1 - _SURE)
    odds: Array = np.log(sure / (1 - sure))
    return odds


def _chances(odds: Array) -> Array:
    if not odds.size:
        return odds.astype(np.float32)
    out = np.exp(odds - odds.max(axis=-1, keepdims=True))
    chances: Array = (out / out.sum(axis=-1, keepdims=True)).astype(np.float32)
    return chances


def _once(path: Path, make: Callable[[], list[Example]]) -> list[Example]:
    """Return what a file keeps; make and keep it where it is not there."""
    if path.is_file():
        kept: list[Example] = pickle.loads(path.read_bytes())  # noqa: S301 - written by us, in our folder
        return kept
    made = make()
    new = path.with_suffix(".new")
    new.write_bytes(pickle.dumps(made))
    new.replace(path)
    return made
