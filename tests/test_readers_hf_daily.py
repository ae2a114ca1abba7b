from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Paper
from kg.readers import Problem, read

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
BANNER = "Get trending papers in your email inbox!\n"
PROSE = (
    "This abstract says something about gates. It says so at some length, so that it cannot be a title. " * 3
)


def load(path: Path, text: str) -> list[Paper]:
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    papers = list(read([str(path)], on_problem=problems.append))
    assert not problems
    return papers


def pairs(papers: list[Paper]) -> list[tuple[str, bool]]:
    return [(paper.title, bool(paper.abstract)) for paper in papers]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds lie in ../shared/seeds, beside the repository")
def test_the_seeds_give_522_whole_entries() -> None:
    counts = []
    for path in sorted(SEEDS.iterdir()):
        papers = list(read([str(path)], strict=True))
        counts.append(len(papers))
        lines = path.read_text(encoding="utf-8").split("\n")
        for paper in papers:
            assert 8 < len(paper.title) < 160
            assert 300 < len(paper.abstract) < 2_000
            line = lines[int(paper.sources[0].locator.removeprefix("line ")) - 1]
            assert line.removeprefix("Subscribe") == paper.title
            assert paper.abstract in lines
    assert counts == [119, 93, 119, 72, 119]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds lie in ../shared/seeds, beside the repository")
def test_dates_of_the_seeds_have_a_year_only_where_it_is_written() -> None:
    papers = list(read([str(path) for path in SEEDS.glob("001*")]))
    assert len(papers) == 93
    assert all(paper.date_text for paper in papers)
    for paper in papers:
        assert (paper.date is not None) == (paper.year is not None) == (", " in (paper.date_text or ""))
    assert papers[-1].date_text == "May 30"


def test_an_entry_without_abstract_does_not_shift_the_others(tmp_path: Path) -> None:
    text = (
        BANNER
        + f"SubscribeFirst Title\n{PROSE}\nTitle without Abstract\nThird Title\n{PROSE}\nLast Title, Cut\n"
    )
    expected = [
        ("First Title", True),
        ("Title without Abstract", False),
        ("Third Title", True),
        ("Last Title, Cut", False),
    ]
    assert pairs(load(tmp_path / "dump.txt", text)) == expected
    assert (
        pairs(load(tmp_path / "dump.txt", text.replace("\n", "\n\n").replace("SubscribeF", "Subscribe\n\nF")))
        == expected
    )


def test_two_paragraphs_are_one_abstract(tmp_path: Path) -> None:
    (one, two) = load(tmp_path / "dump.txt", BANNER + f"SubscribeOne\n{PROSE}\n{PROSE}\nTwo\n{PROSE}\n")
    assert len(one.abstract) > 1.9 * len(two.abstract)


def test_a_short_abstract_is_kept_with_its_title(tmp_path: Path) -> None:
    text = BANNER + f"SubscribeOne\n{PROSE}\nTwo\nA short one.\nThree\n{PROSE}\nFour\nShort again.\n"
    assert pairs(load(tmp_path / "dump.txt", text)) == [
        ("One", True),
        ("Two", True),
        ("Three", True),
        ("Four", True),
    ]


def test_a_very_long_title_is_still_a_title(tmp_path: Path) -> None:
    title = "A Title That Goes On " + "and On " * 30 + "until Its End"
    assert pairs(load(tmp_path / "dump.txt", BANNER + f"SubscribeOne\n{PROSE}\n{title}\n{PROSE}\n")) == [
        ("One", True),
        (title, True),
    ]


def test_blocks_may_lack_abstract_or_date(tmp_path: Path) -> None:
    text = (
        f"{BANNER}\nOne\n\n  • 3 authors\n·\nMay 1, 2024 12\n\nTwo\n\n{PROSE}\n\n  • 1 author\n·\n\n"
        f"Three\n\n{PROSE}\n\n{PROSE}\n\n  • 2 authors\n·\nMar 24 1\n\nFour\n\n{PROSE[:120]}"
    )
    papers = load(tmp_path / "dump.txt", text)
    assert pairs(papers) == [("One", False), ("Two", True), ("Three", True), ("Four", True)]
    assert [paper.date_text for paper in papers] == ["May 1, 2024", None, "Mar 24", None]
    assert papers[0].date == "2024-05-01"


def test_a_count_that_might_be_a_year_is_left_in_the_text(tmp_path: Path) -> None:
    (paper,) = load(tmp_path / "dump.txt", f"{BANNER}\nOne\n\n{PROSE}\n\n  • 3 authors\n·\nMay 30 2024\n")
    assert (paper.year, paper.date, paper.date_text) == (None, None, "May 30 2024")


def test_blocks_are_recognised_without_the_banner(tmp_path: Path) -> None:
    papers = load(tmp_path / "dump.txt", f"One\n\n{PROSE}\n\n  • 3 authors\n·\nMay 3, 2024\n")
    assert (papers[0].sources[0].reader, papers[0].date) == ("hf_daily", "2024-05-03")


def test_a_dump_saved_on_windows_is_the_same(tmp_path: Path) -> None:
    text = f"{BANNER}\nOne\n\n{PROSE}\n\n  • 3 authors\n·\nMay 3, 2024\n"
    assert load(tmp_path / "dump.txt", text.replace("\n", "\r\n")) == load(tmp_path / "dump.txt", text)
