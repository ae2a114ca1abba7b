r"""Names and numbers inside LaTeX: `\textbf{QuillNet}` is QuillNet."""

from __future__ import annotations

import pytest

import extractors
from extractors.quantities import scan
from extractors.unlatex import balanced, plain
from kg.model import Paper


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (r"\textbf{QuillNet}, a net", [r"\textbf{", "QuillNet", "}", ",", "a", "net"]),
        (r"\emph{Quick Sand Net}", [r"\emph{", "Quick", "Sand", "Net", "}"]),
        (r"\textbf{Q}uick \textbf{S}and", [r"\textbf{Q}uick", r"\textbf{S}and"]),
        (r"Quill~\cite{quill25}", ["Quill", r"~\cite{quill25", "}"]),
        (r"call~\textit{Quill}", ["call", "~", r"\textit{", "Quill", "}"]),
    ],
)
def test_commands_part_words(text: str, tokens: list[str]) -> None:
    nlp = extractors.load(extractors.FAST)
    assert [token.text for token in nlp.make_doc(text)] == tokens
    assert nlp.make_doc(text).text == text


def test_names_inside_commands_are_found() -> None:
    text = (
        r"We propose Quick Sand Net \textbf{(QSN)}, a network for counting birds. "
        r"\textbf{QSN} has \textbf{78.3\%} accuracy and 24.1 AP\textsubscript{50} on Corvid~\cite{crow2020}."
    )
    (facts,) = extractors.extract([Paper("Counting birds", text)])
    introduced = {m.text for c in facts.claims if c.role == "introduces" for m in (c.name, *c.aliases)}
    assert {"QSN", "Quick Sand Net"} <= introduced
    assert not any("\\" in name for name in introduced)
    found = [(r.value_text, r.metric and r.metric.text, r.on and r.on.text) for r in facts.results]
    assert found[0] == (r"78.3\%", "accuracy", "Corvid")
    assert found[1][1] == r"AP\textsubscript{50}"  # with its brace


def test_keys_of_citations_are_no_names() -> None:
    text = r"We propose QuillNet~\cite{QuillKey2020}, tested on ImageNet~\cite{ImageKey2009}. It works."
    (facts,) = extractors.extract([Paper("Birds", text)])
    assert not any("Key" in m.text for c in facts.claims for m in (c.name, *c.aliases))


def test_colours_and_references_are_blank() -> None:
    for text in (r"{\textcolor{blue}{hard}}", r"Corvid~\citep[p.~3]{crow2020}", r"Table~\ref{tab:9}"):
        assert len(plain(text)) == len(text)
    assert plain(r"on {\textcolor{blue}{hard}} sets").split() == ["on", "hard", "sets"]
    assert plain(r"Corvid~\cite{crow2020} is").split() == ["Corvid", "is"]


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        (r"\textbf{QSN}$ is", "QSN}$", "QSN"),
        (r"$AP_{50}$ is", "AP_{50", "AP_{50}"),
        (r"AP\textsubscript{50} is", r"AP\textsubscript", r"AP\textsubscript{50}"),
        ("(called QSN) is", "QSN)", "QSN"),
        ("F(x) is", "F(x)", "F(x)"),
        (r"QSN\ is", "QSN\\", "QSN"),
    ],
)
def test_marks_close_what_they_open(text: str, cut: str, whole: str) -> None:
    at = text.index(cut)
    start, end = balanced(text, at, at + len(cut))
    assert text[start:end] == whole


def test_sizes_are_no_results() -> None:
    for text in (r"$256\times256$", r"$256 \times 256$", "256×256", "256x256"):
        assert scan(f"an FID of 2.15 on ImageNet {text} and more")[-1].value == 2.15
