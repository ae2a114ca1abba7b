"""The trained model: what it reads, however long or odd the text, and what it refuses."""

from __future__ import annotations

import json
import shutil
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import extractors
import kg
from extractors.encoder import OVERLAP, WINDOW, encode, windows
from extractors.linear import ROLES
from extractors.looks import written
from extractors.result_slots import SLOTS
from extractors.trained import SHIPPED, Trained, means, trained
from extractors.version import VERSION, version_of
from extractors.wordpieces import WordPieces
from kg.errors import InputError
from kg.model import Paper

ABSTRACT = (
    "Networks that learn tasks in a row forget the old ones. We propose QuillNet, which mitigates "
    "catastrophic forgetting. On CIFAR-100 it reaches 71.5% accuracy, 4.2 points above EWC."
)


def test_pieces_are_the_longest_that_the_vocabulary_knows() -> None:
    pieces = WordPieces(["[UNK]", "[CLS]", "[SEP]", "for", "##get", "##ting", "forget", "-", "e"])
    assert pieces.of("Forgetting") == (6, 5)
    assert pieces.of("É-for") == (8, 7, 3)
    assert pieces.of("zz") == (0,)
    assert pieces.of(" \n") == ()


@given(st.lists(st.integers(0, 16), max_size=400))
@settings(deadline=None)
def test_windows_read_every_token_once_within_their_size(sizes: list[int]) -> None:
    pieces = [(1,) * size for size in sizes]
    found = list(windows(pieces))
    kept = [i for _, low, high, _ in found for i in range(low, high)]
    assert kept == list(range(len(sizes)))
    for first, low, high, last in found:
        assert first <= low < high <= last
        assert sum(sizes[first:last]) <= WINDOW
    for one, two in pairwise(found):
        assert sum(sizes[two[0] : one[3]]) <= OVERLAP + 16


def test_a_window_says_nearly_what_a_whole_text_says() -> None:
    model = trained(SHIPPED)
    tokens = [t.text for t in extractors.load("fast")(ABSTRACT * 4)]
    marked = [written(token) for token in tokens]
    long = encode(tokens * 4, marked * 4, model)
    assert long.shape == (len(tokens) * 4, model.width)
    short = encode(tokens, marked, model)
    inside = slice(20, 40)
    cosine = (long[inside] * short[inside]).sum(1) / (
        np.linalg.norm(long[inside], axis=1) * np.linalg.norm(short[inside], axis=1)
    )
    assert cosine.min() > 0.8


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "x", "新方法。" * 40, "Новий метод.", "$\\frac{a}{b}$ " * 900, "🙂" * 700],
    ids=["empty", "blank", "lines", "letter", "chinese", "ukrainian", "latex", "emoji"],
)  # fmt: skip
def test_odd_texts_are_read_without_a_crash(text: str) -> None:
    facts = list(extractors.extract([Paper("", text), Paper(text, ""), Paper("A title", text)]))
    assert len(facts) == 3


def test_a_long_text_is_read_to_its_end_in_linear_time() -> None:
    nlp = extractors.load()
    filler = "The weather in the valley was mild and the harvest was good for all of them. "
    seconds = []
    for times in (400, 1600):  # 6,000 and 24,000 words
        started = time.perf_counter()
        facts = next(extractors.extract([Paper("Notes", filler * times + ABSTRACT)], nlp))
        seconds.append(time.perf_counter() - started)
        named = {claim.name.text for claim in facts.claims}
        assert named & {"QuillNet", "CIFAR-100", "catastrophic forgetting"}
        assert [result.value_text for result in facts.results] == ["71.5%", "4.2 points"]
    assert seconds[1] < 10 * seconds[0]


def test_the_model_reads_more_than_the_tables_and_says_which_it_was() -> None:
    paper = Paper("QuillNet", ABSTRACT)
    read, fast = (next(extractors.extract([paper], extractors.load(model))) for model in ("", "fast"))
    assert (read.version, fast.version) == (VERSION, version_of("fast"))
    assert read.version != fast.version
    assert any(claim.role == "introduces" and claim.name.text == "QuillNet" for claim in read.claims)


def test_facts_do_not_depend_on_who_is_read_beside_them() -> None:
    papers = [Paper("", ABSTRACT), Paper("", ABSTRACT[:90]), Paper("", ABSTRACT * 5)]
    nlp = extractors.load()
    together = list(extractors.extract(papers, nlp, batch_size=3))
    assert together == [next(extractors.extract([paper], nlp)) for paper in reversed(papers)][::-1]


