"""spaCy components that read what an abstract claims; they know no store and no graph.

The seams: `kg_encoder` leaves a vector for every token (`doc.tensor`), which the components after it read,
where it is there, beside tables of weighted cues. `kg_mentions` says what is named where (`doc.spans["kg"]`),
`kg_claims` judges which role each name plays (`doc._.kg_facts`).
"""

from extractors.doc import abbreviations_of, facts_of, make_doc, numbers_of
from extractors.pipeline import extract, load
from extractors.trained import FAST
from extractors.version import EXTRACTOR, VERSION, version_of

__all__ = [
    "EXTRACTOR",
    "FAST",
    "VERSION",
    "abbreviations_of",
    "extract",
    "facts_of",
    "load",
    "make_doc",
    "numbers_of",
    "version_of",
]
