"""Makes a network that can learn on again of a model folder, such as the one that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from extractors.trained import trained
from extractors.training.network import Network
from kg.errors import InputError

_MATRICES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
_QUANTISED = "_quantized"


def recover(folder: Path, base: Path, annotators: int = 1) -> Network:
    """Read the network of a model folder, its 8 bits as the numbers that they stand for.

    Args:
        folder: a model folder.
        base: of the BERT that it was made from, in the Hugging Face format.
        annotators: as for `Network`.

    Raises:
        InputError: if the folder holds no sound model, or one of another base.
    """
    trained(str(folder))  # says what is wrong with it
    try:
        if (folder / "vocab.txt").read_bytes() != (base / "vocab.txt").read_bytes():
            raise ValueError("other word pieces")
        network = _network(folder, base, annotators)
    except (RuntimeError, KeyError, ValueError) as error:
        raise InputError(
            f"{folder}: not made from {base} ({str(error).splitlines()[-1].strip()}); give its --base"
        ) from error
    return network


def _network(folder: Path, base: Path, annotators: int) -> Network:
    graph = onnx.load(str(folder / "encoder.onnx")).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    order = [node.input[1] for node in graph.node if node.op_type == "MatMulInteger"]
    layers = len(order) // len(_MATRICES)
    weights = {name: x for name, x in stored.items() if name.startswith("encoder.") and x.ndim == 1}
    for name in stored:
        if name.endswith(f".weight{_QUANTISED}"):
            weights[name.removesuffix(_QUANTISED)] = _whole(stored, name)
    names = [f"encoder.encoder.layer.{i}.{part}.weight" for i in range(layers) for part in _MATRICES]
    for name, matrix in zip(names, order, strict=True):
        weights[name] = _whole(stored, matrix).T
    network = Network(str(base), layers, annotators=annotators)
    for i, layer in enumerate(network.encoder.encoder.layer):
        neurons, width = weights[f"encoder.encoder.layer.{i}.intermediate.dense.weight"].shape
        layer.intermediate.dense, layer.output.dense = nn.Linear(width, neurons), nn.Linear(neurons, width)
    with np.load(folder / "heads.npz") as heads:
        own = dict(network.named_parameters())
        for name in heads.files:
            x = heads[name].astype(np.float32)
            if name in own:
                weights[name] = x
            else:
                weights[f"{name}.weight"] = x if name == "count" else x.T
    state = {name: torch.from_numpy(np.array(x, dtype=np.float32)) for name, x in weights.items()}
    state["habits"] = network.habits.detach()
    network.load_state_dict(state)
    return network


def _whole(stored: dict[str, npt.NDArray[Any]], name: str) -> npt.NDArray[np.float32]:
    """Return what 8 bits stand for: scale times the distance from the zero point, by columns."""
    stem = name.removesuffix(_QUANTISED)
    zero = stored[f"{stem}_zero_point"].astype(np.float32)
    whole: npt.NDArray[np.float32] = (stored[name].astype(np.float32) - zero) * stored[f"{stem}_scale"]
    return whole
