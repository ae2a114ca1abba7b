"""The graph as a picture: one HTML file that needs no network and no server.

    >>> from kg.draw import page
    >>> node = {"id": "problem:forgetting", "type": "Problem", "name": "forgetting", "support": 5}
    >>> page([node], [], title="My papers").splitlines()[0]
    '<!doctype html>'

`page` writes the document, `pick` chooses what to draw when the graph is too big to look at.
"""

from __future__ import annotations

from kg.draw.page import page
from kg.draw.pick import pick

__all__ = ["page", "pick"]
