"""From annotated abstracts to a model folder.

1. Teacher and student go on with pre-training on unlabelled abstracts, where that is asked for.
2. The annotated papers are dealt into folds. For each a teacher learns from the other folds; what it says of
   the unlabelled abstracts, as chances, and the annotations of the other folds train a student (Hinton,
   Vinyals, Dean 2015, "Distilling the knowledge in a neural network"; Xie et al. 2020, "Self-training with
   Noisy Student"), which is asked for the fold's papers. Without unlabelled abstracts the student learns from
   annotations alone. Where it is to have fewer neurons, the least useful are taken out, and it learns again.
3. Thresholds and calibration come from what the students said of papers that neither they nor their teachers
   had seen.
4. One student more learns from the mean of what all teachers said, and from all annotated papers; that one is
   written.

Every step is kept in a work folder, so that a run that was cut off goes on, and folds can run side by side.
"""

from __future__ import annotations

import gzip
import json
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from extractors.linear import OUTPUTS, ROLES
from extractors.training.examples import Array, Example, examples, texts
from extractors.training.export import export
from extractors.training.fit import Plan, Read, Say, fit, predict
from extractors.training.gold import Facts
from extractors.training.limits import calibration, linked, thresholds
from extractors.training.network import Network
from extractors.training.pretrain import Text, pretrain
from extractors.training.recover import recover
from extractors.training.slim import slim
from extractors.wordpieces import WordPieces
from kg.errors import InputError
from kg.score import read_papers

