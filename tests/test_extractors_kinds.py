"""What a sentence says of a rival."""

from __future__ import annotations

import pytest
import spacy

import extractors.doc
from extractors.kinds import outcome_of
from extractors.quotes import Quotes

assert extractors.doc.SPANS_KEY  # registers what Docs carry


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("QuillNet outperforms *Rival* by two points.", "outperforms"),
        ("QuillNet beats strong baselines such as *Rival*.", "outperforms"),
        ("QuillNet gains 3 points over *Rival*.", "outperforms"),
        ("It is twice as fast and achieves lower memory use compared to *Rival*.", "outperforms"),
        ("Compared with *Rival*, QuillNet reduces the bitrate.", "outperforms"),
        ("A speedup of 3 times over *Rival* was seen.", "outperforms"),
        ("QuillNet reaches accuracy comparable to *Rival*.", "matches"),
        ("QuillNet is on par with *Rival*.", "matches"),
        ("QuillNet lags behind *Rival* on long texts.", "trails"),
        # Where it was better is not than what.
        ("QuillNet outperforms the best baseline by 4% on *Rival* backbones.", "unknown"),
        ("The agent loops over menus and *Rival* actions.", "unknown"),
        ("We evaluate over twenty models, among them *Rival*.", "unknown"),
        ("We compare No Child Behind with *Rival*.", "unknown"),
        ("We compare with *Rival*.", "unknown"),
    ],
)
def test_the_outcome_of_a_comparison_is_what_the_sentence_says(text: str, outcome: str) -> None:
    low = text.index("*")
    doc = spacy.blank("en")(text.replace("*", ""))
    span = doc.char_span(low, low + len("Rival"))
    assert span is not None
    assert outcome_of(Quotes(doc), [span]) == outcome
