"""Stores: caches of the graph that answer questions; each can be rebuilt from the workspace's files."""

from kg.stores.base import Store
from kg.stores.embedded import EmbeddedStore
from kg.stores.networkx_store import NetworkXStore

__all__ = ["EmbeddedStore", "NetworkXStore", "Store"]