T = TypeVar("T")
TEACH, STUDY, GUESS = Plan(4, 2e-4, 1e-3), Plan(1, 3e-4, 1e-3), Plan(1, 2e-4, 1e-3)
TEACH_LARGE, GO_ON = Plan(5, 5e-5, 1e-3), Plan(2, 1.5e-4, 5e-4)
_LEAST_PAPERS = 2
# Large networks sometimes fall into saying the same of everything, and stay there: their loss ceases to fall.
_STUCK, _STEADY, _TRIES = 0.75, 3, 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to train from, and how.

    Attributes:
        folder: with papers.jsonl and facts.jsonl, in the format of docs/annotation-guide.md.
        out: folder of the model that is written.
        work: folder for what a run that was cut off goes on from.
        base: folder of a BERT in the Hugging Face format.
        begin: a model folder made from it that students go on from, in place of the base.
        teacher: folder of what teachers begin from, the base where none is given; its word pieces are the
            base's, though it may number them otherwise.
        unlabelled: JSON lines with title and abstract, gzipped or not.
        most: how many of those teachers are asked about, at random.
        guess: how many of them to go on pre-training with; none where it is 0.
        layers: of the base to keep.
        neurons: of each layer that the student keeps in the end; all where it is 0.
        folds: how many.
        device: where to train, as PyTorch names it.
        teach, study, guessing: epochs and rates of the steps.
    """

    folder: Path
    out: Path
    work: Path
    base: Path
    begin: Path | None = None
    teacher: Path | None = None
    unlabelled: Path | None = None
    most: int = 12_000
    guess: int = 0
    layers: int = 3
    neurons: int = 0
    folds: int = 3
    device: str = "cpu"
    teach: Plan = TEACH
    study: Plan = STUDY
    guessing: Plan = GUESS


@dataclass
class Run:
    """A recipe at work; every method does its step, or reads what it left.

    Attributes:
        recipe: the recipe.
        say: takes a line now and then.
    """

    recipe: Recipe
    say: Say = print
    pieces: WordPieces = field(init=False)
    vocabulary: list[str] = field(init=False)

    def __post_init__(self) -> None:
        recipe = self.recipe
        recipe.work.mkdir(parents=True, exist_ok=True)
        path = recipe.base / "vocab.txt"
        if not path.is_file():
            raise InputError(
                f"{recipe.base}: no vocab.txt; give the folder of a BERT in the Hugging Face format"
            )
        if recipe.neurons < 0:
            raise InputError(f"neurons is {recipe.neurons}; give how many of each layer to keep, 0 for all")
        self._same_recipe()
        self.vocabulary = path.read_text(encoding="utf-8").split("\n")
        self.pieces = WordPieces(self.vocabulary)

    def _same_recipe(self) -> None:
        """Refuse to go on from what another recipe left; the number of neurons may differ."""
        asked = repr(replace(self.recipe, out=Path(), work=Path(), neurons=0, device=""))
        path = self.recipe.work / "recipe.txt"
        if not path.is_file():
            path.write_text(asked, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != asked:
            raise InputError(
                f"{self.recipe.work}: was made by another command; give another --work, or delete it"
            )

    def annotated(self) -> list[Example]:
        """Return the annotated papers."""
        folder = self.recipe.folder
        papers = _once(self.recipe.work / "annotated.pickle", lambda: list(annotated(folder, self.pieces)))
        if len(papers) < _LEAST_PAPERS * self.recipe.folds:
            raise InputError(f"{folder}: {len(papers)} papers are too few; annotate some dozens")
        return papers

    def unlabelled(self) -> list[Example]:
        """Return the abstracts that teachers are asked about."""
        if self.recipe.unlabelled is None:
            return []
        rows = _unlabelled(self.recipe, self.recipe.most)
        return _once(
            self.recipe.work / "unlabelled.pickle",
            lambda: list(examples(((row, None) for row in rows), self.pieces)),
        )

    def network(self, *, teacher: bool = False) -> Network:
        """Return a teacher or a student that has not yet seen an annotation."""
        recipe = self.recipe
        count = 1 + max(paper.annotator for paper in self.annotated())
        if teacher and recipe.teacher is not None:
            net = Network(str(recipe.teacher), 0, inner=0.1, pieces=self.vocabulary, annotators=count)
        elif recipe.begin is not None:
            return recover(recipe.begin, recipe.base, count).to(recipe.device)
        else:
            net = Network(str(recipe.base), recipe.layers, annotators=count)
        net = net.to(recipe.device)
        path = recipe.work / f"{'teacher' if teacher and recipe.teacher else 'student'}-base.pt"
        if recipe.guess and not path.is_file():
            self.say(f"pre-training: {path.stem}")
            hidden = self.vocabulary.index("[MASK]")
            pretrain(net, self._texts(), self.pieces, recipe.guessing, hidden=hidden, say=self.say)
            torch.save(net.state_dict(), path)
        if recipe.guess:
            begun = torch.load(path, weights_only=True, map_location="cpu")
            kept = {n: x for n, x in begun.items() if n.startswith(("encoder.", "marks."))}
            net.load_state_dict(kept, strict=False)
        return net

    def _texts(self) -> list[Text]:
        rows = _unlabelled(self.recipe, self.recipe.guess)
        return _once(self.recipe.work / "texts.pickle", lambda: list(texts(rows, self.pieces)))

    def fold(self, k: int) -> list[Read]:
        """Train without the papers of a fold, and return what is said of them by a student."""

        def make() -> list[Read]:
            papers = self.annotated()
            seen = [paper for i, paper in enumerate(papers) if i % self.recipe.folds != k]
            student = self._student(k, seen, [self.opinions(k)] if self.recipe.unlabelled else [])
            return predict(student, papers[k :: self.recipe.folds], self.pieces)

        return _once(self.recipe.work / f"fold-{k}{self._slim}.pickle", make)

    @property
    def _slim(self) -> str:
        """Part of the names of files that hang on the number of neurons."""
        return f"-slim-{self.recipe.neurons}" if self.recipe.neurons else ""

    def opinions(self, k: int) -> list[Read]:
        """Return what the teacher of a fold says of the unlabelled abstracts."""

        def make() -> list[Read]:
            papers = self.annotated()
            seen = [paper for i, paper in enumerate(papers) if i % self.recipe.folds != k]
            plan = replace(self.recipe.teach, seed=self.recipe.teach.seed + k)
            for _ in range(_TRIES):
                teacher = self.network(teacher=True)
                self.say(f"teacher {k}: {len(seen)} papers, rate {plan.rate:g}")
                losses = fit(teacher, seen, self.pieces, plan, say=self.say)
                if len(losses) < _STEADY or losses[-1] < _STUCK * losses[0]:
                    break
                self.say(f"teacher {k} learns nothing")
                plan = replace(plan, rate=plan.rate / 2)
            return predict(teacher, self.unlabelled(), self.pieces)

        return _once(self.recipe.work / f"opinions-{k}.pickle", make)

    def student(self) -> Network:
        """Return the student that learns from all."""
        some = range(self.recipe.folds) if self.recipe.unlabelled else ()
        return self._student("of all", self.annotated(), [self.opinions(k) for k in some])

    def _student(
        self, name: int | str, seen: Sequence[Example], opinions: Sequence[Sequence[Read]]
    ) -> Network:
        student = self.network()
        rows = list(seen)
        if opinions:
            asked = zip(self.unlabelled(), *opinions, strict=True)
            rows += [taught(paper, said) for paper, *said in asked]
        self.say(f"student {name}: {len(rows)} papers")
        plan = self.recipe.study if opinions else self.recipe.teach
        checkpoint = self.recipe.work / f"student-{name}.pt".replace(" ", "-")
        fit(student, rows, self.pieces, plan, checkpoint=checkpoint, say=self.say)
        if self.recipe.neurons:
            lost = slim(student, seen, self.pieces, self.recipe.neurons)
            self.say(f"student {name}: fewer neurons lose {max(lost):.1%} of a layer's output at most")
            if not any(lost):  # no layer had more
                return student
            checkpoint = checkpoint.with_stem(f"{checkpoint.stem}{self._slim}")
            fit(student, rows, self.pieces, self.recipe.study, checkpoint=checkpoint, say=self.say)
        return student


def train(recipe: Recipe, say: Say = print) -> dict[str, Any]:
    """Train, and write a model folder.

    Returns:
        The report: papers, scores on papers that were not seen, thresholds.

    Raises:
        InputError: if a file is missing or torn, or there are too few papers.
    """
    run = Run(recipe, say)
    papers = run.annotated()
    said: list[Read] = [None] * len(papers)  # type: ignore[list-item]
    for k in range(recipe.folds):
        said[k :: recipe.folds] = run.fold(k)
    limits, reached = thresholds(papers, said)
    report = {
        "papers": len(papers),
        "unlabelled": len(run.unlabelled()),
        "folds": recipe.folds,
        "f1_out_of_fold": {role: round(value, 4) for role, value in reached.items()},
        "links_out_of_fold": linked(papers, said),
        "thresholds": limits,
        "base": recipe.base.name,
    }
    curves = calibration(papers, said, limits)
    student = run.student().cpu()
    layers = student.encoder.encoder.layer
    report |= {"layers": len(layers), "neurons": layers[0].intermediate.dense.out_features}
    export(student, recipe.base / "vocab.txt", recipe.out, report | {"calibration": curves})
    (recipe.work / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def annotated(folder: Path, pieces: WordPieces) -> Iterator[Example]:
    """Read papers.jsonl and facts.jsonl of a folder, joined by id.

    Facts may say whose they are (`annotator`); those of the first paper are of the one whose habits count.

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
    known: dict[str, int] = {}
    for example in examples(((dict(papers[str(one["id"])]), dict(one)) for one in facts), pieces):
        name = (example.facts or {}).get("annotator") or ""
        example.annotator = known.setdefault(str(name), len(known))
        yield example


