"""Differences between groups that were looked at together: each against the rest, and every pair."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from calibrate.analysis.comparability_words import REST
from calibrate.analysis.group_difference import GroupDifference
from calibrate.analysis.severity import TOTAL

Difference = TypeVar("Difference", bound=GroupDifference, covariant=True)


class _Held(Protocol[Difference]):
    @property
    def groups(self) -> tuple[Difference, ...]: ...

    @property
    def pairs(self) -> tuple[Difference, ...]: ...

    @property
    def family_size(self) -> int: ...


class DifferenceFamily(Generic[Difference]):
    """What every record with ``groups``, ``pairs`` and ``family_size`` can be asked."""

    def against_rest(self: _Held[Difference], criterion: str = TOTAL) -> tuple[Difference, ...]:
        """Each group against the rest on one criterion."""
        return tuple(one for one in self.groups if one.criterion == criterion)

    def between_pairs(self: _Held[Difference], criterion: str = TOTAL) -> tuple[Difference, ...]:
        """Every pair of groups on one criterion."""
        return tuple(one for one in self.pairs if one.criterion == criterion)

    def lists(self: _Held[Difference]) -> dict[str, object]:
        """How many there are, each group and every pair, as the JSON answer has them."""
        return {
            "family_size": self.family_size,
            "groups": [{"id": one.a, "against": REST, **one.as_dict()} for one in self.groups],
            "pairs": [one.as_dict() for one in self.pairs],
        }
