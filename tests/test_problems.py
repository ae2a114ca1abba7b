"""Problems by their whole name."""

from __future__ import annotations

import pytest

import extractors
from extractors.doc import make_doc
from extractors.problems import whole
from extractors.quotes import Quotes
from kg.model import Paper

_NLP = extractors.load(extractors.FAST)


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("The lack of bird labels hurts. Bird labels help.", "bird labels", "lack of bird labels"),
        ("It suffers from a severe shortage of the labels.", "labels", "severe shortage of the labels"),
        ("We avoid reliance on labels.", "labels", "reliance on labels"),
        ("The high cost of labels is known.", "labels", "high cost of labels"),
        # What costs much, and is named without its cost too; what is a problem by itself.
        ("The cost of labels is known. We add labels.", "labels", "labels"),
        ("Reliance on gender stereotypes is bad.", "gender stereotypes", "gender stereotypes"),
        ("The problem of few labels remains.", "few labels", "few labels"),
    ],
)
def test_what_is_lacking_is_the_problem(text: str, found: str, expected: str) -> None:
    (doc,) = _NLP.pipe([make_doc(_NLP, "", text)])
    at = [i for i in range(len(text)) if text.lower().startswith(found, i)]
    spans = [span for i in at if (span := doc.char_span(i, i + len(found)))]
    assert whole(Quotes(doc), spans)[0].text == expected


def test_a_problem_is_quoted_with_its_head() -> None:
    text = "To mitigate the scarcity of labeled bird songs, we propose QuillNet, a network."
    (facts,) = extractors.extract([Paper("QuillNet: learning from few songs", text)])
    names = [claim.name.text for claim in facts.claims if claim.role == "targets"]
    assert "scarcity of labeled bird songs" in names
    assert "labeled bird songs" not in names
