from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from spacy.tokens import Doc

import kg
from extractors.claims import Claims
from kg.doctor import checks
from kg.errors import InputError, WorkspaceError
from kg.pipeline import Summary
from kg.readers import Problem
from kg.workspace import Workspace

SEEDS = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds"
PAPERS = [
    {
        "title": f"Widget{i}: a way out of forgetting, number {i}",
        "abstract": "Neural networks suffer from catastrophic forgetting. "
        f"We propose Widget{i}, a replay method that mitigates catastrophic forgetting. "
        f"On CIFAR-100 it reaches {50 + i % 40}.5% accuracy and outperforms EWC.",
        "arxiv_id": f"2401.{i:05d}",
        "year": 2024,
    }
    for i in range(1, 701)
]


def _write(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def few(tmp_path: Path) -> str:
    return _write(tmp_path / "few.jsonl", PAPERS[:30])


def test_a_build_makes_a_workspace_that_answers(few: str, tmp_path: Path) -> None:
    summary = kg.build([few], tmp_path / "few.kg")
    assert (summary.records, summary.papers, summary.extracted, summary.problems) == (30, 30, 30, 0)
    with kg.open(tmp_path / "few.kg") as g:
        rows = g.methods_targeting("forgetting")
        assert {row["method"] for row in rows} >= {"Widget1", "Widget30"}
        assert all("forgetting" in row["quote"] for row in rows)


def test_the_same_build_twice_gives_the_same_hash_and_reads_nothing(few: str, tmp_path: Path) -> None:
    first = kg.build([few], tmp_path / "few.kg")
    again = kg.build([few], tmp_path / "few.kg")
    assert again.extracted == 0
    assert again.graph_hash == first.graph_hash
    assert kg.build([few], tmp_path / "other.kg").graph_hash == first.graph_hash


def test_build_makes_equal_to_the_inputs_and_add_adds(tmp_path: Path) -> None:
    a, b = _write(tmp_path / "a.jsonl", PAPERS[:10]), _write(tmp_path / "b.jsonl", PAPERS[5:20])
    both = kg.build([a, b], tmp_path / "both.kg")
    assert (both.records, both.papers) == (25, 20)
    kg.build([a], tmp_path / "grown.kg")
    grown = kg.add([b], tmp_path / "grown.kg")
    assert (grown.records, grown.papers, grown.graph_hash) == (25, 20, both.graph_hash)
    shrunk = kg.build([a], tmp_path / "grown.kg")
    assert shrunk.papers == 10
    assert shrunk.graph_hash == kg.build([a], tmp_path / "a.kg").graph_hash


def test_the_order_of_inputs_never_changes_the_graph(tmp_path: Path) -> None:
    a, b = _write(tmp_path / "a.jsonl", PAPERS[:10]), _write(tmp_path / "b.jsonl", PAPERS[5:20])
    assert kg.build([a, b], tmp_path / "ab.kg").graph_hash == kg.build([b, a], tmp_path / "ba.kg").graph_hash


def test_a_paper_met_twice_is_one_paper_with_two_sources(tmp_path: Path) -> None:
    a, b = _write(tmp_path / "a.jsonl", PAPERS[:1]), _write(tmp_path / "b.jsonl", PAPERS[:1])
    kg.build([a, b], tmp_path / "g.kg")
    (paper,) = Workspace.open(tmp_path / "g.kg").papers()
    assert [source.uri for source in paper.sources] == ["a.jsonl", "b.jsonl"]


def test_a_broken_record_is_reported_and_loses_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    lines = [json.dumps(row) for row in PAPERS[:5]]
    lines[2] = lines[2][:40]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told: list[Problem] = []
    summary = kg.build([str(path)], tmp_path / "g.kg", on_problem=told.append)
    assert (summary.papers, summary.problems) == (4, 1)
    assert "broken.jsonl" in str(told[0])
    assert "3" in told[0].locator
    with pytest.raises(InputError, match=r"broken\.jsonl"):
        kg.build([str(path)], tmp_path / "strict.kg", strict=True)


def test_a_failed_build_leaves_the_graph_as_it_was(few: str, tmp_path: Path) -> None:
    before = kg.build([few], tmp_path / "g.kg")
    with pytest.raises(InputError):
        kg.build([str(tmp_path / "missing.jsonl")], tmp_path / "g.kg")
    info = Workspace.open(tmp_path / "g.kg").info()
    assert info["hash"] == before.graph_hash


def test_a_deleted_store_is_rebuilt(few: str, tmp_path: Path) -> None:
    summary = kg.build([few], tmp_path / "g.kg")
    for name in ("graph.*.kglite", "graph.json"):
        next((tmp_path / "g.kg").glob(name)).unlink()
        with kg.open(tmp_path / "g.kg") as g:
            assert len(g.methods_targeting("forgetting")) == 30
        assert Workspace.open(tmp_path / "g.kg").info()["hash"] == summary.graph_hash


def test_worker_processes_give_the_same_graph(tmp_path: Path) -> None:
    path = _write(tmp_path / "many.jsonl", PAPERS)
    one = kg.build([path], tmp_path / "one.kg", processes=1, model="fast")
    two = kg.build([path], tmp_path / "two.kg", processes=2, model="fast")
    assert one.papers == two.papers == 700
    assert one.graph_hash == two.graph_hash


def _killed_build(source: str, out: Path, after: int) -> None:
    """Start a build in a process of its own and kill it -9 once `after` facts shards are there."""
    command = [sys.executable, "-m", "kg", "build", source, "-o", str(out), "-j", "1", "--fast"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if len(list((out / "facts").glob("*.parquet"))) >= after:
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(0.002)
    process.wait()


def test_a_killed_build_goes_on_and_gives_the_same_graph(tmp_path: Path) -> None:
    many = [row | {"title": f"{row['title']} ({k})", "arxiv_id": None} for k in range(3) for row in PAPERS]
    path = _write(tmp_path / "many.jsonl", many)
    whole = kg.build([path], tmp_path / "whole.kg", processes=1, model="fast")
    out = tmp_path / "killed.kg"
    _killed_build(path, out, after=1)
    assert not (out / "manifest.json").exists(), "the build ended before it was killed: give it more papers"
    with pytest.raises(WorkspaceError, match="not finished; run the same `kg build` again"):
        kg.open(out)
    resumed = kg.build([path], out, processes=1, model="fast")
    assert resumed.graph_hash == whole.graph_hash
    assert 0 < resumed.extracted < whole.extracted


def test_a_second_writer_is_refused(few: str, tmp_path: Path) -> None:
    kg.build([few], tmp_path / "g.kg")
    with (
        Workspace.open(tmp_path / "g.kg").writing(),
        pytest.raises(WorkspaceError, match="another process is writing"),
    ):
        _in_another_process(few, tmp_path / "g.kg")


def _in_another_process(source: str, out: Path) -> Summary:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", source, "-o", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    raise WorkspaceError(done.stderr)


@pytest.mark.parametrize("name", ["a file", "a full folder"])
def test_a_place_that_is_no_workspace_is_left_alone(few: str, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    if name == "a file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "mine.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="name a"):
        kg.build([few], place)


def test_a_damaged_manifest_is_one_clear_line(few: str, tmp_path: Path) -> None:
    kg.build([few], tmp_path / "g.kg")
    (tmp_path / "g.kg" / "manifest.json").write_text("{")
    with pytest.raises(WorkspaceError, match=r"manifest\.json: is damaged"):
        kg.open(tmp_path / "g.kg")


def test_a_missing_graph_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="make one with `kg build INPUT"):
        kg.open(tmp_path / "none.kg")


def test_a_store_of_another_graph_is_never_taken_for_this_one(tmp_path: Path) -> None:
    a, b = _write(tmp_path / "a.jsonl", PAPERS[:3]), _write(tmp_path / "b.jsonl", PAPERS[3:6])
    out = tmp_path / "g.kg"
    kg.build([a], out)
    old = (out / "graph.json").read_bytes()
    kg.build([b], out)
    # As if it had been killed between writing the store and saying so.
    (out / "graph.json").write_bytes(old)
    kg.build([a], out)
    with kg.open(out) as g:
        assert {row["method"] for row in g.methods_targeting("forgetting")} == {
            "Widget1",
            "Widget2",
            "Widget3",
        }
    assert all(check.ok for check in checks(str(out)))


def test_what_another_writer_added_meanwhile_is_kept(tmp_path: Path) -> None:
    a, b = _write(tmp_path / "a.jsonl", PAPERS[:3]), _write(tmp_path / "b.jsonl", PAPERS[3:6])
    kg.build([a], tmp_path / "g.kg")
    early = Workspace.open(tmp_path / "g.kg")
    kg.add([b], tmp_path / "g.kg")
    with early.writing():
        assert early.manifest == Workspace.open(tmp_path / "g.kg").manifest


def test_the_lock_is_let_go_when_the_block_ends(few: str, tmp_path: Path) -> None:
    kg.build([few], tmp_path / "g.kg")
    workspace = Workspace.open(tmp_path / "g.kg")
    with workspace.writing():
        pass
    with Workspace.open(tmp_path / "g.kg").writing():
        pass


def test_leftovers_of_a_killed_writer_do_not_block_the_next(few: str, tmp_path: Path) -> None:
    out = tmp_path / "g.kg"
    (out / "papers").mkdir(parents=True)
    for folder in (out, out / "papers"):
        (folder / ".kg-0123456789abcdef.tmp").write_text("half")
    kg.build([few], out)
    assert not list(out.rglob("*.tmp"))


@pytest.mark.parametrize("folder", ["papers", "facts"])
def test_a_damaged_shard_is_mended_by_building_again(few: str, tmp_path: Path, folder: str) -> None:
    out = tmp_path / "g.kg"
    whole = kg.build([few], out)
    shard = next((out / folder).glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-50])
    assert kg.build([few], out).graph_hash == whole.graph_hash
    assert all(check.ok for check in checks(str(out)))


