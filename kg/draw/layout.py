"""Where each node lies: computed here, once, so that a graph gives one picture and opens at once.

Each connected part is laid out by stress majorisation (Gansner, Koren and North, "Graph Drawing by Stress
Majorization", 2004): distances on the page follow distances in the graph. Boxes as large as a short label
are then pushed apart, and the parts are packed in rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SEED = 20040929
_STEP = 90.0  # length of an edge between two nodes that have no other neighbour
_BOX = (124.0, 66.0)  # room for a node and its label
_GAP = 70.0  # between two parts
_ASPECT = 1.5  # width : height of the whole picture


def positions(ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Place nodes on the plane.

    Args:
        ids: the nodes; their order does not change the picture.
        pairs: the ends of the edges; loops and repetitions count once or not at all.

    Returns:
        For each id its x (rightwards) and y (downwards), in pixels at zoom 1.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(set(ids)))
    graph.add_edges_from(sorted({(min(a, b), max(a, b)) for a, b in pairs if a != b}))
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda p: (-len(p), p[0]))
    placed = [_part(graph.subgraph(part), part) for part in parts]
    corners = _rows([np.ptp(spots, axis=0) + _BOX for spots in placed])
    result: dict[str, tuple[int, int]] = {}
    for part, spots, corner in zip(parts, placed, corners, strict=True):
        moved = spots - spots.min(axis=0) + corner
        for name, (x, y) in zip(part, moved, strict=True):
            result[name] = (round(float(x)), round(float(y)))
    return result


def _part(graph: nx.Graph[str], names: list[str]) -> Floats:
    """Lay out one connected part: shape (nodes, 2)."""
    if len(names) == 1:
        return np.zeros((1, 2))
    if len(names) == 2:
        return np.array([[0.0, 0.0], [_STEP * 1.3, 0.0]])
    place = {name: at for at, name in enumerate(names)}
    ends = np.array([(place[a], place[b]) for a, b in graph.edges()], dtype=np.intp)
    far = _distances(len(names), ends)
    # Names are wide and low, and so are screens: what is drawn a little wider has more room for them.
    spots = _upright(_majorise(far, _start(far))) * (1.3, 1.0)
    return _push_apart(spots, _BOX)


def _distances(count: int, ends: NDArray[np.intp]) -> Floats:
    """Return the wanted distance of each two nodes, shape (count, count).

    An edge is the longer, the more other neighbours its two ends have, so that a hub has room around it.
    """
    both = np.concatenate([ends, ends[:, ::-1]])
    both = both[np.lexsort((both[:, 0], both[:, 1]))]
    heads, tails = both[:, 0], both[:, 1]
    degree = np.bincount(tails, minlength=count)
    length = _STEP * np.sqrt(degree[heads] + degree[tails] - 1.0) ** 0.75
    starts = np.concatenate([[0], np.cumsum(degree)[:-1]])
    far = np.full((count, count), np.inf)
    np.fill_diagonal(far, 0.0)
    for _ in range(40):  # Bellman-Ford from all nodes at once, a round for each edge of the longest path
        nearer = np.minimum(far, np.minimum.reduceat(far[:, heads] + length, starts, axis=1))
        if np.array_equal(nearer, far):
            break
        far = nearer
    else:  # Floyd and Warshall: slower, but a chain of a thousand nodes costs no more than any other graph
        for via in range(count):
            np.minimum(far, far[:, via, None] + far[via], out=far)
    return np.asarray((far + far.T) / 2.0)


def _start(far: Floats) -> Floats:
    """Return first positions by classical multidimensional scaling, each axis in one defined direction."""
    squared = far**2
    centred = -0.5 * (squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean())
    rng = np.random.default_rng(_SEED)
    axes = rng.normal(size=(len(far), 2))
    for _ in range(60):  # the two greatest eigenvectors, near enough for a start, without all the others
        axes = np.linalg.qr(centred @ axes)[0]
    axes *= np.sqrt(np.maximum(np.einsum("ni,ni->i", axes, centred @ axes), 1.0))
    axes *= np.where(axes[np.argmax(np.abs(axes), axis=0), [0, 1]] < 0, -1.0, 1.0)
    # Twins (leaves of one hub) would lie on one spot and could never part.
    return np.asarray(axes + rng.normal(scale=_STEP / 6, size=axes.shape))


def _majorise(far: Floats, spots: Floats) -> Floats:
    """Lower the stress: the sum over pairs of (drawn distance / wanted distance - 1) squared."""
    count = len(far)
    weight = 1.0 / np.maximum(far, 1.0) ** 2
    np.fill_diagonal(weight, 0.0)
    system = np.diag(weight.sum(axis=1)) - weight + 1.0 / count
    solved = np.linalg.inv(system)
    pull = weight * far
    for _ in range(150 if count <= 500 else 50):
        ratio = pull / np.sqrt(_squares(spots) + 1e-6)  # pull is 0 from a node to itself
        target = ratio.sum(axis=1)[:, None] * spots - ratio @ spots
        moved = solved @ target
        done = bool(np.abs(moved - spots).max() < 0.5)
        spots = moved
        if done:
            break
    return spots


def _squares(spots: Floats) -> Floats:
    """Return the squared distance of each two spots."""
    norms = np.einsum("ni,ni->n", spots, spots)
    return np.asarray(np.maximum(norms[:, None] + norms - 2.0 * (spots @ spots.T), 0.0))


def _upright(spots: Floats) -> Floats:
    """Turn the longest extent to lie level, since screens are wider than high."""
    spots = spots - spots.mean(axis=0)
    _, vectors = np.linalg.eigh(spots.T @ spots)
    turned = spots @ vectors[:, ::-1]
    signs = np.sign(turned[np.argmax(np.abs(turned), axis=0), [0, 1]])
    return np.asarray(turned * np.where(signs == 0, 1.0, signs))


def _push_apart(spots: Floats, box: tuple[float, float], rounds: int = 80) -> Floats:
    """Move overlapping boxes apart, each pair along the axis where they overlap least."""
    for _ in range(rounds):
        dx = spots[:, 0][:, None] - spots[:, 0]
        dy = spots[:, 1][:, None] - spots[:, 1]
        first, second = np.nonzero(np.triu((np.abs(dx) < box[0]) & (np.abs(dy) < box[1]), 1))
        if not len(first):
            break
        dx, dy = dx[first, second], dy[first, second]
        over_x, over_y = box[0] - np.abs(dx), box[1] - np.abs(dy)
        level = over_x / box[0] < over_y / box[1]
        shift = np.zeros((len(first), 2))
        shift[level, 0] = (np.where(dx < 0, -0.5, 0.5) * over_x)[level]
        shift[~level, 1] = (np.where(dy < 0, -0.5, 0.5) * over_y)[~level]
        moves = np.zeros_like(spots)
        np.add.at(moves, first, shift)
        np.add.at(moves, second, -shift)
        crowd = np.bincount(np.concatenate([first, second]), minlength=len(spots))
        spots = spots + moves / np.maximum(crowd, 1)[:, None]
    return spots


def _rows(sizes: Sequence[Floats]) -> list[Floats]:
    """Pack boxes, given largest part first, in rows from the top left.

    Returns:
        For each box its top left corner.
    """
    if not sizes:
        return []
    widest = max(float(width) for width, _ in sizes)
    total = sum(float(width) + _GAP for width, _ in sizes)
    tries = [_fill(sizes, float(width)) for width in np.linspace(widest, max(widest, total), 60)]
    return min(tries, key=lambda found: max(found[1][0] / _ASPECT, found[1][1]))[0]


def _fill(sizes: Sequence[Floats], width: float) -> tuple[list[Floats], tuple[float, float]]:
    """Pack boxes in rows of one width; return their corners and the size of the whole."""
    corners: list[Floats] = []
    x = y = height = used = 0.0
    for w, h in sizes:
        if x > 0 and x + w > width:
            x, y, height = 0.0, y + height + _GAP, 0.0
        corners.append(np.array([x, y]))
        used = max(used, x + float(w))
        x, height = x + float(w) + _GAP, max(height, float(h))
    return corners, (used, y + height)
