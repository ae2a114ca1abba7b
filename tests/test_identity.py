from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.identity import Identity, identify, keys, merge, merge_records, normalise_title
from kg.model import Paper, Source
from kg.readers import read

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"


def paper(title: str, abstract: str = "", line: int = 1, **more: Any) -> Paper:  # noqa: ANN401
    source = Source("made.jsonl", f"line {line}", "json")
    return Paper(title=title, abstract=abstract, sources=(source,), **more)


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the seeds lie beside the repository, in ../shared/seeds, and are not there"
)
def test_the_seeds_hold_449_papers_in_522_records() -> None:
    records = list(read([str(SEEDS)]))
    assert len(records) == 522
    papers = identify(records)
    assert len(papers) == 449
    assert identify(reversed(records)) == papers
    assert sum(len(one.sources) for one in papers) == 522


def test_records_that_share_an_id_are_one_paper_whatever_their_titles() -> None:
    ids: list[dict[str, Any]] = [{"arxiv": "2406.01234"}, {"doi": "10.1145/1.2"}, {"acl": "P18-1001"}]
    for shared in ids:
        merged = merge([paper("First title", **shared), paper("Second title", **shared)])
        assert len(merged.papers) == 1
        assert not merged.conflicts


def test_records_with_one_title_are_one_paper() -> None:
    records = [
        paper("On Few-Shot Learning."),
        paper("on few shot learning", arxiv="2001.00001"),
        paper("On few-shot LEARNING", doi="10.1/x"),
    ]
    merged = merge(records)
    assert [(one.arxiv, one.doi) for one in merged.papers] == [("2001.00001", "10.1/x")]


def test_conflicting_ids_keep_papers_with_one_title_apart_and_are_reported() -> None:
    merged = merge([paper("Same", arxiv="2001.00001"), paper("Same", arxiv="2001.00002")])
    assert [one.arxiv for one in merged.papers] == ["2001.00001", "2001.00002"]
    assert [str(one) for one in merged.conflicts] == [
        "arxiv:2001.00001 and arxiv:2001.00002: have one title but different ids: kept as two papers"
    ]


def test_a_record_without_id_goes_to_the_smallest_of_two_conflicting_papers_and_is_reported() -> None:
    records = [
        paper("Same", arxiv="2001.00002"),
        paper("Same", "The only abstract."),
        paper("Same", arxiv="2001.00001"),
    ]
    for order in itertools.permutations(records):
        merged = merge(order)
        assert [one.abstract for one in merged.papers] == ["The only abstract.", ""]
        assert "are counted with arxiv:2001.00001" in "\n".join(map(str, merged.conflicts))


def test_an_arxiv_doi_is_the_arxiv_id_and_does_not_contradict_the_journals_doi() -> None:
    records = [paper("A", doi="10.48550/arxiv.2001.00001"), paper("B", arxiv="2001.00001", doi="10.1145/9")]
    (one,) = merge(records).papers
    assert one.arxiv == "2001.00001"
    assert one.doi == "10.1145/9"


def test_records_that_share_a_doi_but_not_the_arxiv_id_are_one_paper_and_reported() -> None:
    merged = merge(
        [paper("A", arxiv="2001.00001", doi="10.1/x"), paper("B", arxiv="2001.00002", doi="10.1/x")]
    )
    assert len(merged.papers) == 1
    assert "one of the two may be mistaken" in str(merged.conflicts[0])


def test_a_merged_paper_has_the_longest_abstract_all_ids_and_all_sources() -> None:
    one = merge_records(
        [
            paper("Short", "Brief.", line=2, arxiv="2001.00001", year=2020),
            paper(
                "Long",
                "A longer abstract.",
                line=1,
                doi="10.1/x",
                year=2021,
                date="2021-05-01",
                date_text="May 1, 2021",
            ),
        ]
    )
    assert (one.title, one.abstract) == ("Long", "A longer abstract.")
    assert (one.arxiv, one.doi) == ("2001.00001", "10.1/x")
    assert (one.year, one.date, one.date_text) == (2021, "2021-05-01", "May 1, 2021")
    assert [source.locator for source in one.sources] == ["line 1", "line 2"]
    assert one.id.startswith("paper:arxiv-2001.00001-")


def test_the_id_of_a_paper_is_fixed_for_all_time() -> None:
    assert identify([paper("T", arxiv="2406.01234")])[0].id == "paper:arxiv-2406.01234-c8219aab88"
    assert identify([paper("Étude of Things")])[0].id == "paper:title-etude-of-things-bc0184ad67"


def test_titles_are_compared_by_letters_and_digits_alone() -> None:
    assert normalise_title("\\emph{Fréchet}-Distance:  A $k$-NN view!") == "frechet distance a k nn view"
    assert normalise_title("β-VAE") != normalise_title("α-VAE")
    assert normalise_title("...") == "..."
    assert keys(paper("A B", acl="P18-1001"))[-1] == "title:a b"


def test_identity_streams_papers_in_a_second_pass() -> None:
    records = [paper("A", arxiv="2001.00001"), paper("B"), paper("a")]
    identity = Identity()
    for index, record in enumerate(records):
        identity.add(10 + index, record)
    assert identity.groups() == [[10, 12], [11]]
    assert [one.title for one in identity.papers(iter(records))] == ["B", "A"]
    with pytest.raises(ValueError, match="make a new Identity"):
        identity.add(3, records[0])


_some = st.builds(
    lambda title, arxiv, doi, acl, abstract, date: paper(
        title, abstract, arxiv=arxiv, doi=doi, acl=acl, date=date
    ),
    st.sampled_from(["Alpha", "alpha.", "Beta", "Gamma"]),
    st.sampled_from([None, None, "2001.00001", "2001.00002", "2001.00003"]),
    st.sampled_from([None, None, "10.1/a", "10.1/b", "10.48550/arxiv.2001.00003"]),
    st.sampled_from([None, None, None, "P18-1001", "P18-1002"]),
    st.sampled_from(["", "x", "y", "zz"]),
    st.sampled_from([None, "2020-01-01", "2021-01-01"]),
)


@settings(max_examples=300)
@given(st.lists(_some, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_records_never_changes_the_papers(records: list[Paper], random: object) -> None:
    merged = merge(records)
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(shuffled) == merged
    # Nothing shares an id and stays apart, nothing is lost.
    for kind in ("arxiv", "acl"):
        for value in filter(None, (getattr(record, kind) for record in records)):
            holders = [one for one in merged.papers if f"{kind}:{value}" in keys(one)]
            assert len(holders) <= 1
    assert {normalise_title(one.title) for one in merged.papers} <= {
        normalise_title(one.title) for one in records
    }
    assert len({one.id for one in merged.papers}) == len(merged.papers)
