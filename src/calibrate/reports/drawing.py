"""The pictures that a report asks for; the notebook hands in the module that draws them.

Reports and figures do not know each other: a notebook imports both and passes
`calibrate.figures` on.
"""

from __future__ import annotations

from typing import Any, Protocol


class Picture(Protocol):
    """A drawn figure with its words."""

    alt: str
    sentence: str

    def png(self) -> bytes:
        """The picture as PNG."""


class Drawings(Protocol):
    """The figure functions that reports use."""

    def __getattr__(self, name: str) -> Any:
        """A figure function: results in, `Picture` out."""
