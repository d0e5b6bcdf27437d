"""The quiet look that all figures share, and the picture they hand out: drawing, alt text, sentence.

Made to be read three ways: on paper, in grey, and on a telephone 390 pixels wide. So figures are
5.2 inches wide with 10-11 point type (about 11 pixels when shrunk to a telephone), colours differ in
lightness as well as in hue, and what cannot be told is hatched, never coloured. Nothing here uses
pyplot: figures belong to nobody's global state.
"""

from __future__ import annotations

import base64
import io
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from calibrate.model.roster import GRADES, grade_label

WIDTH = 5.2
"""Inches."""

INK = "#1d2733"
QUIET = "#5d6b7a"
FAINT = "#d9dfe6"
BLUE = "#1f5c99"
PALE_BLUE = "#a8c4e0"
ORANGE = "#b4530a"
UNSURE = "#8a949e"
HATCH = "////"

LEVEL_COLOURS = ("#dce6f0", "#a3bfdb", "#5b8bbd", "#1d4a80")
"""From the lowest level to the highest: light to dark, in grey too."""

_STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.labelsize": 10.5,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "hatch.linewidth": 0.7,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}


@dataclass(frozen=True)
class Picture:
    """A drawn figure with its words.

    Parameters
    ----------
    figure
        The matplotlib figure.
    alt
        What the picture shows, in words, with its numbers.
    sentence
        The plain sentence that follows it.
    colours
        How many colours its PNG keeps; more where colours carry numbers.
    """

    figure: Figure
    alt: str
    sentence: str
    colours: int = 64

    def png(self, dpi: int = 160) -> bytes:
        """The picture as a small PNG, of a limited number of colours."""
        small = self._drawn(dpi).quantize(self.colours, dither=Image.Dither.NONE)
        held = io.BytesIO()
        small.save(held, format="PNG", optimize=True, dpi=(dpi, dpi))
        return held.getvalue()

    def _drawn(self, dpi: int) -> Image.Image:
        """The picture's points: as ``savefig`` gives them, which draws everything twice."""
        own = self.figure.dpi
        self.figure.dpi = dpi
        try:
            canvas = FigureCanvasAgg(self.figure)
            canvas.draw()
            return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        finally:
            self.figure.dpi = own

    def svg(self) -> str:
        """The picture as SVG, for print at any size: its words are text, and its alt text is inside.

        The same picture gives the same file, to the letter.
        """
        drawn = io.StringIO()
        fixed: Any = {"svg.fonttype": "none", "svg.hashsalt": "calibrate"}
        with mpl.rc_context(fixed):
            self.figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        text = drawn.getvalue()
        text = text[text.index("<svg") :]
        words = f"<title>{escape(self.sentence)}</title><desc>{escape(self.alt)}</desc>"
        start = text.index(">") + 1
        opened = text[:start].replace("<svg ", '<svg role="img" ', 1)
        return opened + words + _without_repeated_ids(text[start:])

    def _repr_html_(self) -> str:
        """In a notebook: the picture with its alt text, and the sentence below it."""
        held = base64.b64encode(self.svg().encode()).decode()
        return (
            f'<figure style="margin:0"><img alt="{escape(self.alt)}" style="max-width:100%" '
            f'src="data:image/svg+xml;base64,{held}"><figcaption>{escape(self.sentence)}'
            "</figcaption></figure>"
        )


_ID = re.compile(r'<g id="([^"]*)">')


def _without_repeated_ids(drawn: str) -> str:
    """What several parts of a drawing are called becomes their class: an id stands once in a page."""
    counts = Counter(_ID.findall(drawn))
    return _ID.sub(
        lambda one: f'<g class="{one[1]}">' if counts[one[1]] > 1 else one[0],
        drawn,
    )


@contextmanager
def style() -> Iterator[None]:
    """The look, for the time of one drawing."""
    look: Any = sns.axes_style("white") | _STYLE
    with mpl.rc_context(look):
        yield


def canvas(height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """A figure of that size in inches with one set of axes, outside pyplot."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def bare(axes: Axes, *, grid: bool = True) -> None:
    """Take away frames and ticks; keep faint lines at the values of the x axis, if asked."""
    sns.despine(ax=axes, left=True, bottom=True)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis="x")


def wrapped(text: str, width: int = 17) -> str:
    """A row's name over two or more short lines."""
    return textwrap.fill(text, width, break_long_words=False)


def name_of(labels: Mapping[str, str] | None, column: str, value: str) -> str:
    """What a group is called: its label, a grade in words, or its id."""
    if labels and value in labels:
        return labels[value]
    if column == "grade" and value in GRADES:
        return grade_label(value)
    return value


def group_name(
    labels: Mapping[str, str] | None, pairs: Sequence[tuple[str, str]], between: str = " · "
) -> str:
    """What a group of several keys is called; a key that another already says is left out."""
    parts = [name_of(labels, column, value) for column, value in pairs]
    kept = [
        one
        for i, one in enumerate(parts)
        if not any(one in other for j, other in enumerate(parts) if j != i and other != one)
    ]
    return between.join(kept)


def level_colours(n: int) -> list[str]:
    """Colours for n ordered levels, light to dark."""
    if n == len(LEVEL_COLOURS):
        return list(LEVEL_COLOURS)
    blend = sns.blend_palette(LEVEL_COLOURS, n_colors=n)
    return [mpl.colors.to_hex(one) for one in blend]


def on(colour: str) -> str:
    """Ink or white, whichever is readable on a colour."""
    red, green, blue = mpl.colors.to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK
