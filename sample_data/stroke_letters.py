"""A child's print letters as pencil strokes.

Every letter is a few strokes on a small grid: the baseline is 0, a small letter is 0.52 high, a
capital or a tall letter 1, a tail goes down to -0.42. A stroke is ``l`` (straight from point to
point), ``c`` (a curve through the points) or ``o`` (an oval: center and two radii). Drawing them
stroke by stroke, instead of printing a font, lets every letter come out a little differently, as
a child's do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]

LETTERS: dict[str, str] = {
    "A": "l 0,0 .3,1 .6,0; l .12,.38 .48,.38",
    "B": "l 0,0 0,1; c 0,1 .38,.93 .4,.66 0,.53; c 0,.53 .46,.47 .46,.1 0,0",
    "C": "c .55,.82 .3,1 .02,.6 .1,.15 .35,-.02 .58,.18",
    "D": "l 0,0 0,1; c 0,1 .42,.88 .54,.45 .36,.08 0,0",
    "E": "l .45,1 0,1 0,0 .47,0; l 0,.52 .36,.52",
    "F": "l .45,1 0,1 0,0; l 0,.52 .35,.52",
    "G": "c .55,.84 .3,1 .02,.6 .1,.12 .38,0 .56,.2; l .56,.2 .57,.45 .32,.45",
    "H": "l 0,0 0,1; l .5,0 .5,1; l 0,.5 .5,.5",
    "I": "l .15,0 .15,1; l 0,1 .3,1; l 0,0 .3,0",
    "J": "c .4,1 .41,.35 .22,0 0,.2",
    "K": "l 0,0 0,1; l .45,1 .02,.45 .5,0",
    "L": "l 0,1 0,0 .42,0",
    "M": "l 0,0 .05,1 .35,.3 .65,1 .7,0",
    "N": "l 0,0 0,1 .5,0 .5,1",
    "O": "o .3,.5 .3,.5",
    "P": "l 0,0 0,1; c 0,1 .42,.95 .44,.62 0,.48",
    "Q": "o .3,.5 .3,.5; l .35,.25 .62,-.06",
    "R": "l 0,0 0,1; c 0,1 .42,.95 .44,.62 0,.48; l .12,.48 .48,0",
    "S": "c .46,.85 .22,1 .04,.78 .25,.52 .47,.28 .25,0 0,.14",
    "T": "l .28,0 .28,1; l 0,1 .56,1",
    "U": "c 0,1 .01,.3 .25,0 .49,.3 .5,1",
    "V": "l 0,1 .28,0 .56,1",
    "W": "l 0,1 .18,0 .36,.8 .54,0 .72,1",
    "X": "l 0,1 .5,0; l .5,1 0,0",
    "Y": "l 0,1 .26,.5; l .52,1 .26,.5 .26,0",
    "Z": "l 0,1 .5,1 0,0 .5,0",
    "a": "o .2,.26 .2,.26; l .4,.53 .41,0",
    "b": "l 0,1 0,0; o .2,.26 .2,.26",
    "c": "c .38,.42 .2,.53 0,.26 .18,0 .38,.1",
    "d": "o .2,.26 .2,.26; l .4,1 .41,0",
    "e": "l .01,.27 .38,.29; c .38,.29 .34,.5 .18,.54 0,.26 .16,0 .39,.1",
    "f": "c .38,.92 .24,1 .14,.8 .13,0; l 0,.52 .32,.52",
    "g": "o .2,.26 .2,.26; c .4,.53 .41,-.2 .22,-.42 .02,-.3",
    "h": "l 0,1 0,0; c 0,.33 .2,.54 .36,.4 .37,0",
    "i": "l .04,.5 .04,0; l .04,.7 .05,.73",
    "j": "c .2,.5 .2,-.22 .1,-.42 -.04,-.32; l .2,.7 .21,.73",
    "k": "l 0,1 0,0; l .32,.5 .02,.22 .36,0",
    "l": "l .04,1 .04,0",
    "m": "l 0,.52 0,0; c 0,.33 .15,.54 .28,.4 .28,0; c .28,.33 .43,.54 .56,.4 .56,0",
    "n": "l 0,.52 0,0; c 0,.33 .2,.54 .36,.4 .37,0",
    "o": "o .2,.26 .2,.26",
    "p": "l 0,.52 0,-.42; o .2,.26 .2,.26",
    "q": "o .2,.26 .2,.26; l .4,.53 .41,-.42",
    "r": "l 0,.52 0,0; c 0,.3 .12,.5 .32,.47",
    "s": "c .32,.44 .16,.54 .02,.41 .18,.28 .34,.14 .16,-.01 0,.08",
    "t": "l .15,.85 .15,0; l 0,.52 .32,.52",
    "u": "c 0,.52 0,.12 .18,0 .36,.14 .38,.3; l .38,.52 .38,0",
    "v": "l 0,.52 .18,0 .36,.52",
    "w": "l 0,.52 .13,0 .26,.42 .39,0 .52,.52",
    "x": "l 0,.52 .36,0; l .36,.52 0,0",
    "y": "l 0,.52 .2,.04; l .4,.52 .06,-.42",
    "z": "l 0,.52 .36,.52 0,0 .36,0",
    "0": "o .24,.5 .24,.5",
    "1": "l .08,1 .08,0",
    "2": "c 0,.78 .2,1 .42,.76 .28,.4 0,0; l 0,0 .46,0",
    "3": "c 0,.9 .3,1 .4,.76 .14,.54; c .14,.54 .48,.46 .42,.08 .2,0 0,.1",
    "4": "l .3,1 0,.4 .48,.4; l .36,.72 .36,0",
    "5": "l .42,1 .06,1 .04,.58; c .04,.58 .36,.64 .46,.3 .28,0 0,.1",
    "6": "c .36,.96 .06,.6 .02,.2 .24,0 .42,.24 .24,.46 .04,.28",
    "7": "l 0,1 .46,1 .16,0",
    "8": "c .24,.54 .02,.78 .22,1 .42,.78 .24,.54 .02,.24 .24,0 .46,.24 .24,.54",
    "9": "o .2,.74 .2,.24; l .41,.8 .36,0",
    ".": "l .03,.02 .06,.04",
    ",": "l .08,.06 .02,-.14",
    "'": "l .06,1 .03,.8",
    '"': "l .04,1 .02,.8; l .2,1 .17,.8",
    "!": "l .05,1 .05,.3; l .05,.03 .06,.05",
    "?": "c 0,.8 .18,1 .36,.78 .2,.5 .18,.3; l .18,.03 .19,.05",
    "-": "l 0,.3 .3,.32",
}


def _numbers(text: str) -> list[Point]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def curve_through(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Return a smooth line through `points` (a Catmull-Rom spline, its ends doubled)."""
    padded = [points[0], *points, points[-1]]
    line: list[Point] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            x, y = (
                0.5
                * (
                    2 * start[axis]
                    + (end[axis] - before[axis]) * t
                    + (2 * before[axis] - 5 * start[axis] + 4 * end[axis] - after[axis]) * t**2
                    + (3 * start[axis] - before[axis] - 3 * end[axis] + after[axis]) * t**3
                )
                for axis in (0, 1)
            )
            line.append((x, y))
    return [*line, points[-1]]


def oval(center: Point, radii: Point, turn: float = 1.05) -> list[Point]:
    """Return an oval begun at two o'clock and closed a little too far, as children do."""
    count = 26
    return [
        (
            center[0] + radii[0] * math.cos(0.7 + 2 * math.pi * turn * k / count),
            center[1] + radii[1] * math.sin(0.7 + 2 * math.pi * turn * k / count),
        )
        for k in range(count + 1)
    ]


def strokes(letter: str) -> list[list[Point]]:
    """Return the strokes of one letter, each a list of points; unknown letters have none."""
    lines: list[list[Point]] = []
    for part in filter(None, LETTERS.get(letter, "").split(";")):
        kind, _, rest = part.strip().partition(" ")
        points = _numbers(rest)
        if kind == "o":
            lines.append(oval(points[0], points[1]))
        elif kind == "c":
            lines.append(curve_through(points))
        else:
            lines.append(points)
    return lines


def width(letter: str) -> float:
    """Return how far a letter reaches to the right, in capital heights; a space is 0.4."""
    found = [x for line in strokes(letter) for x, _ in line]
    return max(found, default=0.4)
