"""Identity: mentions are never merged away; which of them are one thing is decided here, and explained."""

from kg.resolve.canonical import Canonical, Resolution, content_id, resolve, slug
from kg.resolve.cluster import Decision
from kg.resolve.observe import LocalNames, Observations, forms

__all__ = [
    "Canonical",
    "Decision",
    "LocalNames",
    "Observations",
    "Resolution",
    "content_id",
    "forms",
    "resolve",
    "slug",
]