def _unlabelled(recipe: Recipe, most: int) -> list[Facts]:
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
    return rows[:most]


def taught(paper: Example, said: Sequence[Read]) -> Example:
    """Return a paper with the mean of what teachers say, as chances."""
    odds = np.mean([_odds(one.roles) for one in said], axis=0)
    roles = 1 / (1 + np.exp(-odds))
    worth = np.ones_like(roles)
    worth[:, len(ROLES)] = roles[:, OUTPUTS.index("targets")]
    numbers = np.mean([one.numbers for one in said], axis=0).reshape(-1, 7)
    chances = numbers[:, :3].copy()
    chances[:, 1] += np.clip(paper.nudges, -9, 2)
    categories = _chances(chances)
    choices = [
        replace(
            choice,
            right=(categories[choice.number, 1] * np.mean([one.slots[k] for one in said], axis=0)).astype(
                np.float32
            ),
        )
        for k, choice in enumerate(paper.choices)
    ]
    return replace(
        paper,
        facts=None,
        roles=roles,
        worth=worth,
        types=_chances(np.mean([one.types for one in said], axis=0)),
        kind=_chances(np.mean([one.kind for one in said], axis=0)),
        categories=categories,
        number_kinds=_chances(numbers[:, 3:]) * categories[:, 1:2],
        choices=choices,
    )


def _odds(chance: Array) -> Array:
    sure = np.clip(chance, 1e-4, 1 - 1e-4)
    odds: Array = np.log(sure / (1 - sure))
    return odds


def _chances(odds: Array) -> Array:
    if not odds.size:
        return odds.astype(np.float32)
    out = np.exp(odds - odds.max(axis=-1, keepdims=True))
    chances: Array = (out / out.sum(axis=-1, keepdims=True)).astype(np.float32)
    return chances


def _once(path: Path, make: Callable[[], T]) -> T:
    """Return what a file keeps; make and keep it where it is not there."""
    if path.is_file():
        kept: T = pickle.loads(path.read_bytes())  # noqa: S301 - written by us, in our folder
        return kept
    made = make()
    new = path.with_suffix(".new")
    new.write_bytes(pickle.dumps(made))
    new.replace(path)
    return made
