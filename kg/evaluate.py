"""The product measures itself: extraction scored against annotated papers (`docs/annotation-guide.md`)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.calibration import Calibration, calibrations
from kg.errors import InputError
from kg.export.facts import guide_facts
from kg.files import atomic_write
from kg.identity import identify
from kg.readers import read
from kg.score import errors, normalise, read_papers, score

# The fields that a reader of the tables cares for first, with the names the scorer gives them.
FIELDS = (
    *(
        f"{name}.relaxed"
        for name in ("introduces", "targets", "tasks", "uses", "compares", "resources", "metrics")
    ),
    "entities.relaxed",
    "results",
    "results_linked",
    "results_full",
)
_SAVED = Path(__file__).parent / "data" / "quality.json"


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of one run.

    Attributes:
        name: the gold file's name.
        gold: the annotated papers; predicted: what was extracted, same format.
        scores: field -> p, r, f1, gold, pred.
        found: annotated papers whose text was given; gold_papers: all of them.
        rate: abstracts read per second, in one process.
        calibration: `names` (all roles that name something), each role, `results`: how far their confidences
            can be believed.
    """

    name: str
    gold: Sequence[Mapping[str, Any]]
    predicted: Sequence[Mapping[str, Any]]
    scores: Mapping[str, Mapping[str, float]]
    found: int
    gold_papers: int
    rate: float
    calibration: Mapping[str, Calibration]


def evaluate(gold: str | Path, papers: Sequence[str], model: str = "") -> Report:
    """Extract from the annotated papers' texts and score the outcome.

    Args:
        gold: annotated facts, JSONL after the annotation guide; papers are joined by normalised title, or
            by arXiv id where the annotation has no title.
        papers: inputs with the texts, as for `kg.build`.
        model: as for `extractors.load`.

    Raises:
        InputError: if none of the annotated papers is among the inputs.
    """
    import extractors

    records = read_papers(Path(gold))
    texts = identify(read(papers))
    by_title = {normalise(paper.title): paper for paper in texts}
    by_id = {paper.arxiv: paper for paper in texts if paper.arxiv}
    wanted = [
        (
            str(record["id"]),
            by_title.get(normalise(record.get("title") or "")) or by_id.get(str(record["id"])),
        )
        for record in records
    ]
    found = [(key, paper) for key, paper in wanted if paper is not None]
    if not found:
        raise InputError(
            f"{gold}: none of its {len(records)} papers is among {', '.join(papers)}; name their texts"
        )
    nlp = extractors.load(model)
    started = time.perf_counter()
    facts = list(extractors.extract([paper for _, paper in found], nlp))
    seconds = time.perf_counter() - started
    predicted = [
        guide_facts(paper, one) | {"id": key} for (key, paper), one in zip(found, facts, strict=True)
    ]
    return Report(
        name=Path(gold).name,
        gold=records,
        predicted=predicted,
        scores=score(records, predicted),
        found=len(found),
        gold_papers=len(records),
        rate=len(found) / seconds,
        calibration=calibrations(records, predicted, facts),
    )


def score_rows(report: Report) -> list[dict[str, Any]]:
    """Return one row a field: precision, recall, F1, counts."""
    return [
        {
            "field": field.removesuffix(".relaxed"),
            "precision": round(report.scores[field]["p"], 3),
            "recall": round(report.scores[field]["r"], 3),
            "f1": round(report.scores[field]["f1"], 3),
            "gold": int(report.scores[field]["gold"]),
            "predicted": int(report.scores[field]["pred"]),
        }
        for field in FIELDS
    ]


def calibration_rows(report: Report) -> list[dict[str, Any]]:
    """Return one row for all named roles and one a role: how far confidences can be believed.

    `ece` is the expected calibration error, `surest` the number of claims with confidence 0.9 or more,
    `surest_right` the share of these that is right, None if there are none.
    """
    return [
        {
            "role": role,
            "claims": one.claims,
            "ece": round(one.error, 3),
            "surest": one.surest.claims,
            "surest_right": round(one.surest.right, 3) if one.surest.claims else None,
        }
        for role, one in report.calibration.items()
    ]


def reliability_rows(report: Report) -> list[dict[str, Any]]:
    """Return one row for each bin of confidence in which the named roles have claims."""
    return [
        {
            "confidence": f"{bin.low:.1f} to {bin.high:.1f}",
            "claims": bin.claims,
            "mean": round(bin.confidence, 3),
            "right": round(bin.right, 3),
        }
        for bin in report.calibration["names"].bins
        if bin.claims
    ]


def believed(names: Mapping[str, Any]) -> str:
    """Return what a row of `calibration_rows` says, in one line."""
    line = f"Expected calibration error {names['ece']} over {names['claims']:,} claims"
    if names["surest_right"] is None:
        return f"{line}; none has confidence 0.9 or more"
    number, share = names["surest"], names["surest_right"]
    return f"{line}; of the {number:,} with confidence 0.9 or more {share:.1%} are right"


def error_rows(report: Report, field: str) -> list[dict[str, Any]]:
    """Return what was missed and spurious in a field, one row a paper."""
    return errors(report.gold, report.predicted, field)


def body(report: Report) -> dict[str, Any]:
    """Return everything that was measured, but for the speed, which is the machine's."""
    return {
        "gold": report.name,
        "papers": report.found,
        "scores": score_rows(report),
        "calibration": calibration_rows(report),
        "reliability": reliability_rows(report),
    }


def save(report: Report) -> Path:
    """Keep what was measured in the package, for `kg stats` and README."""
    with atomic_write(_SAVED) as file:
        file.write(json.dumps(body(report), indent=1) + "\n")
    return _SAVED


def measured() -> str:
    """Return the scores that were measured for this version, in one line."""
    if not _SAVED.is_file():
        return "not measured; run `kg evaluate`"
    saved = json.loads(_SAVED.read_text(encoding="utf-8"))
    parts = ", ".join(f"{row['field']} {row['f1']:.2f}" for row in saved["scores"])
    scores = f"relaxed F1 on {saved['papers']} annotated papers ({saved['gold']}): {parts}"
    return f"{scores}. {believed(saved['calibration'][0])}"
