"""Claimed scores in the format of Every Eval Ever, a shared schema for evaluation results.

One JSON object a line is one "evaluation log": what one text (a paper's own, or a leaderboard's rows about
it) says of one model. Fields are those of `eval.schema.json` version 0.3.0 of the EvalEval Coalition
(https://github.com/evaleval/every_eval_ever), as far as an abstract can fill them: what it does not say is
"unknown" where the schema wants something, and else left out. The CSV holds one score a row.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from kg._version import __version__
from kg.export.base import Exportable, Row, write_jsonl
from kg.export.tables import csv_line
from kg.metrics import metric_of
from kg.resolve.aliases import alias_table
from kg.resolve.normalise import joined
from kg.table import SOURCE as LEADERBOARD

SCHEMA_VERSION = "0.3.0"
UNKNOWN = "unknown"
# Whose number it is, from the side of who made the model.
_RELATION = {"own": "first_party", "rival": "third_party", None: "other"}
_UNITS = {"%": "percent", "none": ""}
_PAPER = ("id", "name", "arxiv", "doi", "acl", "year", "date", "note")
_CSV = (
    *("evaluation_id", "evaluation_result_id", "model", "evaluation_name", "dataset", "split", "condition"),
    *(
        "metric",
        "metric_id",
        "metric_unit",
        "lower_is_better",
        "min_score",
        "max_score",
        "score",
        "value_text",
    ),
    *("evaluator_relationship", "source", "paper", "title", "arxiv", "doi", "year", "field", "quote"),
    *("quote_start", "quote_end", "hedge", "baseline", "baseline_value", "gain", "relative_gain", "conflict"),
    "confidence",
)


@dataclass(slots=True)
class Claimed:
    """The scores that can be exported, and why the other claimed numbers cannot.

    Attributes:
        scores: one dict a Result: its properties, those of its paper and its quote, `model`, `dataset` and
            `metric_name`; sorted by paper, source, model and place.
        left_out: reason -> number of Results.
    """

    scores: list[Row] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def claimed(source: Exportable) -> Claimed:
    """Collect the scores of a graph."""
    out = Claimed()
    names: dict[str, str] = {}
    papers: dict[str, Row] = {}
    results: dict[str, Row] = {}
    for node in source.store.nodes():
        if node["type"] == "Paper":
            papers[node["id"]] = {f"paper_{key}": node.get(key) for key in _PAPER}
        elif node["type"] != "Result":
            names[node["id"]] = node["name"]
        elif why := _unfit(node):
            out.left_out[why] += 1
        else:
            results[node["id"]] = dict(node) | {"model": node["method"], "dataset": node["measured_on"]}
    slots = {"OF": "model", "ON": "dataset", "MEASURES": "metric_name"}
    for edge in source.store.edges():
        if edge["type"] == "REPORTS" and edge["to"] in results:
            where = ("field", "quote", "quote_start", "quote_end", "mention_start", "mention_end")
            results[edge["to"]] |= papers[edge["from"]] | {key: edge[key] for key in where}
        elif (slot := slots.get(edge["type"])) and edge["from"] in results:
            results[edge["from"]][slot] = names[edge["to"]]
    out.scores = sorted(
        results.values(), key=lambda score: (*_log_key(score), score["mention_start"], score["id"])
    )
    return out


def _unfit(result: Row) -> str | None:
    """Say why a claimed number is no evaluation result of the schema, None where it is one."""
    if why := result.get("unranked"):
        return str(why)
    if result.get("method") is None:
        return "names no method"
    if result.get("direction") is None:
        return "its metric has no known direction"
    return None if result.get("score") is not None else "has no score"


def _log_key(score: Row) -> tuple[str, str, str, str]:
    """Return what the scores of one log share: paper, who says it, model, whose number it is."""
    return score["paper_id"], _source(score), score["model"], score.get("subject") or ""


def _source(score: Row) -> str:
    return LEADERBOARD if score["field"] == "table" else "paper"


def logs(source: Exportable) -> Iterator[Row]:
    """Yield one evaluation log per paper, source, model and evaluator."""
    stamp = _now()
    group: list[Row] = []
    for score in claimed(source).scores:
        if group and _log_key(group[0]) != _log_key(score):
            yield _log(group, stamp)
            group = []
        group.append(score)
    if group:
        yield _log(group, stamp)


def write_eval_ever(source: Exportable, stream: IO[str]) -> int:
    """Write one evaluation log a line; return how many."""
    return write_jsonl(logs(source), stream)


def write_eval_ever_csv(source: Exportable, stream: IO[str]) -> int:
    """Write one score a row; return how many."""
    stream.write(csv_line(_CSV))
    count = 0
    for score in claimed(source).scores:
        stream.write(csv_line([_flat(score)[name] for name in _CSV]))
        count += 1
    return count


def _now() -> str:
    """Return when the record is made, in seconds of Unix time.

    SOURCE_DATE_EPOCH stands for it (https://reproducible-builds.org/specs/source-date-epoch/), so that two
    exports can be compared byte by byte.
    """
    return os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))


def _log(scores: list[Row], stamp: str) -> Row:
    first = scores[0]
    model = {
        "name": first["model"],
        "id": _model_id(first["model"]),
        "additional_details": {
            "deployment_type": UNKNOWN,
            "model_availability": UNKNOWN,
            "id_status": "made from the name: the text names no developer",
        },
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": _evaluation_id(first),
        "retrieved_timestamp": stamp,
        "source_metadata": _source_metadata(first),
        "eval_library": {"name": UNKNOWN, "version": UNKNOWN},
        "model_info": model,
        "evaluation_results": [_result(score) for score in scores],
    }


def _evaluation_id(score: Row) -> str:
    """Return an id of who says it of what, never of the time."""
    digest = hashlib.sha256("\x00".join(_log_key(score)).encode()).hexdigest()[:10]
    return f"methodkg/{score['paper_id']}/{_model_id(score['model'])}/{digest}"


def _model_id(name: str) -> str:
    return f"{UNKNOWN}/{_slug(name)}"


def _slug(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", name).strip("-") or "x"


def _source_metadata(score: Row) -> Row:
    arxiv, leaderboard = score["paper_arxiv"], _source(score) == LEADERBOARD
    organisation = LEADERBOARD if leaderboard else "arXiv" if arxiv else UNKNOWN
    details = {
        "paper": score["paper_id"],
        "title": score["paper_name"],
        **{key: score[f"paper_{key}"] for key in ("arxiv", "doi", "acl", "year", "date", "note")},
        "url": _url(score),
        "read_by": f"methodkg {__version__}",
    }
    return {
        "source_name": LEADERBOARD if leaderboard else score["paper_name"],
        "source_type": "documentation",
        "source_organization_name": organisation,
        "evaluator_relationship": _RELATION[score.get("subject")],
        "additional_details": _texts(details),
    }


def _url(score: Row) -> str | None:
    for key, base in (
        ("arxiv", "https://arxiv.org/abs/"),
        ("doi", "https://doi.org/"),
        ("acl", "https://aclanthology.org/"),
    ):
        if score[f"paper_{key}"]:
            return f"{base}{score[f'paper_{key}']}"
    return None


def _result(score: Row) -> Row:
    flat = _flat(score)
    data = {"dataset_name": score["dataset"], "source_type": "other"}
    if where := _texts({name: score.get(name) for name in ("split", "condition")}):
        data["additional_details"] = where
    metric = {
        "metric_id": flat["metric_id"],
        "metric_name": flat["metric"],
        "metric_unit": flat["metric_unit"],
        "lower_is_better": flat["lower_is_better"],
        "score_type": "continuous",
        "min_score": flat["min_score"],
        "max_score": flat["max_score"],
        "additional_details": {"metric_as_written": score["metric"]},
    }
    said = (
        *("value_text", "value", "unit", "field", "quote", "quote_start", "quote_end", "mention_start"),
        *("mention_end", "hedge", "baseline", "baseline_value", "gain", "relative_gain", "conflict"),
        *("confidence", "precision"),
    )
    details = {name: score.get(name) for name in said} | {"derived": "; ".join(score.get("derived") or ())}
    return {
        "evaluation_result_id": score["id"],
        "evaluation_name": flat["evaluation_name"],
        "source_data": data,
        "metric_config": {key: value for key, value in metric.items() if value is not None},
        "score_details": {"score": score["score"], "details": _texts(details)},
    }


def _flat(score: Row) -> Row:
    """Return a score with the columns of the CSV, some of which go into the JSON as well."""
    known = metric_of(score["metric"])
    written = score.get("metric_name") or score["metric"]
    # The registry knows pass@64 by pass@3: which way is better, not which number it is.
    key = joined(written)
    name = known.name if known and alias_table().get(("Metric", key), key) == joined(known.name) else written
    unit = (known.unit if known else "") or score.get("unit") or ""
    if known is not None and known.scale == "fraction":
        unit = "proportion"
    split = score.get("split")
    return score | {
        "evaluation_id": _evaluation_id(score),
        "evaluation_result_id": score["id"],
        "evaluation_name": f"{score['dataset']} ({split})" if split else score["dataset"],
        "metric": name,
        "metric_id": _slug(name).lower(),
        "metric_unit": _UNITS.get(unit, unit) or None,
        "lower_is_better": score["direction"] == "lower",
        "min_score": _bound(known.low if known else None, "-Infinity"),
        "max_score": _bound(known.high if known else None, "Infinity"),
        "evaluator_relationship": _RELATION[score.get("subject")],
        "source": _source(score),
        "paper": score["paper_id"],
        "title": score["paper_name"],
        **{key: score[f"paper_{key}"] for key in ("arxiv", "doi", "year")},
    }


def _bound(value: float | None, unbounded: str) -> float | str:
    return unbounded if value is None else value


def _texts(details: Mapping[str, object]) -> dict[str, str]:
    """Return what is known as texts, which is all that the schema takes there."""
    return {key: str(value) for key, value in details.items() if value not in (None, "")}
