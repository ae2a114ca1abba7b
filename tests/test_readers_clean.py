from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.clean import clean, clean_html
from kg.readers.dates import parse_date
from kg.readers.ids import acl_id, arxiv_id, arxiv_year, doi, find_ids
from kg.readers.latex import decode_latex

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@given(anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(anything)
def test_cleaned_text_is_nfc_single_spaced_and_visible(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cf", "Cs"}
    cleaned.encode("utf-8")


@given(st.text(st.sampled_from("ab.%\\$ \n\té-"), max_size=40))
def test_cleaning_drops_white_space_only_from_visible_text(text: str) -> None:
    assert "".join(clean(text).split()) == "".join(text.split())


def test_latex_survives_cleaning() -> None:
    text = r"reaches 87.2\% with $\beta_{1} < 0.9$ and \emph{care} & a<b>c"
    assert clean(text) == text


def test_invisible_characters_and_line_ends_go() -> None:
    assert (
        clean("\ufeffcata\u00adstrophic\r\n  for\u200bgetting\x00\u2028now\ud800 \u00a0")
        == "catastrophic forgetting now"
    )
    assert clean("e\u0301tude") == "étude"


def test_html_goes_only_where_the_format_carries_it() -> None:
    assert (
        clean_html("<jats:p>We use <i>n</i>-grams &amp; more.</jats:p><p>Next</p>")
        == "We use n-grams & more. Next"
    )
    assert clean_html("p < 0.05 and x > 3 &lt;b&gt;") == "p < 0.05 and x > 3 <b>"
    assert clean_html("plain") == "plain"


@given(anything)
def test_cleaned_html_is_clean(text: str) -> None:
    assert clean(clean_html(text)) == clean_html(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2406.01234", "2406.01234"),
        ("arXiv:2406.01234v12", "2406.01234"),
        ("ARXIV: 0704.0001", "0704.0001"),
        ("https://arxiv.org/abs/2406.01234v2", "2406.01234"),
        ("http://export.arxiv.org/pdf/2406.01234v2.pdf", "2406.01234"),
        ("https://arxiv.org/pdf/cs/0112017v1.pdf?download=1", "cs/0112017"),
        ("arxiv.org/html/2406.01234v1#S2", "2406.01234"),
        ("oai:arXiv.org:math/0309136", "math/0309136"),
        ("math.GT/0309136v3", "math/0309136"),
        ("https://doi.org/10.48550/arXiv.2406.01234", "2406.01234"),
        ("10.48550/ARXIV.HEP-TH/9901001", "hep-th/9901001"),
        ("arXiv:2406.01234v2 [cs.LG] 3 Jun 2024", "2406.01234"),
        ("https://huggingface.co/papers/2406.01234", "2406.01234"),
        ("2413.01234", None),
        ("0312.1234", None),
        ("2406.0123", "2406.0123"),
        ("2406.012345", None),
        ("word/0112017", None),
        ("1.2406.01234", None),
        ("see 2406.01234", None),
        ("", None),
    ],
)
def test_arxiv_ids_are_recognised_in_every_form(text: str, expected: str | None) -> None:
    assert arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1234/ABC", "10.1234/abc"),
        ("http://dx.doi.org/10.1002/(SICI)1097-4571%28199806%29", "10.1002/(sici)1097-4571(199806)"),
        ("doi: 10.1234/abc.", "10.1234/abc"),
        ("info:doi/10.1234/abc", "10.1234/abc"),
        ("10.1/abc", None),
        ("https://example.org/10.1234/abc", None),
        ("10.1234/a b", None),
    ],
)
def test_dois_lose_their_prefix_and_case(text: str, expected: str | None) -> None:
    assert doi(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P18-1001", "P18-1001"),
        ("https://aclanthology.org/P18-1001/", "P18-1001"),
        ("https://www.aclweb.org/anthology/P18-1001.pdf", "P18-1001"),
        ("https://aclanthology.org/2020.acl-main.1v2.pdf", "2020.acl-main.1"),
        ("https://aclanthology.org/papers/P/P18/P18-1001/", "P18-1001"),
        ("10.18653/v1/p18-1001", "P18-1001"),
        ("https://doi.org/10.18653/v1/2021.acl-long.9", "2021.acl-long.9"),
        ("acl:2021.findings-emnlp.12", "2021.findings-emnlp.12"),
        ("W1-1", None),
        ("https://aclanthology.org/people/m/max/", None),
    ],
)
def test_acl_ids_are_recognised_in_addresses_and_dois(text: str, expected: str | None) -> None:
    assert acl_id(text) == expected


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 99999), st.integers(1, 30))
def test_an_arxiv_id_keeps_its_value_in_every_spelling(
    year: int, month: int, number: int, version: int
) -> None:
    plain = f"{year:02}{month:02}.{number:05}"
    expected = plain if year * 100 + month >= 704 else None
    for form in (
        "{}",
        "arXiv:{}",
        "https://arxiv.org/abs/{}",
        "http://arxiv.org/pdf/{}.pdf",
        "10.48550/arXiv.{}",
    ):
        assert arxiv_id(form.format(plain)) == expected
        assert arxiv_id(form.format(f"{plain}v{version}")) == expected