def test_a_failed_first_build_leaves_no_folder_behind(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("{}\n")
    with pytest.raises(InputError):
        kg.build([str(empty)], tmp_path / "g.kg")
    assert not (tmp_path / "g.kg").exists()


def test_a_paper_that_breaks_the_extractor_costs_no_other(
    few: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Claims.__call__

    def fragile(self: Claims, doc: Doc) -> Doc:
        if "Widget7" in doc.text:
            raise ValueError("boom")
        return real(self, doc)

    monkeypatch.setattr(Claims, "__call__", fragile)
    summary = kg.build([few], tmp_path / "g.kg", processes=1)
    assert (len(summary.refused), summary.failed) == (1, 1)
    assert "Widget7" in summary.refused[0]
    assert "boom" in summary.refused[0]
    with kg.open(tmp_path / "g.kg") as g:
        assert len(g.methods_targeting("forgetting")) == 29
    again = kg.build([few], tmp_path / "g.kg", processes=1)
    assert again.refused == summary.refused, "a paper without facts must be reported by every build"
    monkeypatch.undo()
    mended = kg.build([few], tmp_path / "g.kg", processes=1)
    assert (mended.extracted, mended.failed, mended.refused) == (1, 0, ())
    assert mended.graph_hash == kg.build([few], tmp_path / "fresh.kg", processes=1).graph_hash
    assert kg.build([few], tmp_path / "g.kg", processes=1).graph_hash == mended.graph_hash


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds lie beside the project, not in it")
def test_the_graph_does_not_depend_on_the_order_of_sets(tmp_path: Path) -> None:
    hashes = set()
    one = sorted(SEEDS.glob("*.txt"))[0]
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.kg"
        command = [sys.executable, "-m", "kg", "build", str(one), "-o", str(out)]
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True)
        hashes.add(Workspace.open(out).info()["hash"])
    assert len(hashes) == 1


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds lie beside the project, not in it")
def test_the_seeds_are_449_papers_and_every_quote_is_true(tmp_path: Path) -> None:
    summary = kg.build([str(SEEDS / "*.txt")], tmp_path / "s.kg")
    assert (summary.records, summary.papers, summary.problems, summary.refused) == (522, 449, 0, ())
    assert all(check.ok for check in checks(str(tmp_path / "s.kg")))
    with kg.open(tmp_path / "s.kg") as g:
        rows = g.methods_targeting("forgetting")
        assert len({row["method"] for row in rows if row["method"]}) >= 10
