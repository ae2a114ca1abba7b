"""Stores: caches of the graph that answer questions; each can be rebuilt from the workspace's files.

The others are in modules of their own, because they load what few commands need.
"""

from kg.stores.base import Store
from kg.stores.embedded import EmbeddedStore

__all__ = ["EmbeddedStore", "Store"]