@given(anything)
def test_found_ids_are_found_again_in_themselves(text: str) -> None:
    ids = find_ids([text])
    assert not ids.arxiv or arxiv_id(ids.arxiv) == ids.arxiv
    assert not ids.doi or doi(ids.doi) == ids.doi
    assert not ids.acl or acl_id(ids.acl) == ids.acl


def test_the_first_id_of_each_kind_counts() -> None:
    ids = find_ids(["", "10.48550/arXiv.2406.01234", "2406.99999", "https://aclanthology.org/P18-1001"])
    assert (ids.arxiv, ids.doi, ids.acl) == ("2406.01234", "10.48550/arxiv.2406.01234", "P18-1001")
    assert (arxiv_year("2406.01234"), arxiv_year("cs/9902001"), arxiv_year("cs/0112017")) == (
        2024,
        1999,
        2001,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-30", (2024, "2024-05-30")),
        ("2024-05-30T10:00:00Z", (2024, "2024-05-30")),
        ("2024-05-30 10:00", (2024, "2024-05-30")),
        ("2024/05/30/", (2024, "2024-05-30")),
        ("2024-05", (2024, None)),
        ("2023///", (2023, None)),
        ("2024", (2024, None)),
        (2024, (2024, None)),
        (2024.0, (2024, None)),
        ("2024.0", (2024, None)),
        (float("nan"), (None, None)),
        (True, (None, None)),
        (None, (None, None)),
        (["2024"], (None, None)),
        (dt.datetime(2024, 5, 30, 1, 2), (2024, "2024-05-30")),
        ("30 May 2024", (2024, "2024-05-30")),
        ("May 30, 2024", (2024, "2024-05-30")),
        ("Jan 16, 2023", (2023, "2023-01-16")),
        ("June 2024", (2024, None)),
        ("Mon, 2 Apr 2007 19:18:42 GMT", (2007, "2007-04-02")),
        ("03/04/2024", (2024, None)),
        ("2023-02-31", (2023, None)),
        ("May 30", (None, None)),
        ("May 30 4", (None, None)),
        ("May 30 2024", (None, None)),
        ("in press", (None, None)),
        ("20240530", (None, None)),
        (99999, (None, None)),
    ],
)
def test_dates_are_read_and_never_guessed(value: object, expected: tuple[int | None, str | None]) -> None:
    assert parse_date(value) == expected


@given(
    st.dates(dt.date(1500, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%b %d, %Y", "%Y/%m/%d"]),
)
def test_a_date_survives_every_spelling(day: dt.date, form: str) -> None:
    assert parse_date(day.strftime(form)) == (day.year, day.isoformat())


@given(anything)
def test_no_text_breaks_the_readers_of_dates_and_latex(text: str) -> None:
    parse_date(text)
    decode_latex(text, escapes=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"{\'E}tude of {BERT}", "Étude of BERT"),
        (
            r"M{\"u}ller, Fran\c{c}ois, {\v S}ar\'{\i}, Erd\H{o}s, \AA{}ngstr\"om",
            "Müller, François, Šarí, Erdős, Ångström",
        ),
        (r"$x^{2}$ and {$\alpha$} stay", r"$x^{2}$ and $\alpha$ stay"),
        (r"50\% \& more \_ \#1", "50% & more _ #1"),
        (r"\emph{very} {\it nice}~thing", "very nice thing"),
        (r"see \cite{bert} and 10\textsuperscript{th}", r"see \cite{bert} and 10\textsuperscript{th}"),
        (r"{\textquotedblleft}quoted{\textquotedblright} ``again''", "“quoted” “again”"),
        ("plain", "plain"),
    ],
)
def test_latex_of_plain_letters_is_decoded_in_titles(text: str, expected: str) -> None:
    assert decode_latex(text, escapes=True) == expected


def test_escapes_stay_in_abstracts() -> None:
    assert decode_latex(r"{\%} of 87.2\%", escapes=False) == r"\% of 87.2\%"
