"""The canonical graph, computed from papers, facts and identity decisions."""

from kg.graph.build import build_graph
from kg.graph.data import ENDS, GraphData, TableWriter, arrow_schema

__all__ = ["ENDS", "GraphData", "TableWriter", "arrow_schema", "build_graph"]
