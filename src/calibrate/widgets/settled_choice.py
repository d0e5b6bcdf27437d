"""A page's choice of what it shows: as far as what was asked for exists, and no further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SettledChoice:
    """What a widget does that has a trait ``choice``: settle what the page asks for, then show it."""

    choice: Any

    def _chosen(self, change: Mapping[str, Any]) -> None:
        settled = self._settled(change["new"])
        if settled != change["new"]:
            self.choice = settled  # comes back here, settled
        else:
            self._show()

    def _settled(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The choice that was asked for, as far as it exists and is allowed."""
        raise NotImplementedError

    def _show(self) -> None:
        """Show what is chosen."""
        raise NotImplementedError


def one_of(asked: Any, known: list[str], otherwise: str) -> str:
    """What was asked for if there is such a thing, else something else."""
    return asked if isinstance(asked, str) and asked in known else otherwise
