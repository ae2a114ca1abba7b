"""The claims benchmark: its data are sound, and others can take part with what is documented."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import numpy as np
import pytest

from benchmarks.claims.claims import (
    DATA,
    FOLDS,
    SLOTS,
    annotated,
    fold_of,
    interval,
    main,
    percentages,
    publish,
    report,
    text_hash,
)
from kg.readers.ids import arxiv_id
from kg.score import read_papers

TEXTS = {
    "2601.00001": ("Gates", "Gate-Net reaches 87.2% on DoorBench,\n  up from 80.5%."),
    "2601.00002": ("Doors", "Nothing is claimed."),
    "2601.00003": ("Walls", "Wall-Net needs 3x less time."),
}
RESULTS = {
    "2601.00001": [
        {"value": 87.2, "value_text": "87.2%", "unit": "%", "on": "DoorBench", "kind": "absolute"}
    ],
    "2601.00003": [{"value": 3, "value_text": "3x", "unit": "x", "kind": "reduction", "metric": None}],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Annotations of three papers, made as ours were."""
    folder = tmp_path / "annotated"
    folder.mkdir()
    papers = [{"id": key, "title": title, "abstract": text} for key, (title, text) in TEXTS.items()]
    facts = [{"id": key, "results": RESULTS.get(key, [])} for key in TEXTS]
    for name, rows in (("papers", papers), ("facts", facts)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert publish(folder, tmp_path / "claims.jsonl") == 3
    return tmp_path / "claims.jsonl"


class _Arxiv(BaseHTTPRequestHandler):
    """Answers as arXiv's API: one paper was revised since, one is not there."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)["id_list"][0].split(",")
        now = TEXTS | {"2601.00003": ("Walls", "Wall-Net needs 4x less time.")}
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/{key}v1</id><updated>2026-01-02T00:00:00Z</updated>"
            f"<published>2026-01-01T00:00:00Z</published><title>{now[key][0]}</title>"
            f"<summary>{escape(now[key][1])}</summary></entry>"
            for key in asked
            if key != "2601.00002"
        )
        self.send_response(200)
        self.end_headers()
        head = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        total = f"<opensearch:totalResults>{len(asked)}</opensearch:totalResults>"
        self.wfile.write(f"{head}{total}{entries}</feed>".encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Arxiv) as server:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("METHODKG_ARXIV_URL", f"http://127.0.0.1:{server.server_port}/api/query")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_the_published_data_are_small_annotations_without_texts() -> None:
    papers = annotated()
    assert len(papers) == 2420
    assert sum(len(paper["results"]) for paper in papers) == 2932
    assert DATA.stat().st_size < 1_000_000
    assert [paper["id"] for paper in papers] == sorted({paper["id"] for paper in papers})
    for line in DATA.read_text(encoding="utf-8").splitlines():
        paper = json.loads(line)
        assert set(paper) == {"id", "fold", "sha256", "results"}
        assert arxiv_id(paper["id"]) == paper["id"]
        assert paper["fold"] == fold_of(paper["id"])
        assert len(paper["sha256"]) == 64
        for result in paper["results"]:
            assert set(result) <= set(SLOTS)
            assert {"value", "value_text", "kind"} <= set(result)


def test_whole_facts_are_published_with_the_hash_of_their_text(data: Path) -> None:
    folder = data.parent / "annotated"
    for line in (folder / "facts.jsonl").read_text(encoding="utf-8").splitlines():
        stale = json.loads(line) | {"title": "A", "sha256": "old", "fold": 9, "metrics": ["accuracy"]}
        with (folder / "new.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(stale) + "\n")
    (folder / "new.jsonl").replace(folder / "facts.jsonl")
    whole = data.with_name("whole.jsonl")
    publish(folder, whole, whole=True)
    for before, after in zip(read_papers(data), read_papers(whole), strict=True):
        assert after["metrics"] == ["accuracy"] and "title" not in after
        assert (after["sha256"], after["fold"]) == (before["sha256"], before["fold"])


def test_what_the_model_has_learnt_from_is_apart_from_what_it_is_measured_on() -> None:
    folder = DATA.parents[2] / "annotations"
    names = (
        "learnt",
        "learnt-2",
        "learnt-3",
        "learnt-4",
        *(f"held-out{n}" for n in ("", "-2", "-3", "-4", "-5")),
    )
    parts = [read_papers(folder / f"{name}.jsonl") for name in names]
    assert [len(part) for part in parts] == [4312, 6320, 4105, 2277, 868, 803, 403, 2080, 948]
    results = [read_papers(folder / f"{name}.jsonl") for name in ("learnt-results", "held-out-results")]
    assert [len(part) for part in results] == [2600, 1120]
    numbers = [paper for part in results for paper in part]
    papers = [paper for part in parts for paper in part]
    assert sum(len(paper["results"]) for paper in (*papers, *numbers)) == 38473  # as its README says
    ids = [paper["id"] for paper in (*papers, *numbers, *annotated())]
    assert len(ids) == len(set(ids))
    assert all(set(paper) == {"id", "fold", "sha256", "results"} for paper in numbers)
    for paper in papers:
        assert paper["fold"] == fold_of(paper["id"]) and len(paper["sha256"]) == 64
        assert paper["annotator"].startswith("model")
        assert ("title" in paper) == (arxiv_id(paper["id"]) is None)  # what it is joined with its text by
        assert all(set(result) == set(SLOTS) for result in paper["results"])


def test_every_fold_is_about_a_fifth() -> None:
    folds = np.bincount([paper["fold"] for paper in annotated()], minlength=FOLDS)
    assert folds.min() > 420


def test_a_text_is_the_same_whatever_its_spaces_and_marks_and_another_one_when_a_number_changes() -> None:
    assert text_hash("A Title", r"It is $87.2\%$ now.") == text_hash("a  title", "It is\n87.2% now.")
    assert text_hash("A Title", "It is 87.2% now.") != text_hash("A Title", "It is 87.3% now.")


def test_texts_are_fetched_by_id_and_checked(
    arxiv: None, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "texts.jsonl"
    status = main(["--data", str(data), "fetch", "-o", str(out), "--cache", str(tmp_path / "cache")])
    assert status == 0
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["2601.00001"]
    assert capsys.readouterr().err.splitlines() == [
        "2601.00002: no text was found",
        "2601.00003: its text is not the one that was annotated",
        f"{out}: 1 texts, 2 missing",
    ]


def test_what_arxiv_cannot_have_is_to_be_named(
    arxiv: None, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data.write_text(data.read_text().replace("2601.00002", "anthology:2020.acl-main.2"))
    out = tmp_path / "texts.jsonl"
    assert main(["--data", str(data), "fetch", "-o", str(out), "--cache", str(tmp_path / "cache")]) == 0
    said = capsys.readouterr().err
    assert (
        "anthology:2020.acl-main.2: not on arXiv; name a file that has its title and abstract (--from)"
        in said
    )
    assert f"{out}: 1 texts, 2 missing" in said


def test_texts_that_are_not_on_arxiv_are_known_by_their_hash(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, elsewhere, out = data.parent / "annotated", tmp_path / "elsewhere.jsonl", tmp_path / "texts.jsonl"
    for name in ("papers", "facts"):
        whole = (folder / f"{name}.jsonl").read_text().replace("2601.0000", "anthology:2020.acl-main.")
        (folder / f"{name}.jsonl").write_text(whole)
    publish(folder, elsewhere)
    title, abstract = TEXTS["2601.00001"]
    bib = tmp_path / "acl.bib"
    bib.write_text(f"@inproceedings{{x, title={{{title}}}, abstract={{{abstract}}}, year={{2020}}}}\n")
    assert main(["--data", str(elsewhere), "fetch", "--from", str(bib), "-o", str(out)]) == 0
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["anthology:2020.acl-main.1"]
    assert "anthology:2020.acl-main.2: no text was found" in capsys.readouterr().err
    assert main(["--data", str(elsewhere), "fetch", "-o", str(out)]) == 1
    assert "none of its 3 papers is on arXiv; name files with texts (--from)" in capsys.readouterr().err


def test_texts_may_come_from_a_file_and_a_system_be_scored(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, found = tmp_path / "texts.jsonl", tmp_path / "found.jsonl"
    dump = str(tmp_path / "annotated" / "papers.jsonl")
    assert main(["--data", str(data), "fetch", "--from", dump, "-o", str(texts)]) == 0
    for system in ("regex", "fast"):
        assert main(["baseline", str(texts), "--system", system, "-o", str(found)]) == 0
        capsys.readouterr()
        assert main(["--data", str(data), "score", str(found), "--json"]) == 0
        scores = {row["measure"]: row for row in json.loads(capsys.readouterr().out)["scores"]}
        assert scores["results"]["gold"] == 2
        if system == "regex":
            assert (scores["results"]["p"], scores["results"]["r"]) == (0.5, 0.5)
        else:
            assert scores["results"]["r"] == 1.0
    assert main(["--data", str(data), "score", str(found)]) == 0
    assert "3 papers, 3 with a prediction" in capsys.readouterr().out


def test_papers_without_a_prediction_count_as_empty_unless_asked_otherwise(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = tmp_path / "found.jsonl"
    found.write_text(json.dumps({"id": "2601.00001", "results": RESULTS["2601.00001"]}) + "\n")
    recalls = []
    for option in ([], ["--present"]):
        assert main(["--data", str(data), "score", str(found), "--json", *option]) == 0
        recalls.append(json.loads(capsys.readouterr().out)["scores"][2]["r"])
    assert recalls == [0.5, 1.0]
    found.write_text('{"id": "9", "results": []}\n')
    assert main(["--data", str(data), "score", str(found)]) == 1
    assert "has none of the 3 papers" in capsys.readouterr().err


def test_a_perfect_and_an_empty_answer_have_no_interval() -> None:
    gold = annotated()[:300]
    empty = [{"id": paper["id"], "results": []} for paper in gold]
    for pred, f1 in ((gold, 1.0), (empty, 0.0)):
        for row in report(gold, pred, samples=50):
            assert (row["f1"], row["low"], row["high"]) == (f1, f1, f1)


def test_an_interval_holds_the_score_and_is_the_same_each_time() -> None:
    table = np.array([[1, 1, 1], [0, 1, 1], [1, 2, 1]] * 30)
    low, high = interval(table, 200)
    assert low < 2 * 60 / (120 + 90) < high
    assert interval(table, 200) == (low, high)


def test_the_least_baseline_takes_percentages_alone() -> None:
    found = percentages(r"From 80.5\% to 87.2 % with 3 layers in v1.2%.")
    assert [(one["value"], one["value_text"]) for one in found] == [(80.5, r"80.5\%"), (87.2, "87.2 %")]
