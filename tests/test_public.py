from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import extractors
from kg.errors import InputError
from kg.model import Label, Mention, Paper
from kg.public import COLUMNS, FAMILIES, UNSCORED, evaluate_public, likeliest, score_spans
from kg.readers import read
from kg.spans import Ent, SpanText, read_spans, span_text

EXTERNAL = Path(__file__).resolve().parent.parent.parent / "shared" / "external"
LABELS: list[Label] = ["Method", "Tool", "Problem", "Task", "Dataset", "Benchmark", "Metric", "Number"]
TEXT = "We evaluate EWC on Permuted MNIST and report accuracy."
OFFSETS = st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))
ENTS = st.lists(st.builds(lambda span, label: (*span, label), OFFSETS, st.sampled_from(LABELS)), max_size=12)
MENTIONS = st.lists(
    st.builds(
        lambda span, label, score: Mention("abstract", span[0], span[1], "", label, score, "test"),
        OFFSETS,
        st.sampled_from(LABELS),
        st.floats(0, 1),
    )
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def ent(name: str, label: str) -> Ent:
    start = TEXT.index(name)
    return start, start + len(name), label


def scored(gold: list[Ent], predicted: list[Ent]) -> dict[str, dict[str, Any]]:
    """Rows by their label."""
    rows = score_spans("f", [SpanText("1", TEXT, tuple(gold))], [SpanText("1", TEXT, tuple(predicted))])
    return {row["ours"] if row["theirs"] == UNSCORED else row["theirs"]: row for row in rows}


def figures(row: dict[str, Any]) -> tuple[float, float]:
    return row["strict_f1"], row["relaxed_f1"]


def test_a_part_of_a_span_counts_relaxed_and_not_strict() -> None:
    gold = [ent("EWC", "Method"), ent("Permuted MNIST", "Dataset")]
    rows = scored(gold, [ent("EWC", "Method"), ent("MNIST", "Dataset")])
    assert figures(rows["Method"]) == (1.0, 1.0)
    assert figures(rows["Dataset"]) == (0.0, 1.0)
    assert figures(rows["micro"]) == (0.5, 1.0)


def test_labels_of_one_family_are_the_same_and_the_row_says_which() -> None:
    rows = scored(
        [ent("EWC", "Method"), ent("MNIST", "Material")], [ent("EWC", "Tool"), ent("MNIST", "Benchmark")]
    )
    assert figures(rows["micro"]) == (1.0, 1.0)
    assert (rows["Method"]["ours"], rows["Material"]["ours"]) == ("Method, Tool", "Dataset, Benchmark")
    assert figures(scored([ent("EWC", "METHOD")], [ent("EWC", "Method")])["METHOD"]) == (1.0, 1.0)


def test_a_span_under_another_family_is_wrong_twice() -> None:
    rows = scored([ent("EWC", "Method"), ent("accuracy", "Metric")], [ent("EWC", "Metric")])
    assert (rows["Method"]["pred"], rows["Method"]["relaxed_r"]) == (0, 0.0)
    assert (rows["Metric"]["relaxed_p"], rows["Metric"]["relaxed_r"]) == (0.0, 0.0)


def test_one_mention_answers_one_annotation_only() -> None:
    row = scored([ent("Permuted", "Dataset"), ent("MNIST", "Dataset")], [ent("Permuted MNIST", "Dataset")])[
        "Dataset"
    ]
    assert (row["relaxed_p"], row["relaxed_r"], row["gold"], row["pred"]) == (1.0, 0.5, 2, 1)


def test_what_is_not_scored_is_counted_in_rows_of_its_own() -> None:
    gold = [ent("EWC", "Generic"), ent("accuracy", "Generic"), ent("MNIST", "Dataset")]
    rows = scored(gold, [ent("EWC", "Method"), ent("accuracy", "Number"), ent("MNIST", "Dataset")])
    assert (rows["Generic"]["gold"], rows["Generic"]["ours"], rows["Generic"]["strict_f1"]) == (
        2,
        UNSCORED,
        None,
    )
    assert (rows["Method"]["pred"], rows["Number"]["pred"]) == (1, 1)
    assert (rows["micro"]["gold"], rows["micro"]["pred"]) == (1, 1)


def test_a_file_without_a_known_label_has_counts_alone() -> None:
    rows = scored([ent("EWC", "Gene")], [ent("EWC", "Method")])
    assert set(rows) == {"Gene", "Method"}


@given(ENTS)
def test_any_spans_score_one_against_themselves(ents: list[Ent]) -> None:
    for row in scored(ents, ents).values():
        assert row["strict_f1"] is None or figures(row) == (1.0, 1.0)


@given(ENTS, ENTS)
def test_relaxed_is_never_less_than_strict_and_sides_swap(gold: list[Ent], predicted: list[Ent]) -> None:
    here, there = scored(gold, predicted), scored(predicted, gold)
    for label, row in here.items():
        if row["strict_f1"] is None:
            continue
        assert row["relaxed_p"] >= row["strict_p"]
        assert row["relaxed_r"] >= row["strict_r"]
        other = there.get(label)
        if label in ("Task", "Problem", "Metric") and other and other["strict_f1"] is not None:
            assert (other["strict_p"], other["relaxed_p"]) == (row["strict_r"], row["relaxed_r"])


@given(MENTIONS)
def test_of_overlapping_mentions_the_likeliest_of_a_family_stays(mentions: list[Mention]) -> None:
    kept = likeliest(mentions)
    rising = sorted(mentions, key=lambda m: m.score)
    by_span: dict[Ent, float] = {(m.start, m.end, m.label): m.score for m in rising}
    assert set(kept) <= set(by_span)
    for family in FAMILIES:
        own = [one for one in kept if one[2] in family.ours]
        for (_, end, _), (start, _, _) in pairwise(own):
            assert end <= start
        for mention in mentions:
            if mention.label in family.ours:
                rivals = [by_span[one] for one in own if one[0] < mention.end and mention.start < one[1]]
                assert rivals
                assert max(rivals) >= mention.score
    assert likeliest(reversed(mentions)) == kept


def test_every_label_of_ours_is_read_in_its_own_family() -> None:
    for family in FAMILIES:
        assert {label.lower() for label in family.ours} <= family.theirs


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"text": "ab", "ents": []}', "'id' is None"),
        ('{"id": "1", "ents": []}', "'text' is None"),
        ('{"id": "1", "text": "\\ud800", "ents": []}', "give a Unicode text"),
        ('{"id": "1", "text": "ab"}', "'ents' is None"),
        ('{"id": "1", "text": "ab", "ents": [[0, 1]]}', "ents[0] is [0, 1]"),
        ('{"id": "1", "text": "ab", "ents": [[0, 2, "Task"], [0, 3, "Task"]]}', "0 <= start < end <= 2"),
        ('{"id": "1", "text": "ab", "ents": [[1, 1, "Task"]]}', "ents[0] is"),
        ('{"id": "1", "text": "ab", "ents": [[-1, 1, "Task"]]}', "ents[0] is"),
        ('{"id": "1", "text": "ab", "ents": [[0.0, 1, "Task"]]}', "ents[0] is"),
        ('{"id": "1", "text": "ab", "ents": [[0, 1, ""]]}', "ents[0] is"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(
        '{"id": 0, "text": "ab", "ents": [[0, 2, "Task"]], "rels": []}\n\n' + line, encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_spans(path)
    assert message in str(caught.value)
    assert "bad.jsonl:3" in str(caught.value)


def test_a_bad_line_is_one_line_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("[]", encoding="utf-8")
    done = run("evaluate", "--public", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"kg: {tmp_path / 'bad.jsonl'}:1: is no JSON object")
    assert done.stderr.count("\n") == 1


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        evaluate_public(tmp_path / "none")
    with pytest.raises(InputError, match=r"holds no \*.jsonl"):
        evaluate_public(tmp_path)
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(InputError, match="UTF-8"):
        evaluate_public(tmp_path)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The spans of the packaged sample."""
    path = tmp_path_factory.mktemp("spans") / "sample.jsonl"
    done = run("extract", "sample", "--spans", "-o", str(path))
    assert done.returncode == 0, done.stderr
    assert "papers" in done.stderr
    return path


def test_extract_writes_each_mention_where_it_stands_in_the_docs_text(sample: Path) -> None:
    nlp = extractors.load()
    texts = {one.text: one for one in read_spans(sample)}
    papers = list(read(["sample"]))
    assert len(texts) == len(papers)
    for paper, facts in zip(papers, extractors.extract(papers, nlp), strict=True):
        doc = extractors.make_doc(nlp, paper.title, paper.abstract)
        ents = texts[doc.text].ents
        assert len(ents) == len(facts.mentions) > 0
        assert sorted((doc.text[start:end], label) for start, end, label in ents) == sorted(
            (m.text, m.label) for m in facts.mentions
        )


def test_a_paper_without_a_title_has_its_abstract_alone() -> None:
    paper = Paper("", TEXT)
    (facts,) = extractors.extract([paper])
    spans = span_text(paper, facts)
    assert spans.text == TEXT
    assert {TEXT[start:end] for start, end, _ in spans.ents} == {m.text for m in facts.mentions}


def test_our_own_spans_can_be_read_back_and_score_one_against_themselves(sample: Path) -> None:
    texts = read_spans(sample)
    rows = score_spans("sample", texts, texts)
    assert {row["theirs"] for row in rows} >= {"Method", "Problem", "Task", "Metric", "micro"}
    for row in rows:
        assert row["strict_f1"] is None or figures(row) == (1.0, 1.0)


def test_plain_text_is_read_as_it_was_written(tmp_path: Path) -> None:
    (facts,) = extractors.extract([Paper("", TEXT)])
    line = {"id": "1", "text": TEXT, "ents": likeliest(facts.mentions)}
    (tmp_path / "own.jsonl").write_text(json.dumps(line), encoding="utf-8")
    rows = evaluate_public(tmp_path, processes=1)
    assert [row["strict_f1"] for row in rows if row["theirs"] == "micro"] == [1.0]


def test_evaluate_public_prints_the_mapping_in_every_format(sample: Path) -> None:
    words = ("evaluate", "--public", str(sample), "-f")
    rows = json.loads(run(*words, "json").stdout)
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rows)
    assert [json.loads(line) for line in run(*words, "jsonl").stdout.splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(run(*words, "csv").stdout)))
    assert [(row["theirs"], row["ours"]) for row in table] == [(row["theirs"], row["ours"]) for row in rows]
    printed = run(*words, "table").stdout
    assert printed.startswith("sample.jsonl\n")
    assert "Dataset, " in printed
    assert "not scored" in printed


def test_extract_without_spans_gives_what_a_graph_would_export(tmp_path: Path) -> None:
    assert run("build", "sample", "-o", str(tmp_path / "s.kg")).returncode == 0
    exported = run("export", str(tmp_path / "s.kg"), "-f", "facts").stdout
    assert run("extract", "sample").stdout == exported != ""


def test_extract_of_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    done = run("extract", str(tmp_path / "empty.txt"))
    assert done.returncode == 3
    assert "no paper found" in done.stderr


@pytest.mark.skipif(not EXTERNAL.is_dir(), reason="the public sets lie beside the project, not in it")
def test_the_public_sets_are_scored_by_their_labels() -> None:
    rows = evaluate_public(EXTERNAL)
    found = {(row["file"], row["theirs"]): row for row in rows if row["theirs"] != UNSCORED}
    theirs = {file: {label for name, label in found if name == file} for file, _ in found}
    assert theirs == {
        "scirex_train.jsonl": {"Method", "Task", "Material", "Metric", "micro"},
        "tdmsci_train.jsonl": {"Task", "Dataset", "Metric", "micro"},
    }
    assert found["tdmsci_train.jsonl", "micro"]["gold"] == 2175
    assert all(row["relaxed_f1"] > row["strict_f1"] > 0.1 for row in found.values())