@pytest.mark.parametrize(
    ("sentence", "places"),
    [
        (
            "It improves performance on QuuxBank by +4.30 and FooBank by +5.96.",
            ["QuuxBank", "FooBank"],
        ),
        (
            "On QuuxBank, Zorgon reaches F1 scores of 99.1% (rooms), 91.7% (corners), and 89.3% (angles).",
            ["rooms", "corners", "angles"],
        ),
        (
            "It does well on temporal reasoning (96.24%), knowledge update (98.72%) and preference synthesis "
            "(96.67%).",
            ["temporal reasoning", "knowledge update", "preference synthesis"],
        ),
    ],
)
def test_numbers_built_alike_were_measured_each_on_what_stands_next_to_it(
    sentence: str, places: list[str]
) -> None:
    (facts,) = extractors.extract([Paper("A method", f"We present Zorgon. {sentence}")], extractors.load())
    assert [result.on and result.on.text for result in facts.results] == places


def test_the_model_fits_the_package() -> None:
    files = {path.name: path.stat().st_size for path in Path(SHIPPED).iterdir()}
    assert sum(files.values()) <= 30 * 2**20
    assert {"CARD.md", "LICENSE-all-MiniLM-L6-v2", "model.json"} <= set(files)
    about = json.loads((Path(SHIPPED) / "model.json").read_text(encoding="utf-8"))
    assert set(about["calibration"]) == {*ROLES, "results", *(f"slot:{slot}" for slot in SLOTS)}


def test_calibration_rises() -> None:
    model = Trained(Path(SHIPPED))
    for role in ("introduces", "uses", "results"):
        values = [model.calibrated(role, p) for p in np.linspace(0, 1, 50).tolist()]
        assert values == sorted(values)
        assert 0 <= values[0] <= values[-1] <= 1


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def test_a_damaged_model_is_one_clear_line(copied: Path) -> None:
    (copied / "heads.npz").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"heads\.npz differs from model\.json; restore or train it again"):
        extractors.load(str(copied))


def test_a_folder_without_a_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trained model here"):
        extractors.load(str(tmp_path))


def test_a_build_with_no_model_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "papers.kg"
    with pytest.raises(InputError, match="no trained model here"):
        kg.build(["sample"], out, model=str(tmp_path / "nowhere"))
    assert not out.exists()


def test_a_model_of_another_format_is_one_clear_line(copied: Path) -> None:
    about = json.loads((copied / "model.json").read_text(encoding="utf-8"))
    (copied / "model.json").write_text(json.dumps(about | {"format": 99}), encoding="utf-8")
    with pytest.raises(InputError, match="a model of format 99"):
        extractors.load(str(copied))


def test_a_model_of_ones_own_has_a_version_of_its_own(copied: Path) -> None:
    about = json.loads((copied / "model.json").read_text(encoding="utf-8"))
    (copied / "model.json").write_text(json.dumps(about | {"note": "mine"}), encoding="utf-8")
    assert version_of(str(copied)) not in (VERSION, version_of("fast"))


def test_stretches_of_tokens_are_averaged_wherever_they_stand() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((9000, 8)).astype(np.float32)
    low = random.permutation(np.concatenate([random.integers(0, 300, 500), random.integers(0, 8990, 100)]))
    places = np.stack([low, low + random.integers(1, 10, 600)], axis=1)
    wanted = np.stack([vectors[a:b].mean(axis=0) for a, b in places])
    np.testing.assert_allclose(means(vectors, places), wanted, atol=1e-5)


def test_numbers_read_together_are_read_as_by_themselves() -> None:
    model, random = trained(SHIPPED), np.random.default_rng(0)
    vectors = random.standard_normal((120, model.width)).astype(np.float32)
    numbers = np.array([[3, 5], [40, 41], [118, 120], [60, 61]])
    owners = np.repeat(np.arange(4), [5, 0, 1, 9])  # the second has no phrase
    low = random.integers(0, 110, len(owners))
    places = np.stack([low, low + random.integers(1, 9, len(owners))], axis=1)
    table, empty = random.standard_normal((len(owners), 4)), random.standard_normal((4, 4))
    scores, none = model.slots(vectors, numbers, places, owners, table, empty)
    for i in range(4):
        mine = owners == i
        own, own_none = model.slots(
            vectors, numbers[i : i + 1], places[mine], owners[mine] * 0, table[mine], empty[i : i + 1]
        )
        np.testing.assert_allclose(scores[mine], own, atol=1e-3)
        np.testing.assert_allclose(none[i : i + 1], own_none, atol=1e-3)


def test_trust_is_the_share_of_the_table_in_a_slot() -> None:
    model = Trained(Path(SHIPPED))  # one of its own: the shared one stays as it is
    vectors, number = np.ones((9, model.width), dtype=np.float32), np.array([[3, 5]])
    empty, nothing = np.array([[1.0, 2.0, 3.0, 4.0]]), np.zeros((0, 4))
    places, owners = np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=np.int64)
    trust = model.trust
    _, told = model.slots(vectors, number, places, owners, nothing, empty)
    model.trust = trust * 0
    _, untold = model.slots(vectors, number, places, owners, nothing, empty)
    np.testing.assert_allclose(told - untold, empty * trust, rtol=1e-3)
