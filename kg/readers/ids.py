"""Identifiers of papers: arXiv, DOI and ACL Anthology, recognised in the forms people write them.

Forms after https://info.arxiv.org/help/arxiv_identifier.html and https://aclanthology.org/info/ids/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

# The old archives; a list, because "word/1234567" alone would match much that is no arXiv id.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs"
    "|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol"
    "|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_ARXIV = re.compile(
    r"(?:(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
    rf"|(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}})?/(?P<number>\d{{2}}(?:0[1-9]|1[0-2])\d{{3}}))"
    r"(?:v\d+)?",
    re.I,
)
_ARXIV_PREFIX = re.compile(
    r"\s*(?:arxiv\s*:\s*"
    r"|(?:https?://)?(?:[a-z]+\.)?(?:arxiv\.org|ar5iv\.org)/(?:abs|pdf|html|src|format|ps|e-print|api/abs)/"
    r"|oai:arxiv\.org:"
    r"|(?:https?://)?(?:www\.)?alphaxiv\.org/abs/"
    r"|(?:https?://)?huggingface\.co/papers/"
    r")",
    re.I,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)\Z", re.I)
_ACL_DOI = re.compile(r"10\.(?:18653|3115)/v1/(.+)\Z", re.I)
_DOI_PREFIX = re.compile(r"\s*(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|(?:info:)?doi\s*[:/]\s*)", re.I)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+")
_ACL_OLD = re.compile(r"[A-Z]\d{2}-\d{4,5}", re.I)
_ACL_NEW = re.compile(r"(?:19|20)\d{2}\.[a-z0-9_]+-[a-z0-9_]+\.\d+", re.I)
_ACL_PREFIX = re.compile(
    r"\s*(?:(?:https?://)?(?:www\.)?(?:aclanthology\.(?:org|info)|aclweb\.org/anthology)/"
    r"(?:papers/(?:[A-Z]/[A-Z]\d\d/)?|anthology/)?|acl\s*:\s*)",
    re.I,
)
_TAIL = re.compile(r"(?:v\d+)?(?:\.pdf|\.bib|\.xml|\.endf)?/?(?:[?#].*)?\s*\Z", re.I)


@dataclass(frozen=True, slots=True)
class Ids:
    """What identifies a paper; each in its one stored form."""

    arxiv: str | None = None
    doi: str | None = None
    acl: str | None = None


def arxiv_id(text: str) -> str | None:
    """Return the arXiv id that `text` is, without version, or None.

    Accepts new and old style, "arXiv:", "oai:arXiv.org:", URLs and DataCite DOIs of arXiv; the subject
    class of an old id is dropped ("math.GT/0309136" is "math/0309136").
    """
    found = _ARXIV_DOI.match(_without(_DOI_PREFIX, text).strip())
    rest = found[1] if found else _without(_ARXIV_PREFIX, text).strip()
    match = _ARXIV.match(rest)
    # arXiv writes "arXiv:2406.01234v2 [cs.LG] 3 Jun 2024" on first pages.
    if not match or not (
        _TAIL.match(rest, match.end()) or re.match(r"\s+\[[a-z.-]+\]", rest[match.end() :], re.I)
    ):
        return None
    if match["new"]:
        return match["new"] if int(match["new"][:4]) >= 704 else None
    return f"{match['archive'].lower()}/{match['number']}"


def doi(text: str) -> str | None:
    """Return the DOI that `text` is, in lower case and without resolver or "doi:", or None."""
    rest = _without(_DOI_PREFIX, text).strip()
    if "%" in rest and rest != text.strip():
        rest = unquote(rest)
    match = _DOI.fullmatch(rest.rstrip(".,;"))
    return match[0].lower() if match else None


def acl_id(text: str) -> str | None:
    """Return the ACL Anthology id that `text` is ("P18-1001", "2020.acl-main.1"), or None.

    Accepts bare ids, anthology URLs and the DOIs that are made from ids (10.18653/v1/P18-1001).
    """
    found = _ACL_DOI.match(_without(_DOI_PREFIX, text).strip())
    rest = found[1] if found else _without(_ACL_PREFIX, text).strip()
    for pattern, form in ((_ACL_OLD, str.upper), (_ACL_NEW, str.lower)):
        match = pattern.match(rest)
        if match and _TAIL.match(rest, match.end()):
            return form(match[0])
    return None


def _without(prefix: re.Pattern[str], text: str) -> str:
    match = prefix.match(text)
    return text[match.end() :] if match else text


def find_ids(values: Iterable[str]) -> Ids:
    """Return the first id of each kind that one of `values` is."""
    arxiv = number = acl = None
    for value in values:
        arxiv = arxiv or arxiv_id(value)
        number = number or doi(value)
        acl = acl or acl_id(value)
    return Ids(arxiv, number, acl)


def arxiv_year(identifier: str) -> int:
    """Return the year an arXiv id was given out: "2406.01234" is 2024, "cs/9902001" is 1999."""
    digits = identifier.rpartition("/")[2]
    year = int(digits[:2])
    return 1900 + year if year >= 91 else 2000 + year
