"""Read what ``--levels`` says: the levels of a scale, or of each criterion's scale.

``1,2,3,4`` · ``1-4`` · ``0-4:0.5`` (half points) · ``LP,IP,P,E`` (words, lowest first) · ``ORG=1-4,CONV=0-2`` ·
``-2-2`` or ``-2,-1,0`` (below zero; on a command line ``--levels=-2-2``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from calibrate.errors import ArgumentError

_PLAIN = r"\d{1,6}(?:\.\d{1,4})?"
_NUMBER = re.compile(rf"^-?{_PLAIN}$")
_RANGE = re.compile(rf"^(-?{_PLAIN})-(-?{_PLAIN})(?::({_PLAIN}))?$")
_MOST = 101
_FORMS = "Write them like 1-4, or 1,2,3,4, or 0-4:0.5, or ORG=1-4,CONV=0-2."


@dataclass(frozen=True)
class LevelList:
    """The levels of one scale.

    Attributes
    ----------
    values
        Their numbers, lowest first; words count 1, 2, ….
    words
        From words in capitals to values, where the levels are words; else empty.
    """

    values: tuple[float, ...]
    words: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def shown(self) -> str:
        """The levels as people write them."""
        if self.words:
            return ", ".join(self.words)
        return ", ".join(f"{value:g}" for value in self.values)


@dataclass(frozen=True)
class LevelsGiven:
    """What ``--levels`` said: one list for all criteria, or one for each of some."""

    for_all: LevelList | None
    by_criterion: Mapping[str, LevelList]

    def of(self, criterion: str) -> LevelList | None:
        """The levels of a criterion, capitals or not; None where none were given."""
        for name, levels in self.by_criterion.items():
            if name.casefold() == criterion.casefold():
                return levels
        return self.for_all


def parse_levels(text: str) -> LevelsGiven:
    """Read a ``--levels`` value.

    Raises
    ------
    ArgumentError
        If it cannot be read, names a level or a criterion twice, or leaves a scale with fewer than two levels.
    """
    groups: list[tuple[str | None, list[str]]] = []
    for part in text.replace("−", "-").split(","):  # a true minus, as texts write it
        name, equals, rest = part.partition("=")
        if equals:
            groups.append((name.strip(), [rest.strip()]))
        elif groups:
            groups[-1][1].append(part.strip())
        else:
            groups.append((None, [part.strip()]))
    names = [name for name, _ in groups]
    if None in names and len(names) > 1:
        raise _wrong("Some levels name a criterion and some do not.")
    if "" in names:
        raise _wrong("A criterion's name is missing before “=”.")
    folded = [name.casefold() for name in names if name]
    if len(set(folded)) != len(folded):
        raise _wrong("A criterion is named twice.")
    lists = [(name, _list(tokens)) for name, tokens in groups]
    if names == [None]:
        return LevelsGiven(lists[0][1], MappingProxyType({}))
    return LevelsGiven(None, MappingProxyType({name: levels for name, levels in lists if name}))


def _list(tokens: list[str]) -> LevelList:
    if not all(tokens):
        raise _wrong("A level is missing between two commas.")
    if len(tokens) == 1 and (found := _RANGE.match(tokens[0])):
        low, high, step = (float(part) if part else 1.0 for part in found.groups())
        values = _steps(low, high, step)
    elif all(_NUMBER.match(token) for token in tokens):
        values = tuple(sorted(float(token) for token in tokens))
    elif any(token.lstrip("-")[:1].isdigit() for token in tokens):
        raise _wrong("These levels cannot be read.")
    else:
        words = [token.upper() for token in tokens]
        if len(words) < 2 or len(set(words)) != len(words):
            raise _wrong("A scale needs at least two levels, each named once.")
        numbers = tuple(float(i) for i in range(1, len(words) + 1))
        return LevelList(numbers, MappingProxyType(dict(zip(words, numbers, strict=True))))
    if not 2 <= len(values) <= _MOST or any(b - a < 1e-9 for a, b in pairwise(values)):
        raise _wrong("A scale needs at least two levels, each named once.")
    return LevelList(values)


def _steps(low: float, high: float, step: float) -> tuple[float, ...]:
    if step <= 0 or high <= low:
        raise _wrong("A range of levels goes up, from the lowest to the highest.")
    number = (high - low) / step
    if abs(number - round(number)) > 1e-6:
        raise _wrong(f"Steps of {step:g} do not lead from {low:g} to {high:g}.")
    if number > _MOST:
        raise _wrong(f"A scale has at most {_MOST} levels.")
    return tuple(round(low + i * step, 6) for i in range(round(number) + 1))


def _wrong(message: str) -> ArgumentError:
    return ArgumentError(message, column="--levels", fix=_FORMS)
