"""Writes a trained network as the folder that `extractors/trained.py` loads."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from extractors import row_heads
from extractors.looks import MARKS
from extractors.trained import FORMAT
from extractors.training.network import Network

FILES = ("encoder.onnx", "heads.npz", "vocab.txt")


class _Attention(torch.autograd.Function):
    """Attention of several heads, as ONNX Runtime's own operator: in plain ones it takes a fifth longer."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:  # noqa: ANN401
        one, length, width = query.shape
        q, k, v = (x.view(one, length, heads, -1).transpose(1, 2) for x in (query, key, value))
        return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(one, length, width)

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any, heads: int) -> Any:  # noqa: ANN401
        out = g.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads)
        return out.setType(query.type())


class _States(nn.Module):
    """The transformer alone: numbers of word pieces and their marks in, states out."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.encoder, self.marks = copy.deepcopy(network.encoder), copy.deepcopy(network.marks)
        self.eval()

    def forward(self, ids: Tensor, marks: Tensor) -> Tensor:
        own = self.encoder.embeddings
        states: Tensor = own(inputs_embeds=own.word_embeddings(ids) + self.marks(marks))
        for layer in self.encoder.encoder.layer:
            part = layer.attention.self
            query, key, value = part.query(states), part.key(states), part.value(states)
            seen = _Attention.apply(query, key, value, part.num_attention_heads)
            states = layer.attention.output(seen, states)
            states = layer.output(layer.intermediate(states), states)
        return states


def export(network: Network, vocabulary: Path, folder: Path, about: dict[str, Any]) -> None:
    """Write a model folder; it replaces one that is there at the end, in one step.

    Args:
        network: trained.
        vocabulary: vocab.txt of the base model.
        folder: where to.
        about: `thresholds`, `calibration` and whatever else model.json is to say.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        new = Path(name) / folder.name
        new.mkdir()
        _encoder(_States(network), new / "encoder.onnx", Path(name))
        arrays = {n: p.detach().numpy().astype(np.float16) for n, p in network.heads().items()}
        with (new / "heads.npz").open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        shutil.copyfile(vocabulary, new / "vocab.txt")
        digests = {file: hashlib.sha256((new / file).read_bytes()).hexdigest() for file in FILES}
        body = {"format": FORMAT, **about, "sha256": digests}
        (new / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        if folder.exists():
            for kept in folder.iterdir():  # a model card, a notice
                # What reads the vectors of the network that was there says nothing of these.
                if kept.name != row_heads.FILE and not (new / kept.name).exists():
                    shutil.copy2(kept, new / kept.name)
            folder.replace(Path(name) / "old")
        new.replace(folder)


def _encoder(states: _States, path: Path, scratch: Path) -> None:
    """Write the transformer, its weights in 8 bits (dynamic quantisation, one scale a column)."""
    whole = scratch / "whole.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about itself
        torch.onnx.export(
            states,
            (torch.randint(1000, 2000, (1, 64)), torch.randint(MARKS, (1, 64))),
            str(whole),
            input_names=["ids", "marks"],
            output_names=["states"],
            dynamic_axes={name: {1: "length"} for name in ("ids", "marks", "states")},
            opset_version=17,
            dynamo=False,
            custom_opsets={"com.microsoft": 1},
        )
    onnx.checker.check_model(onnx.load(whole))
    quantize_dynamic(
        str(whole),
        str(path),
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # The quantiser does not know what ONNX Runtime's own operators give.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
