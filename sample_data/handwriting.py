"""A child's handwriting on paper: letters that wobble, lines that drift, words rubbed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from paper import Array, Line, mask_of, pencil, put, smooth_noise
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from stroke_letters import strokes, width

# A line of text, where it begins from the left, and its baseline, in dots.
Row = tuple[str, float, float]


@dataclass(frozen=True)
class Hand:
    """How one child writes.

    Attributes
    ----------
    height : float
        Height of a capital in dots.
    wobble : float
        How shaky the strokes are, 0 (steady) to 1 (first weeks of kindergarten).
    slant : float
        How far the letters lean: positive to the right, in capital heights.
    thick : float
        Width of the pencil line in dots.
    space : float
        Gap between words, in capital heights.
    mirror : str
        Letters of which the first one on the page is written the wrong way round.
    """

    height: float = 60
    wobble: float = 0.5
    slant: float = 0.0
    thick: float = 5.0
    space: float = 0.45
    mirror: str = ""


def line_width(text: str, hand: Hand) -> float:
    """Return how wide a line comes out, in dots, before any wobble."""
    gaps = sum(hand.space if letter == " " else width(letter) + 0.20 for letter in text)
    return gaps * hand.height


def write(
    rng: np.random.Generator,
    hand: Hand,
    text: str,
    at: tuple[float, float],
    turned: set[str],
) -> list[tuple[Line, float]]:
    """Return the pencil strokes of one line of writing that starts at (left, baseline)."""
    left, base = at
    drift = rng.normal(0, 0.012 * hand.wobble)
    lines: list[tuple[Line, float]] = []
    x = left
    for letter in text:
        if letter == " ":
            x += hand.height * hand.space * rng.uniform(0.85, 1.2)
            continue
        size = hand.height * float(np.clip(1 + rng.normal(0, 0.10 * hand.wobble), 0.72, 1.3))
        lift = rng.normal(0, 0.06 * hand.wobble) * hand.height + (x - left) * drift
        lean = hand.slant + rng.normal(0, 0.08 * hand.wobble)
        mirrored = letter in hand.mirror and letter not in turned
        if mirrored:
            turned.add(letter)
        for stroke in strokes(letter):
            shake = rng.normal(0, 0.022 * hand.wobble, (len(stroke), 2))
            if len(stroke) > 8:
                shake = ndimage.gaussian_filter1d(shake, 2.5, axis=0, mode="wrap") * 2.2
            shift = rng.normal(0, 0.014 * hand.wobble, 2)
            points = []
            for (px, py), (sx, sy) in zip(stroke, shake, strict=True):
                gx = width(letter) - px if mirrored else px
                gx, gy = gx + sx + shift[0] + lean * py, py + sy + shift[1]
                points.append((x + gx * size, base - lift - gy * size))
            lines.append((points, hand.thick * rng.uniform(0.85, 1.15)))
        x += (width(letter) + 0.18 + abs(rng.normal(0, 0.05 * hand.wobble))) * size
    return lines


def write_lines(
    page: Array,
    rng: np.random.Generator,
    hand: Hand,
    rows: Sequence[Row],
    rubbed_out: Sequence[Row] = (),
) -> None:
    """Write lines of text, each (text, left, baseline), on the page in pencil.

    What is in `rubbed_out` was written first and erased: it stays as a ghost under a smudge.
    """
    shape = (page.shape[0], page.shape[1])
    turned: set[str] = set()
    for text, left, base in rubbed_out:
        ghost = mask_of(shape, write(rng, hand, text, (left, base), set(hand.mirror)))
        wide = ndimage.maximum_filter(ghost, size=(int(hand.height * 0.7), int(hand.height * 0.5)))
        smudge = ndimage.gaussian_filter(wide, hand.height * 0.12)
        put(page, 0.10 * smudge * (0.5 + 0.5 * smooth_noise(rng, shape, 12)), (0.4, 0.4, 0.42))
        put(page, 0.16 * ndimage.gaussian_filter(ghost, 1.2), (0.35, 0.35, 0.38))
    lines: list[tuple[Line, float]] = []
    for text, left, base in rows:
        lines += write(rng, hand, text, (left, base), turned)
    pencil(page, rng, mask_of(shape, lines))


def write_with_font(
    page: Array,
    rng: np.random.Generator,
    font: ImageFont.FreeTypeFont,
    rows: Sequence[Row],
) -> None:
    """Write lines in an older child's joined-up hand, letter by letter from a handwriting font."""
    height, wide = page.shape[:2]
    box = int(font.size * 3)
    cover = np.zeros((height + 2 * box, wide + 2 * box))
    for text, left, base in rows:
        x, wave = left, rng.uniform(0, 6.28)
        for letter in text:
            advance = font.getlength(letter)
            if letter == " ":
                x += advance * rng.uniform(0.8, 1.1)
                continue
            tile = Image.new("L", (box, box), 0)
            spot = (box // 3, box * 2 // 3)
            ImageDraw.Draw(tile).text(spot, letter, font=font, fill=255, anchor="ls")
            tile = tile.rotate(rng.normal(0, 1.6), Image.Resampling.BICUBIC)
            dots = np.asarray(tile) / 255.0 * rng.uniform(0.8, 1.0)
            lift = 2.2 * np.sin(wave + x / 160) + rng.normal(0, 0.9)
            top, start = int(base + box / 3 + lift), int(x) + box - box // 3
            patch = cover[top : top + box, start : start + box]
            np.maximum(patch, dots, out=patch)
            x += advance + rng.normal(0, 0.5)
    inner = cover[box : box + height, box : box + wide]
    pencil(page, rng, np.clip(ndimage.gaussian_filter(inner, 0.5) * 1.35, 0, 1))
