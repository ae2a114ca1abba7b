"""The pipeline: a blank English tokenizer and our components, nothing to download."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import spacy
from spacy.lang.tokenizer_exceptions import emoticons
from spacy.language import Language

from extractors.doc import facts_of, make_doc
from extractors.trained import FAST
from kg.model import Paper, PaperFacts

_BRACKETS = frozenset("()[]")
_LATEX = r"\\(?:text\w+|emph|underline|mathbf|mathrm)\{"
COMPONENTS = ("kg_sentences", "kg_abbreviations", "kg_encoder", "kg_numbers", "kg_mentions", "kg_claims")


def load(model: str = "") -> Language:
    """Return a blank English pipeline with every component of ours, ready to use.

    Args:
        model: folder of a trained model; "" for the one that comes with the package, `FAST` for none.

    Raises:
        InputError: if the folder holds no sound model.
    """
    nlp = spacy.blank("en")
    # "GPT-3 175B." or "FooNet-S." ends a sentence: to the tokenizer the full stop is a part of the unit.
    suffixes = [*(nlp.Defaults.suffixes or ()), r"(?<=[0-9][A-Za-z])\.", r"(?<=[A-Za-z0-9]-[A-Z])\."]
    # "\textbf{FooNet}" is FooNet, but "\textbf{F}ooNet" stays one word; "FooNet~\cite{foo}" is FooNet.
    prefixes = [*(nlp.Defaults.prefixes or ()), rf"{_LATEX}(?=[^{{}}]*(?:\}}[^\w{{}}]*)?$)"]
    infixes = [*(nlp.Defaults.infixes or ()), r"~?\\cite\w*\{[^{}\s]*|~(?=\\)", rf"(?<=~){_LATEX}"]
    tokenizer: Any = nlp.tokenizer
    tokenizer.prefix_search = spacy.util.compile_prefix_regex(prefixes).search
    tokenizer.infix_finditer = spacy.util.compile_infix_regex(infixes).finditer
    tokenizer.suffix_search = spacy.util.compile_suffix_regex(suffixes).search
    # "Quick Sand Net (QSN): ...": no smiley.
    smileys = {form for form in emoticons if not _BRACKETS.isdisjoint(form)}
    tokenizer.rules = {form: cut for form, cut in tokenizer.rules.items() if form not in smileys}
    for name in COMPONENTS:
        if name != "kg_encoder":
            nlp.add_pipe(name)
        elif model != FAST:
            nlp.add_pipe(name, config={"model": model})
    return nlp


def extract(
    papers: Iterable[Paper], nlp: Language | None = None, *, batch_size: int = 64
) -> Iterator[PaperFacts]:
    """Read papers, in order, one `PaperFacts` each; streams.

    Args:
        papers: cleaned papers; offsets in the facts point into their title and abstract.
        nlp: a pipeline with the components of `load()`, which is the default.
        batch_size: Docs per `nlp.pipe` batch.
    """
    nlp = nlp or load()
    docs = (make_doc(nlp, paper.title, paper.abstract) for paper in papers)
    for doc in nlp.pipe(docs, batch_size=batch_size):
        yield facts_of(doc)
