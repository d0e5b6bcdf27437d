"""Every pair of raters as a map of colours, raters who read alike side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from calibrate.analysis.pair_matrix import PairMatrix
from calibrate.analysis.wording import count, label, percent
from calibrate.figures.look import FAINT, HATCH, QUIET, Picture, canvas, style

#: With more raters than this the squares carry no words.
_LEGIBLE = 14


def pairs_figure(found: PairMatrix, labels: Mapping[str, str] | None = None) -> Picture:
    """Exact agreement of each pair, with the number of scores they share; hatched where they share none.

    Parameters
    ----------
    found
        A matrix as `calibrate.analysis.pair_matrix.pair_matrix` gives it.
    labels
        What raters are called (pseudonyms), where not by their id.
    """
    q = len(found.raters)
    names = [label(labels, one) for one in found.raters]
    told = []
    with style():
        figure, axes = canvas(1.0 + min(0.42 * max(q, 2), 4.0))  # square, and no wider than a page
        shown = np.ma.masked_invalid(found.exact)
        image = axes.imshow(shown, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        for i in range(q):
            for j in range(q):
                if found.n[i, j] == 0:
                    axes.add_patch(
                        Rectangle(
                            (j - 0.5, i - 0.5),
                            1,
                            1,
                            facecolor="white",
                            edgecolor=FAINT,
                            hatch=None if i == j else HATCH,
                            linewidth=0,
                        )
                    )
                elif q <= _LEGIBLE:
                    axes.text(
                        j,
                        i,
                        f"{percent(float(found.exact[i, j]))}\n{found.n[i, j]}",
                        ha="center",
                        va="center",
                        fontsize=8,
                        color="white" if found.exact[i, j] > 0.6 else "black",
                    )
        if q <= 40:
            axes.set_xticks(range(q), names, rotation=90, fontsize=8.5)
            axes.set_yticks(range(q), names, fontsize=8.5)
        else:
            axes.set_xticks([])
            axes.set_yticks([])
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        bar = figure.colorbar(image, ax=axes, shrink=0.6, format=PercentFormatter(1.0))
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=8.5, color=QUIET)
    for row in found.as_rows()[:60]:
        told.append(
            f"{label(labels, str(row['a']))} and {label(labels, str(row['b']))}: "
            f"{percent(found.exact[found.raters.index(str(row['a'])), found.raters.index(str(row['b']))])} "
            f"of {count(int(str(row['n'])), 'score')}."
        )
    return Picture(
        figure, "Exact agreement of each pair of raters. " + " ".join(told), found.sentence
    )
