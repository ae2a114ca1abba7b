#!/usr/bin/env python3
"""Fit `rows.npz` of the packaged model to rows that careful readers judged (needs the extra `train`).

    python -m scripts.fit_rows TEXTS [--data benchmarks/rows/rows.jsonl]

TEXTS is a file of abstracts (JSONL with id, title and abstract, gzip or not) that holds those of the data; a
text that differs from the one that was read is passed over. Two small networks (`extractors/row_heads.py`):
which settings of a paper are conditions of which number, and how likely a score is right as a whole. Both are
measured by five folds of the papers, and the second sees what the first says of papers that it was not fitted
to; those that stay are fitted to all. The same on the same machine.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language

from extractors import load
from extractors.doc import make_doc, spans_of
from extractors.judge import judge
from extractors.results import linked
from extractors.row_heads import FILE, Span
from extractors.settings import LEAST, Setting, Settings
from extractors.trained import SHIPPED
from extractors.training.rows import Cases, Floats, Recipe, arrays, probabilities
from extractors.training.rows import fit as fit_head
from extractors.trust import cues as trust_cues
from extractors.trust import parts as trust_parts
from kg.model import Result
from kg.readers.clean import clean
from scripts.linear_fit import Facts, read_lines

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks" / "claims"))
from claims import fold_of, text_hash  # noqa: E402  # a script beside its data, no package

ROWS = ROOT / "benchmarks" / "rows" / "rows.jsonl"
FOLDS = 5
# Of a few widths, passes and shares those with the least loss on the papers left out.
SETTINGS = Recipe(hidden=24, members=3, passes=6, batch=256, often=8)
TRUST = Recipe(hidden=12, members=3, passes=8, batch=128, often=20)
_BLANK = re.compile(r"[\s$]+")
_SLOTS = ("metric", "on", "method")

Arrays = dict[str, npt.NDArray[Any]]


@dataclass
class Row:
    """A judged row, and what the extractor makes of its number now."""

    said: Facts
    result: Result
    settings: Settings
    same: int
    places: list[Span] = field(default_factory=list)
    cues: list[list[str]] = field(default_factory=list)
    holds: list[bool] = field(default_factory=list)
    parts: list[Floats] = field(default_factory=list)

    def right(self, now: Result) -> bool | None:
        """Whether a reader would find the row right with new conditions; None where that is not known."""
        given = [_squeezed(text) for text in self.said["right"].get("conditions", ())]
        known = _parts(now.condition) + (now.split or "").split(", ")
        added = [
            _among(part, given) for part in _parts(now.condition) if part not in _parts(self.result.condition)
        ]
        shown, verdict, fault = self.said["shown"], self.said["verdict"], self.said.get("fault")
        texts = {slot: mention.text for slot in _SLOTS if (mention := getattr(now, slot))}
        changed = {slot for slot in _SLOTS if texts.get(slot) != shown.get(slot)}
        if changed:
            mended = all(texts.get(slot) == self.said["right"].get(slot) for slot in changed)
            return True if mended and changed == {fault} and not added else None
        if not all(added):
            return False if verdict != "right" else None
        lacked = fault in ("condition", "split") and verdict == "doubtful" and bool(added)
        return bool(verdict == "right") or (lacked and all(_among(text, known) for text in given))


def _squeezed(text: str) -> str:
    return _BLANK.sub(" ", text.lower()).strip()


def _parts(condition: str | None) -> list[str]:
    return [_squeezed(part) for part in condition.split("; ")] if condition else []


def _among(text: str, others: Sequence[str]) -> bool:
    """Whether a text is one of others, a part of one, or has one as a part."""
    return any(other and (text in other or other in text) for other in others)


def read_texts(path: Path, wanted: set[str]) -> Iterator[Facts]:
    """Yield the wanted records of a file of abstracts."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record: Facts = json.loads(line)
            if record["id"] in wanted:
                yield record


def holds(setting: Setting, said: Sequence[str]) -> bool:
    """Whether a setting is one of the conditions that a reader gave, or a part of one, or the reverse."""
    whole = re.compile(rf"(?<!\w){re.escape(setting.name)}(?!\w)")
    return any(whole.search(text) or (len(text) > 3 and text in setting.name) for text in said)


def rows_of(nlp: Language, record: Facts, judged: Sequence[Facts]) -> Iterator[Row]:
    """Yield the judged rows of a paper whose number is found."""
    # Offsets are into texts as the readers clean them.
    doc = make_doc(nlp, clean(record["title"]), clean(record["abstract"]))
    for name, component in nlp.pipeline:
        if name != "kg_claims":
            doc = component(doc)
    spans = spans_of(doc)
    kind, claims = judge(doc, spans)
    layout, results, _ = linked(doc, spans, claims, None, kind)
    settings = Settings(doc, layout, claims, results)
    wanted = {(row["field"], row["start"]): row for row in judged}
    same = Counter((r.evidence.field, r.evidence.quote_start) for r in results)
    for result in results:
        said = wanted.get((result.evidence.field, result.evidence.mention_start))
        if said is None or result.kind != "absolute":
            continue
        row = Row(said, result, settings, same[result.evidence.field, result.evidence.quote_start])
        plain = [_squeezed(text) for text in said["right"].get("conditions", ())]
        for setting, place, cues in settings.cues(result):
            row.places.append(place)
            row.cues.append(cues)
            row.holds.append(holds(setting, plain))
        row.parts = [part.astype(np.float16) for part in settings.parts(result, row.places)]
        yield row


