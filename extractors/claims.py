"""`kg_claims`: turns the mentions of a Doc into the facts of a paper."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from spacy.tokens import Doc

from extractors.doc import SPANS_KEY, set_facts, spans_of
from extractors.judge import LABELS, judge
from extractors.linear import ROLES
from extractors.quotes import Quotes
from extractors.results import link_results
from extractors.trained import FAST
from extractors.version import EXTRACTOR, version_of
from kg.model import PaperFacts


class Claims:
    """spaCy component; requires `doc.spans["kg"]`, assigns `doc._.kg_facts` (see `doc.facts_of`).

    Args:
        thresholds: the least probability that makes a thing play a role, by role (one of `linear.ROLES`);
            a role that is left out keeps its own.
    """

    def __init__(self, thresholds: Mapping[str, float] | None = None) -> None:
        self.thresholds = dict(thresholds or {})
        for role in self.thresholds:
            if role not in ROLES:
                raise ValueError(
                    f"[kg_claims] no role {role!r} in thresholds; choose from {', '.join(ROLES)}"
                )

    def __call__(self, doc: Doc) -> Doc:
        """Judge one Doc.

        Raises:
            ValueError: if no component has written `doc.spans["kg"]`.
        """
        if SPANS_KEY not in doc.spans:
            raise ValueError(
                f"[kg_claims] the Doc has no doc.spans[{SPANS_KEY!r}], whose names it judges; "
                "add a component that writes them: nlp.add_pipe('kg_mentions', before='kg_claims')"
            )
        quotes = Quotes(doc)
        spans = spans_of(doc)
        kind, claims = judge(doc, spans, thresholds=self.thresholds, quotes=quotes)
        # Other components may have labels of their own, and names that run from title to abstract.
        spans = [item for item in spans if item[0].label_ in LABELS and not quotes.torn(item[0])]
        named = [found for found in spans if found[0].label_ not in ("Number", "Scale")]
        results, scale = link_results(doc, named, claims, quotes.tokens, kind)
        title, abstract = (
            quotes.text[: quotes.title_end],
            quotes.text[quotes.title_end :].removeprefix("\n\n"),
        )
        facts = PaperFacts(
            text_hash=hashlib.sha256(f"{title}\x00{abstract}".encode()).hexdigest()[:32],
            kind=kind,
            mentions=tuple(quotes.mention(span, span.label_, score, rule) for span, score, rule in spans),  # type: ignore[arg-type]
            claims=tuple(claims),
            results=tuple(results),
            scale=tuple(scale),
            extractor=EXTRACTOR,
            version=version_of(FAST if doc._.kg_model is None else doc._.kg_model),
        )
        set_facts(doc, facts)
        return doc
