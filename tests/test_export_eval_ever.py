"""The export after Every Eval Ever, checked against what its schema 0.3.0 requires, written by hand below."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

import kg
from kg.export import export
from kg.export.eval_ever import claimed
from kg.pipeline import build

DUMP = Path(__file__).parent / "fixtures" / "readers" / "evaluation_tables.json"
ABSTRACT = (
    "We introduce Gate-Net, a model for door opening. Gate-Net achieves 87.2% accuracy on the DoorBench "
    "benchmark. Gate-Net achieves a WER of 4.1% on the GateSet dataset. It improves accuracy by 3.1% over "
    "the baseline."
)
Texts = dict[str, str]
Infinite = Literal["Infinity", "-Infinity"]


class Part(BaseModel):
    """An object with the fields named here and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SourceMetadata(Part):
    source_name: str
    source_type: Literal["documentation", "evaluation_run"]
    source_organization_name: str
    evaluator_relationship: Literal["first_party", "third_party", "collaborative", "other"]
    additional_details: Texts


class Library(Part):
    name: str
    version: str


class Deployment(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, str]
    deployment_type: Literal["self_deployed", "externally_managed", "unknown"]
    model_availability: Literal["open_weights", "closed_weights", "unknown"]


class ModelInfo(Part):
    name: str
    id: str
    additional_details: Deployment


class SourceData(Part):
    dataset_name: str
    source_type: Literal["other"]
    additional_details: Texts = {}


class MetricConfig(Part):
    metric_id: str
    metric_name: str
    metric_unit: str = ""
    lower_is_better: bool
    score_type: Literal["continuous"]
    min_score: float | Infinite
    max_score: float | Infinite
    additional_details: Texts


class ScoreDetails(Part):
    score: float
    details: Texts


class EvaluationResult(Part):
    evaluation_result_id: str
    evaluation_name: str
    source_data: SourceData
    metric_config: MetricConfig
    score_details: ScoreDetails


class EvaluationLog(Part):
    schema_version: Literal["0.3.0"]
    evaluation_id: str
    retrieved_timestamp: str = Field(pattern=r"^\d+$")
    source_metadata: SourceMetadata
    eval_library: Library
    model_info: ModelInfo
    evaluation_results: list[EvaluationResult] = Field(min_length=1)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> kg.Graph:
    folder = tmp_path_factory.mktemp("eee")
    pile = folder / "pile.jsonl"
    record = {"title": "Gate-Net: Opening Gates One by One", "abstract": ABSTRACT, "arxiv": "2301.07001"}
    pile.write_text(json.dumps(record) + "\n")
    build([str(pile), str(DUMP)], folder / "a.kg", model="fast")
    return kg.open(folder / "a.kg")


def logs(graph: kg.Graph, path: Path) -> list[EvaluationLog]:
    count = export(graph, "eee", path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == count
    return [EvaluationLog.model_validate_json(line) for line in lines]


def test_every_line_is_a_log_of_the_schema(graph: kg.Graph, tmp_path: Path) -> None:
    found = logs(graph, tmp_path / "eee.jsonl")
    assert len({log.evaluation_id for log in found}) == len(found) > 2
    for log in found:
        for result in log.evaluation_results:
            config, score = result.metric_config, result.score_details.score
            assert float(config.min_score) <= score <= float(config.max_score)


def test_a_score_says_who_reached_it_on_what_and_in_which_words(graph: kg.Graph, tmp_path: Path) -> None:
    own = [
        (log, result)
        for log in logs(graph, tmp_path / "eee.jsonl")
        for result in log.evaluation_results
        if log.source_metadata.source_organization_name == "arXiv"
    ]
    by_metric = {result.metric_config.metric_id: (log, result) for log, result in own}
    log, accuracy = by_metric["accuracy"]
    assert (log.model_info.name, accuracy.source_data.dataset_name) == ("Gate-Net", "DoorBench")
    assert (accuracy.score_details.score, accuracy.metric_config.lower_is_better) == (87.2, False)
    details = accuracy.score_details.details
    assert ABSTRACT[int(details["quote_start"]) : int(details["quote_end"])] == details["quote"]
    assert log.source_metadata.additional_details["url"] == "https://arxiv.org/abs/2301.07001"
    errors = [result for _, result in own if result.metric_config.lower_is_better]
    assert [result.score_details.score for result in errors] == [4.1]
    assert errors[0].metric_config.max_score == "Infinity"


def test_rows_of_a_leaderboard_are_logs_of_their_own(graph: kg.Graph, tmp_path: Path) -> None:
    names = {
        (log.source_metadata.source_name, log.model_info.name) for log in logs(graph, tmp_path / "e.jsonl")
    }
    assert ("Papers with Code", "Gate-Net") in names
    assert ("Gate-Net: Opening Gates One by One", "Gate-Net") in names


def test_what_is_left_out_has_its_reason(graph: kg.Graph) -> None:
    reasons = claimed(graph).left_out
    assert reasons["a gain, not a score"] == 1
    assert sum(count for reason, count in reasons.items() if "Steps" in reason) == 1
    total = sum(1 for _ in graph.nodes("Result"))
    assert len(claimed(graph).scores) + sum(reasons.values()) == total


def test_the_csv_has_the_same_scores(graph: kg.Graph, tmp_path: Path) -> None:
    export(graph, "eee", tmp_path / "eee.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "eee.csv").read_text(encoding="utf-8"))))
    found = logs(graph, tmp_path / "eee.jsonl")
    in_json = [
        (log.evaluation_id, r.evaluation_result_id, r.score_details.score)
        for log in found
        for r in log.evaluation_results
    ]
    assert [(r["evaluation_id"], r["evaluation_result_id"], float(r["score"])) for r in rows] == in_json


def test_two_exports_are_equal_where_their_time_is_given(
    graph: kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("a", "b"):
        export(graph, "eee", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert b'"retrieved_timestamp": "1700000000"' in (tmp_path / "a").read_bytes()
