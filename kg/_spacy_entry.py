"""The spaCy factories of methodkg; installed as the top-level module `methodkg_spacy`.

spaCy imports this module whenever any pipeline is created on a machine that has methodkg, so it
imports nothing of ours until one of the components is really wanted.
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc

Component = Callable[[Doc], Doc]


@Language.factory("kg_sentences", assigns=["token.is_sent_start", "doc.sents"])
def sentences(nlp: Language, name: str) -> Component:
    """Sentence boundaries for abstracts: none after "e.g.", "et al.", "vs." or inside decimals."""
    from extractors.sentences import Sentences

    return Sentences()


@Language.factory("kg_abbreviations", assigns=["doc._.kg_abbreviations"])
def abbreviations(nlp: Language, name: str) -> Component:
    """Acronyms and their long forms after Schwartz and Hearst (2003)."""
    from extractors.abbreviations import Abbreviations

    return Abbreviations()


@Language.factory("kg_numbers", assigns=["doc._.kg_numbers"])
def numbers(nlp: Language, name: str) -> Component:
    """Numbers with their unit and parsed value."""
    from extractors.numbers import Numbers

    return Numbers()


@Language.factory("kg_mentions", assigns=["doc.spans"])
def mentions(nlp: Language, name: str) -> Component:
    """Names of methods, problems, tasks, datasets, benchmarks, metrics, numbers in `doc.spans["kg"]`."""
    from extractors.mentions import Mentions

    return Mentions(nlp)


@Language.factory("kg_claims", requires=["doc.spans"], assigns=["doc._.kg_facts"])
def claims(nlp: Language, name: str) -> Component:
    """The roles that mentions play for the paper, and the claimed numbers: `doc._.kg_facts`."""
    from extractors.claims import Claims

    return Claims()
