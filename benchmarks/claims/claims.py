#!/usr/bin/env python3
"""The claims benchmark: find every claimed number of an abstract, and what it is linked to (see README.md).

python benchmarks/claims/claims.py fetch -o texts.jsonl                 # 2,420 texts from arXiv, checked
python benchmarks/claims/claims.py baseline --system regex texts.jsonl -o regex.jsonl
python benchmarks/claims/claims.py score regex.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from kg.errors import InputError, KGError
from kg.files import atomic_write
from kg.model import Paper
from kg.readers import Problem, read
from kg.readers.ids import arxiv_id
from kg.score import matches, prf, read_papers

DATA: Final = Path(__file__).parent / "data" / "claims.jsonl"
FOLDS: Final = 5
TEST_FOLD: Final = 0
MEASURES: Final = ("results", "results_linked", "results_full")
SLOTS: Final = (
    *("value", "value_text", "unit", "metric", "on", "method", "baseline", "baseline_value", "kind"),
)
SAMPLES: Final = 2_000
SEED: Final = 0
_WORD = re.compile(r"[^\W_]+")
_PERCENT = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s?\\?%")
_SYSTEMS = "regex (percentages alone), fast (our rules), model (what we ship), or a trained model's folder"


def fold_of(arxiv: str) -> int:
    """Return the fold of a paper, 0 to 4: a hash of its arXiv id, so that it never changes."""
    return int(hashlib.sha256(f"methodkg claims {arxiv}".encode()).hexdigest()[:8], 16) % FOLDS


def text_hash(title: str, abstract: str) -> str:
    """Return the SHA-256 of a text's letters and digits, by which a fetched text is checked.

    Case, white space, punctuation and LaTeX marks do not count: they differ between arXiv's API, its pages
    and its dumps. Words do: an abstract that was revised is another text.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", f"{title}\n{abstract}").casefold())
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def annotated(path: Path = DATA) -> list[dict[str, Any]]:
    """Return the annotated papers: `id`, `fold`, `sha256` and `results`, every slot of which is there."""
    papers = [dict(paper) for paper in read_papers(path)]
    for paper in papers:
        paper["results"] = [{slot: one.get(slot) for slot in SLOTS} for one in paper["results"]]
    return papers


def publish(folder: Path, out: Path = DATA, *, whole: bool = False) -> int:
    """Write the annotations from papers.jsonl and facts.jsonl of a folder; return the number of papers.

    Args:
        folder: with both files.
        out: the file.
        whole: with all facts, not the results alone; the title only where there is no arXiv id to go by.
    """
    texts = {str(paper["id"]): paper for paper in read_papers(folder / "papers.jsonl")}
    lines = []
    for facts in sorted(read_papers(folder / "facts.jsonl"), key=lambda paper: str(paper["id"])):
        key = str(facts["id"])
        text = texts[key]
        own = {"id": key, "fold": fold_of(key), "sha256": text_hash(text["title"], text["abstract"])}
        left_out = {*own, "title"} if arxiv_id(key) == key else {*own}
        rest = {name: value for name, value in facts.items() if whole and name not in left_out}
        paper = {
            **own,
            **rest,
            "results": [
                {slot: one.get(slot) for slot in SLOTS if whole or one.get(slot) is not None}
                for one in facts["results"]
            ],
        }
        lines.append(json.dumps(paper, ensure_ascii=False, separators=(",", ":")))
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(out) as file:
        file.write("\n".join(lines) + "\n")
    return len(lines)


