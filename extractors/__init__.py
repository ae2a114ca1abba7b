"""spaCy components that read what an abstract claims; they know no store and no graph.

The seam: components up to `kg_mentions` say what is named where (`doc.spans["kg"]`), `kg_claims` judges
which role each name plays (`doc._.kg_facts`). A trained judge replaces `extractors/judge.py` alone.
"""

from extractors.doc import abbreviations_of, facts_of, make_doc, numbers_of
from extractors.pipeline import extract, load
from extractors.version import EXTRACTOR, VERSION

__all__ = [
    "EXTRACTOR",
    "VERSION",
    "abbreviations_of",
    "extract",
    "facts_of",
    "load",
    "make_doc",
    "numbers_of",
]
