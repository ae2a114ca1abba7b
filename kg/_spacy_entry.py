"""The spaCy factories of methodkg; installed as the top-level module `methodkg_spacy`.

spaCy imports this module whenever any pipeline is created on a machine that has methodkg, so it
imports nothing of ours until one of the components is really wanted.

What a component `requires` is what it reads: `nlp.analyze_pipes()` says what is missing or comes too late.
All but `kg_claims` do without it, with a poorer result: one long sentence, no acronyms, no numbers.
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


@Language.factory("kg_abbreviations", requires=["token.is_sent_start"], assigns=["doc._.kg_abbreviations"])
def abbreviations(nlp: Language, name: str) -> Component:
    """Acronyms and their long forms after Schwartz and Hearst (2003)."""
    from extractors.abbreviations import Abbreviations

    return Abbreviations()


@Language.factory("kg_encoder", assigns=["doc.tensor", "doc._.kg_model"], default_config={"model": ""})
def encoder(nlp: Language, name: str, model: str) -> Component:
    """A vector for every token, which the components after it read; without it tables of cues speak alone.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        model: folder of a trained model; "" for the one that comes with methodkg.
    """
    from extractors.encoder import Encoder

    return Encoder(model)


@Language.factory("kg_numbers", requires=["token.is_sent_start"], assigns=["doc._.kg_numbers"])
def numbers(nlp: Language, name: str) -> Component:
    """Numbers with their unit and parsed value."""
    from extractors.numbers import Numbers

    return Numbers()


@Language.factory(
    "kg_mentions",
    requires=["token.is_sent_start", "doc._.kg_abbreviations", "doc._.kg_numbers"],
    assigns=["doc.spans"],
    default_config={"min_score": 0.1},
)
def mentions(nlp: Language, name: str, min_score: float) -> Component:
    """Names of methods, problems, tasks, datasets, benchmarks, metrics, numbers in `doc.spans["kg"]`.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        min_score: names and numbers with a lower score, in [0, 1], are left out.
    """
    from extractors.mentions import Mentions

    return Mentions(min_score)


@Language.factory(
    "kg_claims",
    requires=["token.is_sent_start", "doc.spans", "doc._.kg_numbers"],
    assigns=["doc._.kg_facts"],
    default_config={"thresholds": {}},
)
def claims(nlp: Language, name: str, thresholds: dict[str, float]) -> Component:
    """The roles that mentions play for the paper, and the claimed numbers: `doc._.kg_facts`.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        thresholds: the least probability that makes a thing play a role, by role ("introduces", "targets",
            "tasks", "uses", "compares", "resources", "metrics"); a role left out keeps its own.
    """
    from extractors.claims import Claims

    return Claims(thresholds)