def fetch(
    out: Path, sources: Sequence[str] = (), cache: Path | None = None, data: Path = DATA
) -> tuple[int, list[str]]:
    """Write the texts of the annotated papers, one JSON object a line.

    Args:
        out: the file, with id, title and abstract.
        sources: files that hold the texts (any format that `kg build` reads), which are known by their
            hashes; by default they are asked of arXiv.
        cache: where fetched pages are kept, so that a run that was cut off goes on.
        data: the annotations.

    Returns:
        The number of texts written, and a line for each paper whose text is missing or is another one.

    Raises:
        InputError: if a source cannot be read, arXiv cannot be reached, or has none of the papers.
    """
    wanted = {paper["sha256"]: str(paper["id"]) for paper in annotated(data)}
    order = [*wanted.values()]
    on_arxiv = [key for key in order if arxiv_id(key) == key]
    if not sources and not on_arxiv:
        raise InputError(
            f"{data}: none of its {len(order):,} papers is on arXiv; name files with texts (--from)"
        )
    query = f"arxiv:{','.join(on_arxiv)}?max={len(on_arxiv)}"
    found: dict[str, Paper] = {}
    other: set[str | None] = set()
    try:
        for paper in read([*sources] or [query], on_problem=_quiet, cache_dir=cache):
            key = wanted.get(text_hash(paper.title, paper.abstract))
            if key:
                found.setdefault(key, paper)
            else:
                other.add(paper.arxiv)
    except InputError as error:
        # The query is all ids: nobody wants to read them in a message.
        raise InputError(str(error).replace(query, "arxiv:…")) from None
    with atomic_write(out) as file:
        for key in filter(found.__contains__, order):
            text = {"id": key, "title": found[key].title, "abstract": found[key].abstract}
            file.write(json.dumps(text, ensure_ascii=False) + "\n")
    missing = [key for key in order if key not in found]
    return len(found), [f"{key}: {_why_missing(key, other, bool(sources))}" for key in missing]


def _why_missing(key: str, other: Collection[str | None], given: bool) -> str:
    if key in other:
        return "its text is not the one that was annotated"
    if given or arxiv_id(key) == key:
        return "no text was found"
    return "not on arXiv; name a file that has its title and abstract (--from)"


def _quiet(problem: Problem) -> None:
    """What cannot be read of a source is missing in the end, and said then."""


def predict(system: str, texts: Path) -> Iterator[dict[str, Any]]:
    """Yield a system's claimed numbers for each text: `id` and `results`."""
    papers = [(str(one["id"]), Paper(one["title"], one["abstract"])) for one in read_papers(texts)]
    if system == "regex":
        for key, paper in papers:
            yield {"id": key, "results": percentages(paper.abstract)}
        return
    import extractors
    from kg.export.facts import guide_facts

    nlp = extractors.load({"fast": extractors.FAST, "model": ""}.get(system, system))
    read_facts = extractors.extract((paper for _, paper in papers), nlp)
    for (key, paper), facts in zip(papers, read_facts, strict=True):
        yield {"id": key, "results": guide_facts(paper, facts)["results"]}


def percentages(text: str) -> list[dict[str, Any]]:
    """Take every percentage for a score of nothing: the least that a system must beat.

    >>> percentages("It reaches 87.2% in 2024.")[0]["value"]
    87.2
    """
    empty = dict.fromkeys(SLOTS)
    return [
        empty | {"value": float(m[0].rstrip("\\% ")), "value_text": m[0], "unit": "%", "kind": "absolute"}
        for m in _PERCENT.finditer(text)
    ]


def counts(gold: Sequence[Mapping[str, Any]], pred: Sequence[Mapping[str, Any]], measure: str) -> Any:  # noqa: ANN401
    """Return an array of shape (papers, 3): numbers that were hit, annotated, predicted."""
    found = [(len(one.pairs), len(one.gold), len(one.pred)) for one in matches(gold, pred, measure)]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def interval(table: Any, samples: int = SAMPLES) -> tuple[float, float]:  # noqa: ANN401
    """Return a 95% interval of F1: papers are drawn with replacement, as numbers of one paper hang together.

    The percentile bootstrap of Efron and Tibshirani (An Introduction to the Bootstrap, 1993, chapter 13).
    """
    random = np.random.default_rng(SEED)
    drawn = [table[random.integers(0, len(table), len(table))].sum(axis=0) for _ in range(samples)]
    f1 = [2 * hit / (gold + pred) if gold + pred else 0.0 for hit, gold, pred in drawn]
    low, high = np.percentile(f1, (2.5, 97.5))
    return float(low), float(high)


def report(
    gold: Sequence[Mapping[str, Any]], pred: Sequence[Mapping[str, Any]], samples: int = SAMPLES
) -> list[dict[str, Any]]:
    """Score predictions: one row a measure.

    Returns:
        `measure`, precision `p`, recall `r`, `f1` over all given papers together, `low` and `high` (the
        interval of F1), `test` (F1 on the test fold), `folds` (F1 of each fold), `gold` and `pred`. The F1
        of a fold without a paper is None.
    """
    folds = np.array([paper["fold"] for paper in gold])
    rows = []
    for measure in MEASURES:
        table = counts(gold, pred, measure)
        low, high = interval(table, samples)
        by_fold = [
            prf(*table[folds == fold].sum(axis=0).tolist())["f1"] if (folds == fold).any() else None
            for fold in range(FOLDS)
        ]
        whole = prf(*table.sum(axis=0).tolist())
        ends = {"low": round(low, 4), "high": round(high, 4)}
        rows.append({"measure": measure, **whole, **ends, "test": by_fold[TEST_FOLD], "folds": by_fold})
    return rows


