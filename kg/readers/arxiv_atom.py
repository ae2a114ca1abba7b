"""Atom feeds as the arXiv API answers (https://info.arxiv.org/help/api/user-manual.html), parsed safely.

A document type declaration is refused outright: feeds have none, attacks need one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.record import make_paper
from kg.readers.stream import Head, Stream

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # the type only: parsing goes through defusedxml

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
_FEED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?(?:feed|entry)\b", re.S)


class ArxivAtom:
    """Reader of Atom feeds."""

    name = "arxiv_atom"

    def sniff(self, head: Head) -> float:
        """Recognise a feed; other XML is claimed faintly, to be refused with a reason."""
        if _FEED.match(head.text):
            return 1.0
        return 0.3 if head.text.lstrip().startswith("<?xml") or head.suffix in (".xml", ".atom") else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per entry, keeping one entry in memory."""
        count = 0
        try:
            for _, element in iterparse(stream.binary(), events=("end",), forbid_dtd=True):
                if element.tag != f"{ATOM}entry":
                    continue
                count += 1
                yield _paper(element, stream, count)
                element.clear()
        except DefusedXmlException:
            yield stream.problem(
                "", "declares a document type or entities, which is refused", "remove the DOCTYPE"
            )
        except ParseError as error:
            if not stream.damaged:
                reason = (
                    f"is not well-formed XML ({unescape(str(error))}); {count} entries before it were read"
                )
                yield stream.problem(f"entry {count + 1}", reason, "get a whole copy of the file")
        except (LookupError, ValueError) as error:  # an encoding that is not known or does not fit
            yield stream.problem(
                f"entry {count + 1}", f"cannot be decoded ({error})", "save the file as UTF-8"
            )
        else:
            if not count:
                yield stream.problem("", "holds no Atom entries", "only Atom feeds are read of all XML")


def _paper(entry: Element, stream: Stream, number: int) -> Paper | Problem:
    def text(tag: str) -> str:
        found = entry.find(tag)
        return "" if found is None else "".join(found.itertext())

    identifier = text(f"{ATOM}id").strip()
    locator = f"entry {number}"
    if "/api/errors" in identifier:
        return stream.problem(
            locator, f"arXiv answered: {text(f'{ATOM}summary').strip()}", "correct the query"
        )
    links = [link.get("href") or "" for link in entry.iterfind(f"{ATOM}link")]
    return make_paper(
        stream,
        locator,
        title=text(f"{ATOM}title"),
        abstract=text(f"{ATOM}summary") or text(f"{ATOM}content"),
        ids=find_ids([identifier, text(f"{ARXIV}doi"), *links]),
        dates=[text(f"{ATOM}published").strip() or None, text(f"{ATOM}updated").strip() or None],
    )
