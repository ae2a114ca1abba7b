"""`kg_claims`: turns the mentions of a Doc into the facts of a paper."""

from __future__ import annotations

import hashlib

from spacy.tokens import Doc

from extractors.doc import spans_of
from extractors.judge import judge
from extractors.quotes import Quotes
from extractors.results import link_results
from extractors.version import EXTRACTOR, VERSION
from kg.model import PaperFacts


class Claims:
    """spaCy component; requires `doc.spans["kg"]`, assigns `doc._.kg_facts` (a `PaperFacts`)."""

    def __call__(self, doc: Doc) -> Doc:
        """Judge one Doc."""
        spans = spans_of(doc)
        kind, claims = judge(doc, spans)
        named = [found for found in spans if found[0].label_ not in ("Number", "Scale")]
        results, scale = link_results(doc, named, claims)
        quotes = Quotes(doc)
        title, abstract = (
            quotes.text[: quotes.title_end],
            quotes.text[quotes.title_end :].removeprefix("\n\n"),
        )
        doc._.kg_facts = PaperFacts(
            text_hash=hashlib.sha256(f"{title}\x00{abstract}".encode()).hexdigest()[:32],
            kind=kind,
            mentions=tuple(quotes.mention(span, span.label_, score, rule) for span, score, rule in spans),  # type: ignore[arg-type]
            claims=tuple(claims),
            results=tuple(results),
            scale=tuple(scale),
            extractor=EXTRACTOR,
            version=VERSION,
        )
        return doc