def scored(
    predictions: Path, *, fold: int | None = None, present: bool = False, data: Path = DATA
) -> dict[str, Any]:
    """Score a file of predictions against the annotations.

    Args:
        predictions: JSON lines with `id` (arXiv id) and `results`.
        fold: only this fold.
        present: only the papers that the file has; by default the others count as empty.
        data: the annotations.

    Raises:
        InputError: if the file cannot be read, or has none of the papers.
    """
    pred = read_papers(predictions)
    known = {str(paper["id"]) for paper in pred}
    gold = [paper for paper in annotated(data) if fold is None or paper["fold"] == fold]
    found = sum(paper["id"] in known for paper in gold)
    if not found:
        raise InputError(f"{predictions}: has none of the {len(gold)} papers; give each its arXiv id as 'id'")
    if present:
        gold = [paper for paper in gold if paper["id"] in known]
    return {"papers": len(gold), "predicted": found, "scores": report(gold, pred)}


def table(found: Mapping[str, Any]) -> str:
    """Return scores as text."""
    lines = [f"{found['papers']:,} papers, {found['predicted']:,} with a prediction"]
    lines.append(f"{'measure':<16}{'P':>7}{'R':>7}{'F1':>7}  95% interval   test fold  folds")
    for row in found["scores"]:
        test, *folds = ("-" if f1 is None else f"{f1:.3f}" for f1 in (row["test"], *row["folds"]))
        numbers = f"{row['p']:>7.3f}{row['r']:>7.3f}{row['f1']:>7.3f}"
        ends = f"{row['low']:.3f} to {row['high']:.3f}"
        lines.append(f"{row['measure']:<16}{numbers}  {ends}  {test:>9}  {' '.join(folds)}")
    return "\n".join(lines)


def _write_lines(rows: Iterable[Mapping[str, Any]], out: Path | None) -> int:
    def write(stream: IO[str]) -> int:
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last one is the number of rows
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        return count

    if out is None:
        return write(sys.stdout)
    with atomic_write(out) as file:
        return write(file)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="other annotations than ours")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("fetch", help="get the texts by id, and check that they are those annotated")
    one.add_argument("-o", "--output", type=Path, required=True)
    one.add_argument("--from", dest="sources", nargs="+", default=[], metavar="FILE", help="not from arXiv")
    one.add_argument("--cache", type=Path, help="folder for fetched pages")
    one = commands.add_parser("baseline", help="what one of our systems finds")
    one.add_argument("texts", type=Path)
    one.add_argument("--system", required=True, help=_SYSTEMS)
    one.add_argument("-o", "--output", type=Path)
    one = commands.add_parser("score", help="score a file of predictions")
    one.add_argument("predictions", type=Path)
    one.add_argument("--fold", type=int, choices=range(FOLDS), help="only this fold; 0 is the test fold")
    one.add_argument("--present", action="store_true", help="only papers that the file has")
    one.add_argument("--json", action="store_true")
    one = commands.add_parser("publish", help="make data/claims.jsonl of papers.jsonl and facts.jsonl")
    one.add_argument("folder", type=Path)
    one.add_argument("--whole", action="store_true", help="all facts, not the results alone")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    args = _arguments(argv)
    try:
        if args.command == "fetch":
            count, lines = fetch(args.output, args.sources, args.cache, args.data)
            for line in lines:
                print(line, file=sys.stderr)
            print(f"{args.output}: {count:,} texts, {len(lines):,} missing", file=sys.stderr)
        elif args.command == "baseline":
            count = _write_lines(predict(args.system, args.texts), args.output)
            print(f"{count:,} papers", file=sys.stderr)
        elif args.command == "score":
            found = scored(args.predictions, fold=args.fold, present=args.present, data=args.data)
            print(json.dumps(found, indent=1) if args.json else table(found))
        else:
            print(
                f"{args.data}: {publish(args.folder, args.data, whole=args.whole):,} papers", file=sys.stderr
            )
    except KGError as error:
        print(f"claims: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
