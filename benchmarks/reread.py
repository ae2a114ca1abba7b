"""Do all claimed numbers read back as they are stored? python benchmarks/reread.py INPUT... [--scan].

Extracts every paper (with the tables alone; --full with the packaged model), reads each claimed number and
each baseline value again from its quote, and counts what does not give the stored value and unit. With --scan
nothing is extracted: every number that is written anywhere is read alone and in its sentence, which takes a
few minutes for 75,000 abstracts. Exit code 1 where something does not read back.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from itertools import islice

from extractors.quantities import parse_quantity, scan
from kg.errors import EvidenceError
from kg.extraction import extract_all
from kg.graph.evidence import check_result
from kg.model import FIELDS, Paper
from kg.readers import read

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z$\\])")


def extracted(papers: list[Paper], model: str) -> Counter[str]:
    """Count the claimed numbers of papers, and those that do not read back."""
    found: Counter[str] = Counter()
    for paper, (facts, refused) in zip(papers, extract_all(papers, 1, model), strict=True):
        found["papers"] += 1
        found["refused when they were extracted"] += sum("reads" in line for line in refused)
        for result in facts.results:
            found["claimed numbers"] += 1
            found["baseline values"] += result.baseline_value is not None
            try:
                check_result(paper, result)
            except EvidenceError as error:
                found["not read back"] += 1
                print(error)
    return found


def scanned(papers: list[Paper]) -> Counter[str]:
    """Count the written numbers of papers, and those that their own sentence does not give back."""
    found: Counter[str] = Counter()
    for paper in papers:
        found["papers"] += 1
        for text in (paper.text(field) for field in FIELDS):
            ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
            for number in scan(text):
                found["written numbers"] += 1
                mention = text[number.start : number.end]
                low = max(end for end in ends if end <= number.start)
                high = max(min((end for end in ends if end > number.start), default=len(text)), number.end)
                for value, start, end in (
                    (number.value, number.start, number.end),
                    number.baseline or (None,) * 3,
                ):
                    if value is None:
                        continue
                    try:
                        again = parse_quantity(text[start:end], text[low:high].strip())[0]
                    except ValueError:
                        found["without a reading"] += 1
                        print(f"{paper.title[:40]!r}: {mention!r}")
                        continue
                    found["read otherwise in their sentence"] += again != value
    return found


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--limit", type=int, default=None, help="papers")
    parser.add_argument("--full", action="store_true", help="with the packaged model")
    parser.add_argument("--scan", action="store_true", help="written numbers, without extraction")
    args = parser.parse_args()
    begun = time.monotonic()
    total: Counter[str] = Counter({"not read back": 0})
    papers = islice(read(args.inputs), args.limit)
    while chunk := list(islice(papers, 512)):
        total.update(scanned(chunk) if args.scan else extracted(chunk, "" if args.full else "fast"))
    for what, count in sorted(total.items()):
        print(f"{count:>9,} {what}")
    print(f"{time.monotonic() - begun:.0f} s")
    return int(bool(total["not read back"] or total["without a reading"]))


if __name__ == "__main__":
    sys.exit(main())
