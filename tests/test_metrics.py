"""The registry of metrics: what a name means, which way is better, and on which scale a number is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.metrics import has_cut_off, is_vague, metric_of, metric_rows, metrics, name_rows, score_of


@pytest.mark.parametrize(
    ("text", "name", "direction"),
    [
        ("accuracy", "accuracy", "higher"),
        ("accuracies", "accuracy", "higher"),
        ("test accuracy", "accuracy", "higher"),
        ("Top-1 Accuracy", "top-1 accuracy", "higher"),
        ("average linear-probe accuracy", "linear probing accuracy", "higher"),
        ("word error rates", "WER", "lower"),
        ("sound event error rate", "error rate", "lower"),
        ("pose error", "error", "lower"),
        ("F1-score", "F1", "higher"),
        ("PESQ scores", "PESQ", "higher"),
        ("span-level F1 scores", "F1", "higher"),
        ("R^2", "R^2", "higher"),
        ("R²", "R^2", "higher"),
        ("nDCG@10", "NDCG@10", "higher"),
        ("mAP", "mAP", "higher"),
        ("AP", "average precision", "higher"),
        ("FID", "FID", "lower"),
        ("accuracy on unseen classes", "accuracy", "higher"),
        ("accuracy (%)", "accuracy", "higher"),
        ("mAP at IoU 0.5", "mAP@0.5", "higher"),
        ("recall at 10", "recall@10", "higher"),
        ("PCK@0.3", "PCK", "higher"),
        ("mAP at 0.5 IoU", "mAP", "higher"),
        ("recall at 90% precision", "recall", "higher"),
        ("PSNR at 0.5 bpp", "PSNR", "higher"),
        ("pass$^4$", "pass^k", "higher"),
        ("accuracy at 64 tokens", "accuracy", "higher"),
        ("chrF++", "chrF++", "higher"),
        ("pass^4", "pass^k", "higher"),
        ("EPDMS", "EPDMS", "higher"),
        ("area under the ROC curve", "AUROC", "higher"),
        # Whose side one is on decides.
        ("attack success rate", "attack success rate", None),
        ("refusal rate", "refusal rate", None),
    ],
)
def test_a_name_as_papers_write_it_is_found(text: str, name: str, direction: str | None) -> None:
    found = metric_of(text)
    assert found is not None
    assert (found.name, found.direction) == (name, direction)


@pytest.mark.parametrize("text", ["performance", "reduction in error", "zorgness", "gain", "", "per", "is"])
def test_what_the_registry_does_not_know_stays_unknown(text: str) -> None:
    assert metric_of(text) is None


@pytest.mark.parametrize(
    ("text", "taken"), [("mAP", True), ("recall", True), ("pass", True), ("accuracy", False), ("zorg", False)]
)
def test_some_metrics_are_taken_at_something(text: str, taken: bool) -> None:
    assert has_cut_off(text) is taken


def test_a_vague_name_is_told_from_a_metric() -> None:
    assert is_vague("overall performance")
    assert is_vague("scores")
    assert not is_vague("success rate")
    assert not is_vague("zorgness")


@pytest.mark.parametrize(
    ("metric", "value", "unit", "score"),
    [
        ("accuracy", 91.0, "%", 91.0),
        ("accuracy", 0.91, None, 91.0),
        ("accuracy", 91.0, None, 91.0),
        ("accuracy", 91.0, "points", 91.0),
        ("accuracy", 0.5, "%", 0.5),
        ("F1", 0.84, "F1", 84.0),
        ("BLEU", 28.4, "BLEU", 28.4),
        ("BLEU", 0.284, None, 28.4),
        ("MRR", 0.45, None, 0.45),
        ("MRR", 45.0, "%", 0.45),
        ("Pearson correlation", -0.3, None, -0.3),
        ("WER", 120.0, "%", 120.0),
        ("FID", 2.1, None, 2.1),
        ("latency", 0.05, "seconds", 50.0),
        ("latency", 12.0, "ms", 12.0),
        ("runtime", 2.0, "hours", 7200.0),
        ("MPJPE", 4.5, "cm", 45.0),
        ("PSNR", 32.1, "dB", 32.1),
        ("throughput", 900.0, "tokens/s", 900.0),
        ("FLOPs", 1.2, "TFLOPs", 1200.0),
        ("FLOPs", 5.5, "GFLOPs", 5.5),
    ],
)
def test_a_value_is_put_on_the_metrics_scale(
    metric: str, value: float, unit: str | None, score: float
) -> None:
    found = metric_of(metric)
    assert found is not None
    assert score_of(found, value, unit) == (score, None)


@pytest.mark.parametrize(
    ("metric", "value", "unit", "why"),
    [
        ("FID", 2.1, "%", "unit % does not fit FID"),
        ("accuracy", 1200.0, None, "value 1200 is out of the range of accuracy"),
        ("accuracy", 104.0, "%", "value 104% is out of the range of accuracy"),
        ("latency", 5.0, "GB", "unit GB does not fit latency"),
        ("mIoU", 11.6, "FPS", "unit FPS does not fit mIoU"),
        ("parameters", 164.0, "FPS", "unit FPS does not fit parameter"),
        ("accuracy", 3.0, "x", "unit x does not fit accuracy"),
        ("MOS", 87.0, None, "value 87 is out of the range of MOS"),
    ],
)
def test_a_value_that_does_not_fit_says_why(metric: str, value: float, unit: str | None, why: str) -> None:
    found = metric_of(metric)
    assert found is not None
    assert score_of(found, value, unit) == (None, why)


def test_every_row_is_sound() -> None:
    assert len(metrics()) > 700
    for metric in metrics():
        assert metric.low is None or metric.high is None or metric.low < metric.high, metric.name
        if metric.scale == "fraction":
            assert metric.high is not None and metric.high <= 2, metric.name
        found = metric_of(metric.name)
        assert found is not None, metric.name
        assert found.direction == metric.direction, (metric.name, found.name)
    assert all(row["case"] != "head" for row in name_rows())
    assert len(name_rows()) < len(metric_rows())


@given(st.text(max_size=60))
def test_any_text_is_looked_up_without_a_crash(text: str) -> None:
    found = metric_of(text)
    assert found is None or found in metrics()


@given(st.floats(0, 100), st.sampled_from(["%", None, "points"]))
def test_a_share_is_between_0_and_100(value: float, unit: str | None) -> None:
    found = metric_of("accuracy")
    assert found is not None
    score, why = score_of(found, value, unit)
    assert why is None
    assert score is not None and 0 <= score <= 100
