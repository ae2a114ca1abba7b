"""Under what condition a number was reached."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

import extractors
from extractors.conditions import condition, worded
from extractors.quantities import scan
from extractors.result_words import Around
from extractors.unlatex import plain
from kg.model import Paper

CLAIMED = (78.3, 37.5, 24.3, 0.67)


def found(text: str, number: str, *slots: str) -> list[str]:
    """The conditions of a number, what fills its slots being left out."""
    spans = [(n.start, n.end) for n in scan(text) if n.value in CLAIMED]
    at = next(i for i, (start, end) in enumerate(spans) if text[start:end] == number)
    taken = [(text.index(slot), text.index(slot) + len(slot)) for slot in slots]
    place = taken[0] if taken else None
    return [text[a:b] for a, b in condition(Around(plain(text), 0, len(text), spans, at), taken, place)]


@pytest.mark.parametrize(
    ("text", "slots", "expected"),
    [
        ("It reaches 78.3% on Corvid with ResNet-50.", ["Corvid"], ["with ResNet-50"]),
        ("With Quill-8B, SFT reaches 78.3% on Corvid.", ["Corvid"], ["With Quill-8B"]),
        ("It reaches 78.3% at 256 tokens, beating all.", [], ["at 256 tokens"]),
        ("Under 10% labels, it reaches 78.3% on Corvid.", ["Corvid"], ["Under 10% labels"]),
        ("On a held-out bird subset of Corvid, it reaches 78.3%.", ["Corvid"], ["held-out bird subset"]),
        ("It reaches 78.3% on a 10% subset of Corvid.", ["Corvid"], ["10% subset"]),
        ("For whole-wing segmentation, it reaches 78.3%.", [], ["For whole-wing segmentation"]),
        ("It reaches 78.3% without using extra labels.", [], ["without using extra labels"]),
        ("It reaches 78.3% when trained with 1,000 birds.", [], ["when trained with 1,000 birds"]),
        ("It reaches 78.3% in one-step generation.", [], ["in one-step generation"]),
        ("At 3,000 steps it reaches 78.3%.", [], ["At 3,000 steps"]),
        ("It reaches 78.3% with ResNet-50, 24.3% with ViT-B.", [], ["with ResNet-50"]),
        ("It reaches 78.3% (with ResNet-50) and 24.3% (with ViT-B).", [], ["with ResNet-50"]),
        ("Without relying on extra birds, it reaches 78.3%.", [], ["Without relying on extra birds"]),
        ("It reaches 78.3% with 20 demonstrations.", [], ["with 20 demonstrations"]),
        ("It reaches 78.3% with frozen CLIP representations.", [], ["with frozen CLIP representations"]),
        ("It reaches 78.3% with a CLIP backbone processing the whole video.", [], ["with a CLIP backbone"]),
        ("It reaches 78.3% on Corvid 256x256.", ["Corvid"], ["256x256"]),
        ("On Corvid with oracle boxes, it reaches 78.3%.", ["Corvid"], ["with oracle boxes"]),
        ("Under trajectory-based views, it reaches 78.3%.", [], ["Under trajectory-based views"]),
        ("Built upon Quill-8B, it reaches 78.3%.", [], ["Built upon Quill-8B"]),
        ("It reaches 78.3% when moved into QuillNet, 3x faster.", [], ["when moved into QuillNet"]),
        (
            "It runs at 37.5 Hz and leads when moved into Quill, reaching 78.3%.",
            [],
            ["when moved into Quill"],
        ),
        ("It reaches 78.3% using one real view -- far better.", [], ["using one real view"]),
        ("It reaches 78.3% (three-class) on Corvid.", ["Corvid"], ["three-class"]),
        ("It reaches 78.3% trained on a 10% subset of Corvid.", ["Corvid"], ["trained on a 10% subset"]),
        ("On Quill-3B, it reaches 78.3% on Corvid.", ["Corvid"], ["On Quill-3B"]),
        ("It reaches 37.5% (78.3% with a tagger).", [], ["with a tagger"]),
        ("It reaches 78.3% with 37.5% label noise.", [], ["with 37.5% label noise"]),
        ("It reaches 78.3% at a sampling rate of 37.5%.", [], ["at a sampling rate of 37.5%"]),
        ("It reaches 78.3% on Quill-8B, more on Heron.", [], ["on Quill-8B"]),
        ("It reaches 78.3% on a single GPU.", [], ["on a single GPU"]),
        ("It reaches 78.3% even without maps.", [], ["without maps"]),
        ("It reaches 78.3% with 0.011% of pixels.", [], ["with 0.011% of pixels"]),
        ("It reaches 78.3% IoU (K=2) on Corvid.", ["Corvid"], ["K=2"]),
        ("It reaches 78.3% on Corvid with QuillNet (Q-S).", ["Corvid"], ["with QuillNet (Q-S)"]),
        ("At a compression rate of 37.5%, it reaches 78.3%.", [], ["At a compression rate of 37.5%"]),
        ("It reaches 78.3% for Area-5 of Corvid.", ["Corvid"], ["Area-5"]),
        ("In white-box attacks, it reaches 78.3%.", [], ["In white-box attacks"]),
        ("It reaches 78.3% at 8x.", [], ["at 8x"]),
        ("On Corvid with ViT-B, A rises by 0.67, whereas B has 78.3%.", ["Corvid"], ["with ViT-B"]),
        ("It reaches 78.3% (F1=0.2) on Corvid.", ["Corvid"], []),
        ("It reaches 78.3% in several settings.", [], []),
        ("It reaches 78.3% with gains of 37.5 points.", [], []),
        ("It reaches 78.3% on-chip.", [], []),
        ("With 10% noise it is 24.3%, and with 40% noise it is 78.3%.", [], ["with 40% noise"]),
        ("Built upon Quill-8B, it reaches 24.3%, surpassing Heron with 78.3%.", [], []),
        ("It reaches 78.3% with a false positive rate of 37.5%.", [], []),
        ("It reaches 78.3% with 1, 2 and 4 bits.", [], []),
        ("It reaches 78.3% with a 95% CI of 0.2.", [], []),
        ("It reaches 78.3% with 37.5% recall.", [], []),
        ("On Heron, it reaches 78.3% on Corvid.", ["Corvid"], []),
        ("For the counting task, it reaches 78.3%.", [], []),
        ("With ResNet-50 A reaches 24.3%, while B reaches 78.3%.", [], ["With ResNet-50"]),
        ("A runs with ResNet-50, while B reaches 78.3%.", [], []),
        ("It reaches 78.3% at QUUX 2024.", [], []),
        # Praise, gains, what the slots or the split say, what is compared, and other clauses.
        ("It reaches 78.3% without map updates.", [], ["without map updates"]),
        ("It reaches 78.3% without sacrificing speed.", [], []),
        ("It reaches 78.3% with negligible cost.", [], []),
        ("It reaches 78.3% with an F1 of 0.67.", [], []),
        ("It reaches 78.3% with Hausdorff distances.", [], []),
        ("It reaches 78.3% with QuillNet.", ["QuillNet"], []),
        ("In the zero-shot setting, it reaches 78.3%.", [], []),
        ("Compared with ResNet-50 it reaches 78.3%.", [], []),
        ("It reaches 78.3%, outperforming a net with 9M weights.", [], []),
        ("It reaches 78.3% (p < 0.01, with 3 seeds).", [], []),
        ("It solves it with 10 calls and reaches 78.3%.", [], []),
        ("For example, it reaches 78.3%.", [], []),
    ],
)
def test_a_condition_is_worded_as_the_sentence_words_it(
    text: str, slots: list[str], expected: list[str]
) -> None:
    assert found(text, "78.3%", *slots) == expected


def test_each_number_has_its_own_condition() -> None:
    text = "It reaches 37.5% on Corvid with Quill-4 and 24.3% with Heron-3."
    assert found(text, "37.5%", "Corvid") == ["with Quill-4"]
    assert found(text, "24.3%", "Corvid") == ["with Heron-3"]


def test_what_a_method_is_put_to_is_a_condition() -> None:
    text = "A LLaVA model with our QuillChain reaches 78.3%."
    number, method = (text.index("78.3%"), len(text) - 1), (text.index("Quill"), text.index(" reaches"))
    around = Around(text, 0, len(text), [number], 0)
    assert [text[a:b] for a, b in condition(around, [method], None, method)] == ["LLaVA"]
    text = f"We compare {text[2:]}"
    number, method = (text.index("78.3%"), len(text) - 1), (text.index("Quill"), text.index(" reaches"))
    assert condition(Around(text, 0, len(text), [number], 0), [method], None, method) == []


def test_what_stands_behind_a_list_is_a_condition_of_all_of_it() -> None:
    text = "It reaches 37.5% win rate and 24.3% recall on Corvid with Quill-8B."
    assert found(text, "37.5%", "Corvid") == found(text, "24.3%", "Corvid") == ["with Quill-8B"]
    text = "It reaches 37.5% and 24.3% (four-class) on Corvid, 0.67 (two-class) on Heron."
    assert found(text, "37.5%", "Corvid") == found(text, "24.3%", "Corvid") == ["four-class"]
    text = "It reaches 37.5 after pruning and 24.3% with fine-tuning."
    assert found(text, "37.5") == []


def test_where_a_method_runs_is_a_condition() -> None:
    text = "Quill 4.6 on OpenNest attains 78.3%."
    number = (text.index("78.3%"), len(text) - 1)
    around = Around(text, 0, len(text), [number], 0)
    assert [text[a:b] for a, b in condition(around, [(0, 9)], None, (0, 9))] == ["on OpenNest"]
    # Where another place is named in the sentence, it is one of several.
    text = "QuillNet on ImageNet achieves 24.3% and on Corvid achieves 78.3%."
    spans = [(text.index(number), text.index(number) + 5) for number in ("24.3%", "78.3%")]
    place = (text.index("Corvid"), text.index(" achieves"))
    assert condition(Around(text, 0, len(text), spans, 1), [(0, 8), place], place, (0, 8)) == []


def test_conditions_are_joined_and_verbatim() -> None:
    text = r"QuillNet reaches 78.67\% top-1 accuracy on ImageNet at $224\times224$ with ResNet-50."
    (facts,) = extractors.extract([Paper("QuillNet", text)])
    (result,) = facts.results
    assert result.condition == r"at $224\times224$; with ResNet-50"
    assert all(part in text for part in result.condition.split("; "))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("With a ResNet-50, QuillNet reaches 78.6% accuracy on ImageNet.", "with a ResNet-50"),
        ("On the Chinese subset of OmniDocBench, QuillNet reaches 78.6% accuracy.", "Chinese subset"),
    ],
)
def test_only_the_opening_word_loses_its_capital(text: str, expected: str) -> None:
    (facts,) = extractors.extract([Paper("QuillNet", f"We propose QuillNet. {text}")])
    assert [r.condition for r in facts.results] == [expected]


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("QuillNet achieves 83.4% mAP at 50 on COCO.", "mAP at 50"),
        ("QuillNet achieves 40.2 mAP at IoU 0.5 on KITTI.", "mAP at IoU 0.5"),
        ("QuillNet achieves 80.1% accuracy at 64 tokens on GSM8K.", "accuracy"),
    ],
)
def test_a_metric_has_its_cut_off(text: str, metric: str) -> None:
    (facts,) = extractors.extract([Paper("QuillNet", f"We propose QuillNet. {text}")])
    (result,) = facts.results
    assert result.metric is not None
    assert result.metric.text == metric


@pytest.mark.parametrize(
    "text",
    [
        "We compare it with BERT, which reaches 80.1% accuracy on SQuAD.",
        "On SQuAD, GPT-4 with voting reaches 80.1% accuracy, while our QuillNet is smaller.",
        "Prior work with ResNet-50 reaches 80.1% accuracy on ImageNet, and we reach more.",
        "GPT-4 on QuillBench achieves 80.1% accuracy.",
    ],
)
def test_a_rivals_number_is_not_the_papers_own(text: str) -> None:
    paper = Paper("QuillNet", f"We propose QuillNet and QuillBench, a benchmark. {text}")
    (facts,) = extractors.extract([paper])
    number = next(r for r in facts.results if r.value == 80.1)
    assert number.method is None or number.method.text != "QuillNet"
    assert number.subject != "own"


def test_what_an_attack_worsens_is_not_the_papers_own() -> None:
    text = "Applying our attack to AT-ResNet reduces its accuracy on CIFAR-10 to 80.1%."
    (facts,) = extractors.extract([Paper("QuillNet", f"We propose QuillNet. {text}")])
    number = next(r for r in facts.results if r.value == 80.1)
    assert number.method is None or number.method.text != "QuillNet"


def test_a_name_keeps_its_capital() -> None:
    assert worded("AT-ResNet") == "AT-ResNet"
    assert worded("With ResNet") == "with ResNet"


@pytest.mark.parametrize(
    ("title", "text", "subject"),
    [
        (
            "QuillNet: a network",
            "We propose QuillNet. A QuillNet-based ensemble reaches 80.1% accuracy on SQuAD.",
            "own",
        ),
        (
            "QuillBench: A Benchmark of Bird Songs",
            "We introduce QuillBench, a benchmark of 900 songs. GPT-4o has 80.1% accuracy on QuillBench.",
            "rival",
        ),
    ],
)
def test_whose_number_it_is_by_the_name_of_its_method(title: str, text: str, subject: str) -> None:
    (facts,) = extractors.extract([Paper(title, text)])
    number = next(r for r in facts.results if r.value == 80.1)
    assert number.method is not None
    assert number.subject == subject


@pytest.mark.parametrize(
    "text",
    [
        "Applying our method to Heron-7B boosts accuracy on SQuAD to 80.1%.",
        "Combining our framework with Heron-7B achieves an accuracy of 80.1% on SQuAD.",
        "It yields gains, e.g., raising the accuracy of Heron-7B on SQuAD from 55.2% to 80.1%.",
    ],
)
def test_what_the_papers_method_is_applied_to_is_a_condition(text: str) -> None:
    text = f"We propose QuillNet. {text}"
    (facts,) = extractors.extract([Paper("QuillNet", text)])
    number = next(r for r in facts.results if r.value == 80.1)
    assert number.method is not None
    assert number.method.text == "QuillNet"
    assert number.condition == "Heron-7B"


def test_what_another_method_lifts_is_not_the_papers() -> None:
    text = "We propose QuillNet. LoRA-X raises the accuracy of Heron-7B on SQuAD from 55.2% to 80.1%."
    (facts,) = extractors.extract([Paper("QuillNet", text)])
    number = next(r for r in facts.results if r.value == 80.1)
    assert number.method is None or number.method.text != "QuillNet"


@pytest.mark.parametrize(
    "text",
    [
        "On closed-loop Drive-9, QuillNet attains a driving score of 79.1.",
        "With the fewest parameters, QuillNet achieves a driving score of 79.1 on Drive-9.",
        "Under minimal conditions, such as two clicks, QuillNet reaches a driving score of 79.1 on Drive-9.",
        "Results QuillNet achieved a driving score of 79.1 on Drive-9.",
    ],
)
def test_the_method_is_who_acts(text: str) -> None:
    (facts,) = extractors.extract([Paper("QuillNet: A Network", f"We propose QuillNet. {text}")])
    number = next(r for r in facts.results if r.value == 79.1)
    assert number.method is not None
    assert number.method.text == "QuillNet"


@pytest.mark.parametrize(
    ("text", "method"),
    [
        (
            "Accuracy on ImageNet is 79.1% with BaseNet-9, QuillNet achieves 80.1%.",
            "BaseNet-9",
        ),
        ("The image captioning network reaches 79.1% BLEU on image captioning.", "image captioning network"),
    ],
)
def test_a_method_is_not_lost_to_what_stands_by(text: str, method: str) -> None:
    (facts,) = extractors.extract([Paper("QuillNet", f"We propose QuillNet. {text}")])
    number = next(r for r in facts.results if r.value == 79.1)
    assert number.method is not None
    assert number.method.text == method


def test_praise_is_no_part_of_a_metric() -> None:
    text = "We propose QuillNet. QuillNet has an excellent average AUC of 0.83 on Drive-9."
    (facts,) = extractors.extract([Paper("QuillNet: A Network", text)])
    assert facts.results[0].metric is not None
    assert facts.results[0].metric.text == "average AUC"


def test_verified_is_a_part_of_a_name() -> None:
    text = "QuillNet reaches 84.3% accuracy on SWE-bench Lite and 81.2% on SWE-bench Verified."
    (facts,) = extractors.extract([Paper("QuillNet", text)])
    assert [r.on and r.on.text for r in facts.results] == ["SWE-bench Lite", "SWE-bench Verified"]


def test_what_a_method_runs_with_is_its_condition() -> None:
    with (files("kg") / "data" / "sample.jsonl").open(encoding="utf-8") as lines:
        rows = {row["title"]: row for row in map(json.loads, lines)}
    byol, simclr = (
        next(rows[title] for title in rows if title.startswith(start))
        for start in ("Bootstrap your own latent", "A Simple Framework for Contrastive")
    )
    papers = [Paper(row["title"], row["abstract"]) for row in (byol, simclr)]
    first, second = extractors.extract(papers)
    with_net = next(r for r in first.results if r.value == 74.3)
    assert with_net.method is not None
    assert (with_net.method.text, with_net.subject) == ("BYOL", "own")
    assert (with_net.condition or "").endswith("with a ResNet-50")
    # "A linear classifier on SimCLR features": what the paper introduces is what it is about.
    assert next(r.subject for r in second.results if r.value == 76.5) == "own"
