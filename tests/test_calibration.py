from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.calibration import BINS, Calibration, calibrate, calibrations
from kg.evaluate import FIELDS, Report, believed, body, calibration_rows, evaluate, measured, reliability_rows
from kg.export.facts import guide_facts
from tests import make

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
GOLD = SHARED / "eval" / "gold" / "seeds_dev.jsonl"
TEXTS = str(SHARED / "seeds" / "*.txt")
JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()))

TITLE = "Elastic Weight Consolidation against Forgetting"
ABSTRACT = (
    "We propose Elastic Weight Consolidation (EWC), which mitigates catastrophic forgetting. "
    "EWC is evaluated on Permuted MNIST and CIFAR-100, where it reaches an accuracy of 87.2%."
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_confidence_is_compared_with_the_share_that_is_right() -> None:
    found = calibrate([(0.95, True), (0.95, True), (0.95, False), (0.85, False), (0.25, False), (0.25, True)])
    assert [bin.claims for bin in found.bins] == [0, 0, 2, 0, 0, 0, 0, 0, 1, 3]
    top = found.surest
    assert (top.low, top.high, top.claims) == (0.9, 1.0, 3)
    assert top.confidence == pytest.approx(0.95)
    assert top.right == pytest.approx(2 / 3)
    expected = (3 * (0.95 - 2 / 3) + 1 * (0.85 - 0) + 2 * (0.5 - 0.25)) / 6
    assert found.error == pytest.approx(expected)


@pytest.mark.parametrize("number", range(BINS + 1))
def test_a_bins_lower_bound_belongs_to_it_and_the_last_bin_holds_one(number: int) -> None:
    found = calibrate([(number / BINS, True)])
    assert found.bins[min(number, BINS - 1)].claims == 1


def test_without_claims_nothing_is_wrong() -> None:
    found = calibrate([])
    assert (found.claims, found.error, found.surest.claims) == (0, 0, 0)


@given(JUDGED)
def test_every_claim_lies_in_the_bin_that_bounds_it(judged: list[tuple[float, bool]]) -> None:
    found = calibrate(judged)
    assert found.claims == len(judged)
    assert sum(bin.claims * bin.right for bin in found.bins) == pytest.approx(
        sum(right for _, right in judged)
    )
    for bin in found.bins:
        assert not bin.claims or bin.low - 1e-9 <= bin.confidence <= bin.high + 1e-9
    assert 0 <= found.error <= 1


@given(JUDGED.filter(bool))
def test_the_error_is_at_least_that_of_one_bin(judged: list[tuple[float, bool]]) -> None:
    mean = math.fsum(confidence for confidence, _ in judged) / len(judged)
    share = sum(right for _, right in judged) / len(judged)
    assert calibrate(judged).error >= abs(mean - share) - 1e-9


@given(JUDGED, st.randoms())
def test_the_order_of_claims_makes_no_difference(judged: list[tuple[float, bool]], chance: Any) -> None:  # noqa: ANN401
    shuffled = list(judged)
    chance.shuffle(shuffled)
    assert calibrate(shuffled).error == pytest.approx(calibrate(judged).error)


def calibrated(gold: dict[str, Any], *claims: Any, results: Sequence[Any] = ()) -> dict[str, Calibration]:  # noqa: ANN401
    one = make.paper(TITLE, ABSTRACT)
    facts = make.facts(one, *claims, results=tuple(results))
    predicted = guide_facts(one, facts) | {"id": "1"}
    return calibrations([{"id": "1", "title": TITLE, **gold}], [predicted], [facts])


def shares(found: Calibration) -> list[tuple[float, int, float]]:
    return [(bin.low, bin.claims, bin.right) for bin in found.bins if bin.claims]


def test_a_claim_is_right_when_the_scorer_matches_it_in_its_own_role() -> None:
    one = make.paper(TITLE, ABSTRACT)
    found = calibrated(
        {"targets": [{"name": "forgetting"}], "tasks": ["Permuted MNIST"], "introduces": [{"name": "EWC"}]},
        make.claim(one, "introduces", "EWC", "Method", aliases=("Elastic Weight Consolidation",)),
        make.claim(one, "targets", "catastrophic forgetting", "Problem", confidence=0.55),
        make.claim(one, "datasets", "Permuted MNIST", "Dataset", confidence=0.35),
    )
    assert shares(found["introduces"]) == [(0.9, 1, 1.0)]
    assert shares(found["targets"]) == [(0.5, 1, 1.0)]
    assert shares(found["resources"]) == [(0.3, 1, 0.0)]
    assert shares(found["names"]) == [(0.3, 1, 0.0), (0.5, 1, 1.0), (0.9, 1, 1.0)]


def test_datasets_and_benchmarks_are_one_role() -> None:
    one = make.paper(TITLE, ABSTRACT)
    found = calibrated(
        {"benchmarks": ["CIFAR-100"], "datasets": ["Permuted MNIST"]},
        make.claim(one, "datasets", "CIFAR-100", "Dataset", confidence=0.7),
        make.claim(one, "benchmarks", "Permuted MNIST", "Benchmark", confidence=0.7),
    )
    assert shares(found["resources"]) == [(0.7, 2, 1.0)]


def test_one_annotation_makes_one_claim_right_and_a_repetition_does_not_count() -> None:
    one = make.paper(TITLE, ABSTRACT)
    found = calibrated(
        {"targets": ["forgetting"]},
        make.claim(one, "targets", "catastrophic forgetting", "Problem", confidence=0.8),
        make.claim(one, "targets", "Forgetting", "Problem", confidence=0.6),
        make.claim(one, "targets", "forgetting", "Problem", confidence=0.1),
    )
    assert shares(found["targets"]) == [(0.6, 1, 0.0), (0.8, 1, 1.0)]


def test_a_number_is_right_when_its_value_is_found_and_is_not_pooled_with_names() -> None:
    one = make.paper(TITLE, ABSTRACT)
    result = make.result(one, 87.2, "87.2%", "%", metric="accuracy")
    found = calibrated({"results": [{"value": 87.2, "kind": "improvement"}]}, results=[result])
    assert shares(found["results"]) == [(0.9, 1, 1.0)]
    assert found["names"].claims == 0


def test_the_line_says_how_often_the_surest_claims_are_right() -> None:
    names = {"ece": 0.046, "claims": 1638, "surest": 236, "surest_right": 0.924}
    line = "Expected calibration error 0.046 over 1,638 claims; "
    assert believed(names) == f"{line}of the 236 with confidence 0.9 or more 92.4% are right"
    assert believed(names | {"surest": 0, "surest_right": None}) == f"{line}none has confidence 0.9 or more"


def test_stats_quotes_the_calibration() -> None:
    assert "Expected calibration error 0." in measured()


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """One annotated paper, and its text."""
    gold, texts = tmp_path / "gold.jsonl", tmp_path / "texts.jsonl"
    noted = {"id": "1", "title": TITLE, "targets": ["catastrophic forgetting"], "results": [{"value": 87.2}]}
    gold.write_text(json.dumps(noted), encoding="utf-8")
    texts.write_text(json.dumps({"title": TITLE, "abstract": ABSTRACT}), encoding="utf-8")
    return str(gold), str(texts)


def test_evaluate_prints_scores_and_what_confidences_are_worth(files: tuple[str, str]) -> None:
    words = ("evaluate", "--gold", files[0], "--papers", files[1], "-f")
    table, markdown = run(*words, "table").stdout, run(*words, "md").stdout
    for printed in (table, markdown):
        assert "introduces" in printed
        assert "Expected calibration error" in printed
        assert "0.9 to 1.0" in printed
    found = json.loads(run(*words, "json").stdout)
    assert found["calibration"][0]["role"] == "names"
    assert sum(row["claims"] for row in found["reliability"]) == found["calibration"][0]["claims"] > 0
    assert found["abstracts_per_second"] > 0
    assert [json.loads(line) for line in run(*words, "jsonl").stdout.splitlines()] == found["scores"]
    assert len(run(*words, "csv").stdout.splitlines()) == len(FIELDS) + 1


def test_errors_are_still_printed_alone(files: tuple[str, str]) -> None:
    done = run("evaluate", "--gold", files[0], "--papers", files[1], "--errors", "results", "-f", "json")
    assert json.loads(done.stdout) == [{"id": "1", "missed": [], "spurious": []}]


@pytest.mark.parametrize(
    "words",
    [(), ("--gold", "g"), ("--papers", "p"), ("--public", "d", "--gold", "g"), ("--public", "d", "--save")],
)
def test_options_that_make_no_sense_together_are_refused_in_one_line(words: tuple[str, ...]) -> None:
    done = run("evaluate", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("kg: ")
    assert done.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def report() -> Report:
    if not GOLD.is_file():
        pytest.skip(f"{GOLD} is not beside this checkout")
    return evaluate(GOLD, [TEXTS])


def test_the_claims_that_are_right_are_those_that_the_scorer_matched(report: Report) -> None:
    for role, found in report.calibration.items():
        if role != "names":
            scores = report.scores[role if role == "results" else f"{role}.relaxed"]
            right = sum(bin.claims * bin.right for bin in found.bins)
            assert found.claims == scores["pred"]
            assert right == pytest.approx(scores["p"] * scores["pred"], abs=0.05), role


def test_the_named_roles_add_up(report: Report) -> None:
    rows = {row["role"]: row for row in calibration_rows(report)}
    own = [row for role, row in rows.items() if role not in ("names", "results")]
    assert rows["names"]["claims"] == sum(row["claims"] for row in own)
    assert rows["names"]["surest"] == sum(row["surest"] for row in own)
    assert sum(row["claims"] for row in reliability_rows(report)) == rows["names"]["claims"]


def test_what_is_saved_is_json(report: Report) -> None:
    assert json.loads(json.dumps(body(report))) == body(report)
