"""How results are said in words: counts, shares, points and lists, the same way everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping


def count(n: int, noun: str, plural: str | None = None) -> str:
    """``3 pieces``, ``1 piece``, ``no pieces``."""
    word = noun if n == 1 else (plural or noun + "s")
    return f"{'no' if n == 0 else n} {word}"


def percent(share: float) -> str:
    """A proportion as whole percent; never 0% or 100% unless it is exactly that."""
    if math.isnan(share):
        return "not known"
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "under 1%"
    if whole == 100 and share < 1:
        return "over 99%"
    return f"{whole}%"


def points(value: float) -> str:
    """A size in rubric points: ``0.4 of a point``, ``1.2 points``. The sign is left to the words."""
    size = abs(value)
    if size < 0.995:
        return f"{size:.2f} of a point"
    return f"{size:.2f} points"


def signed(value: float) -> str:
    """A number with its sign and two decimals: ``+0.41``, ``−0.20`` (a true minus), ``0.00``."""
    text = f"{abs(value):.2f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def decimal(value: float) -> str:
    """A number with two decimals and a true minus; never a signed nothing: ``0.41``, ``−0.20``, ``0.00``."""
    shown = f"{value:.2f}"
    return "0.00" if shown == "-0.00" else shown.replace("-", "−")


def listed(items: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    words = list(items)
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def some_listed(items: Iterable[str], most: int = 4) -> str:
    """Like `listed`, but names only the first few and counts the rest."""
    words = list(items)
    if len(words) <= most:
        return listed(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def natural(text: str) -> tuple[tuple[str | int, ...], str]:
    """A key that sorts names as people do: S1, S2, S10."""
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(one) if i % 2 else one.casefold() for i, one in enumerate(parts)), text


def label(labels: Mapping[str, str] | None, key: str) -> str:
    """What an id is called in sentences: its label, or the id itself."""
    return (labels or {}).get(key, key)


def upper_first(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text without a capital at its start, to go on after a colon."""
    return text[:1].lower() + text[1:]
