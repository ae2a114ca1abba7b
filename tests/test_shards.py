from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kg.errors import WorkspaceError
from kg.model import Paper, PaperFacts
from kg.shards import read_rows, write_shard
from tests.make import claim, facts, paper, result

ONE = paper("Foo", "Foo beats Bar by 3% accuracy.", arxiv="2401.00001", year=2024)
FACTS = facts(
    ONE,
    claim(ONE, "introduces", "Foo", "Method"),
    claim(ONE, "compares", "Bar", "Method"),
    results=(result(ONE, 3.0, "3%", "%", kind="improvement", metric="accuracy"),),
)


def test_papers_and_facts_come_back_as_they_were(tmp_path: Path) -> None:
    name = write_shard(tmp_path, [ONE], Paper)
    assert list(read_rows(tmp_path / name, Paper)) == [ONE]
    name = write_shard(tmp_path, [FACTS], PaperFacts)
    assert list(read_rows(tmp_path / name, PaperFacts)) == [FACTS]


def test_equal_shards_are_one_file(tmp_path: Path) -> None:
    assert write_shard(tmp_path, [ONE], Paper) == write_shard(tmp_path, [ONE], Paper)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_files_can_be_read_without_us(tmp_path: Path) -> None:
    table = pq.read_table(tmp_path / write_shard(tmp_path, [FACTS], PaperFacts))
    assert table.column("claims")[0][0]["name"]["text"].as_py() == "Foo"


def test_a_damaged_shard_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(
        WorkspaceError, match=r"broken\.parquet: .* cannot be read .* run `kg build`"
    ) as caught:
        list(read_rows(path, Paper))
    assert "\n" not in str(caught.value)