def fit(name: str, cases: Cases, fold: Sequence[int], recipe: Recipe) -> tuple[Floats, Arrays]:
    """Fit one network; return what those say of each case that have not seen its fold, and the one of all."""
    folds, found = np.array(fold), np.zeros(len(fold))
    for left_out in range(FOLDS):
        other = np.flatnonzero(folds == left_out)
        members = fit_head(cases, np.flatnonzero(folds != left_out), recipe)
        found[other] = probabilities(cases, members, other)
    wanted = cases.wanted.numpy() > 0
    print(f"{name}: mean negative log {-np.log(np.where(wanted, found, 1 - found)).mean():.4f}", flush=True)
    whole = arrays(cases, fit_head(cases, np.arange(len(fold)), recipe))
    return found, {f"{name}.{part}": array for part, array in whole.items()}


def fit_settings(rows: Sequence[Row], fold: Sequence[int]) -> tuple[list[list[float]], Arrays]:
    """Fit which settings hold; return for each row what networks say of its settings that do not know it."""
    wanted = np.array([right for row in rows for right in row.holds])
    print(f"{len(wanted)} settings of {len(rows)} numbers, {wanted.sum()} hold")
    owner = np.repeat(np.arange(len(rows)), [len(row.holds) for row in rows])
    own = np.arange(len(owner))
    number, phrases, gaps, sentence = (
        np.concatenate(part) for part in zip(*(r.parts for r in rows), strict=True)
    )
    parts = [(number, owner), (phrases, own), (gaps, own), (sentence, owner)]
    cases = Cases([cues for row in rows for cues in row.cues], parts, wanted, SETTINGS.often)
    found, whole = fit("settings", cases, [fold[i] for i in owner.tolist()], SETTINGS)
    for least in (0.4, LEAST, 0.6, 0.7):
        taken = found >= least
        print(
            f"from {least}: {wanted[taken].mean():.3f} of {taken.sum()} hold, "
            f"{(wanted & taken).sum() / wanted.sum():.3f} of those that hold are taken"
        )
    chances = iter(found.tolist())
    return [[next(chances) for _ in row.holds] for row in rows], whole


def fit_trust(rows: Sequence[Row], fold: Sequence[int], chances: Sequence[list[float]]) -> Arrays:
    """Fit how likely a score is right."""
    cases, labels, folds, ranked, wrong, parts = [], [], [], [], [], []
    for row, part, said in zip(rows, fold, chances, strict=True):
        now, missing = row.settings.chosen(row.result, row.places, said)
        right = row.right(now)
        if right is not None and now.metric and now.on:
            cases.append(list(trust_cues(row.settings, now, missing, row.same)))
            parts.append([vectors.astype(np.float16) for vectors in trust_parts(row.settings, now)])
            labels.append(right)
            folds.append(part)
            ranked.append("left_out" not in row.said["shown"])
            wrong.append(row.said["verdict"] == "wrong" and not right)
    wanted, in_order = np.array(labels), np.array(ranked)
    print(
        f"{len(cases)} scores, {wanted.sum()} right; ranked {in_order.sum()}, {wanted[in_order].sum()} right"
    )
    own = np.arange(len(cases))
    whole_parts = [(np.concatenate(part), own) for part in zip(*parts, strict=True)]
    found, whole = fit("trust", Cases(cases, whole_parts, wanted, TRUST.often), folds, TRUST)
    for least in (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9):
        taken = (found >= least) & in_order
        print(
            f"from {least}: {taken.sum()} ranked, {wanted[taken].mean():.3f} right, "
            f"{np.array(wrong)[taken].mean():.3f} wrong"
        )
    return whole


def store(heads: Arrays) -> None:
    """Put the networks into the folder of the packaged model."""
    folder = Path(SHIPPED)
    with (folder / FILE).open("wb") as file:
        np.savez_compressed(file, **heads)  # type: ignore[arg-type]
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    about["sha256"][FILE] = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the arguments, and fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--data", type=Path, default=ROWS)
    args = parser.parse_args()
    by_paper: dict[str, list[Facts]] = {}
    for said in read_lines(args.data):
        by_paper.setdefault(said["id"], []).append(said)
    nlp = load()
    rows: list[Row] = []
    for record in read_texts(args.texts, set(by_paper)):
        judged = by_paper[record["id"]]
        if text_hash(record["title"], record["abstract"]) != judged[0]["sha256"]:
            print(f"{record['id']}: another text than the one that was read; passed over")
            continue
        rows.extend(rows_of(nlp, record, judged))
    lost = sum(map(len, by_paper.values())) - len(rows)
    print(f"{lost} of {lost + len(rows)} judged rows were not found in the texts")
    if lost > len(rows):
        parser.error(f"{args.texts} has not the texts that were read")
    fold = [fold_of(row.said["id"]) for row in rows]
    chances, settings = fit_settings(rows, fold)
    store({**settings, **fit_trust(rows, fold, chances)})


if __name__ == "__main__":
    main()
