"""Paper, pencil, crayon and the camera: how a page of a child's work comes to look like one.

A page is an array of (rows, columns, 3) floats from 0 to 1. Marks are drawn as a mask (how much
of each dot is covered), which is then broken up by the grain of the paper: fine grain for
pencil, coarse for crayon. All chance comes from the generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

Array = NDArray[np.float64]
Color = tuple[float, float, float]
Line = Sequence[tuple[float, float]]

PENCIL: Color = (0.27, 0.27, 0.30)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], size: float) -> Array:
    """Return noise from 0 to 1 whose spots are about `size` dots wide."""
    small = (max(2, int(shape[0] / size) + 2), max(2, int(shape[1] / size) + 2))
    grid = Image.fromarray((rng.random(small) * 255).astype(np.uint8))
    return np.asarray(grid.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)) / 255.0


def blank_page(rng: np.random.Generator, height: int, width: int, color: Color) -> Array:
    """Return an empty sheet with a little fiber and a few soft dents."""
    page = np.ones((height, width, 3)) * np.array(color)
    fiber = ndimage.gaussian_filter(rng.normal(0, 1, (height, width)), 0.7)
    dents = smooth_noise(rng, (height, width), 220) - 0.5
    return np.clip(page + 0.014 * fiber[..., None] + 0.03 * dents[..., None], 0, 1)


def mask_of(shape: tuple[int, int], lines: Sequence[tuple[Line, float]]) -> Array:
    """Return the cover, 0 to 1, of lines given as (points in dots, width in dots)."""
    scale = 2
    picture = Image.new("L", (shape[1] * scale, shape[0] * scale), 0)
    pen = ImageDraw.Draw(picture)
    for points, thick in lines:
        dots = [(x * scale, y * scale) for x, y in points]
        pen.line(dots, fill=255, width=max(1, round(thick * scale)), joint="curve")
        half = thick * scale / 2
        for x, y in (dots[0], dots[-1]):
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    small = picture.resize((shape[1], shape[0]), Image.Resampling.BOX)
    return np.asarray(small) / 255.0


def put(page: Array, cover: Array, color: Color) -> None:
    """Lay color on the page, in place, as much as `cover` (0 to 1) says."""
    page *= 1 - cover[..., None]
    page += cover[..., None] * np.array(color)


def pencil(page: Array, rng: np.random.Generator, cover: Array, color: Color = PENCIL) -> None:
    """Draw a mask in pencil: fine grain, and a pressure that comes and goes."""
    grain = 0.62 + 0.38 * ndimage.gaussian_filter(rng.random(cover.shape), 0.6) * 2
    press = 0.72 + 0.28 * smooth_noise(rng, cover.shape, 60)
    put(page, np.clip(cover * grain * press, 0, 0.95), color)


def crayon(page: Array, rng: np.random.Generator, cover: Array, color: Color) -> None:
    """Draw a mask in crayon: the wax catches the top of the paper and leaves the dips white."""
    tooth = ndimage.gaussian_filter(rng.random(cover.shape), 1.1)
    tooth = (tooth - tooth.min()) / (tooth.max() - tooth.min())
    press = 0.35 + 0.35 * smooth_noise(rng, cover.shape, 45)
    wax = np.clip((tooth - 0.62 + press * 0.62) * 6, 0, 1)
    put(page, np.clip(ndimage.gaussian_filter(cover, 0.8) * (0.25 + 0.65 * wax), 0, 0.92), color)


def rule_lines(page: Array, rows: Sequence[float], color: Color, dashed: bool = False) -> None:
    """Print ruled lines across the page at the given rows."""
    height, width = page.shape[:2]
    columns = np.arange(width)
    pattern = ((columns // 14) % 2 == 0).astype(float) if dashed else np.ones(width)
    pattern[:30] = pattern[-30:] = 0.0
    for row in rows:
        if 2 <= row < height - 3:
            cover = np.zeros((height, width))
            cover[int(row) : int(row) + 2, :] = 0.55 * pattern
            put(page, cover, color)


def desk(rng: np.random.Generator, height: int, width: int, wood: Color) -> Array:
    """Return a table top: long soft streaks in one color."""
    streaks = ndimage.gaussian_filter(rng.normal(0, 1, (height, width)), (1.2, 60))
    streaks /= np.abs(streaks).max()
    broad = smooth_noise(rng, (height, width), 300) - 0.5
    top = np.ones((height, width, 3)) * np.array(wood)
    return np.clip(top * (1 + 0.16 * streaks + 0.14 * broad)[..., None], 0, 1)


def photograph(
    page: Array, rng: np.random.Generator, wood: Color, turn: float, warm: float
) -> Image.Image:
    """Return the page as somebody photographed it on a table, a little askew, in room light.

    Parameters
    ----------
    turn : float
        Degrees by which the sheet lies askew.
    warm : float
        How yellow the light is: 0 is neutral, 0.1 a lamp.
    """
    rows, columns = page.shape[:2]
    edge = 46
    height, width = rows + 2 * edge, columns + 2 * edge
    table = desk(rng, height, width, wood)
    sheet = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    sheet.paste(Image.fromarray((page * 255).astype(np.uint8)), (edge, edge))
    quad = [
        value + float(rng.uniform(-14, 14))
        for corner in ((0, 0), (0, height), (width, height), (width, 0))
        for value in corner
    ]
    sheet = sheet.transform(
        (width, height), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC
    ).rotate(turn, Image.Resampling.BICUBIC)
    layer = np.asarray(sheet) / 255.0
    alpha = layer[..., 3]
    under = ndimage.shift(ndimage.gaussian_filter(alpha, 12), (10, 8), order=1)
    scene = table * (1 - 0.5 * under[..., None])
    scene = scene * (1 - alpha[..., None]) + layer[..., :3] * alpha[..., None]

    down, across = np.mgrid[0:height, 0:width]
    angle = float(rng.uniform(0, 2 * np.pi))
    slope = (across / width - 0.5) * np.cos(angle) + (down / height - 0.5) * np.sin(angle)
    light = 0.95 + 0.14 * slope
    # The head or the hand of whoever held the camera falls over one corner.
    center = (height * rng.uniform(0.85, 1.1), width * rng.choice([0.0, 1.0]))
    far = np.hypot((down - center[0]) / height, (across - center[1]) / width)
    light *= 1 - 0.24 * np.exp(-((far / 0.42) ** 2))
    tint = np.array([1 + warm * 0.4, 1.0, 1 - warm])
    scene = scene * light[..., None] * tint
    scene += rng.normal(0, 0.012, scene.shape)
    picture = Image.fromarray((np.clip(scene, 0, 1) * 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def scan(page: Array, rng: np.random.Generator, skew: float) -> Image.Image:
    """Return the page as the copier in the office scans it: gray, skewed, specks, a dark edge."""
    gray = Image.fromarray((page.mean(axis=2) * 255).astype(np.uint8))
    gray = gray.rotate(skew, Image.Resampling.BICUBIC, fillcolor=238)
    values = np.asarray(gray) / 255.0
    values = np.clip((values - 0.08) * 1.12, 0, 1)
    specks = ndimage.gaussian_filter((rng.random(values.shape) > 0.99998).astype(float), 1.0) * 5
    values -= np.clip(specks, 0, 0.6)
    edge = np.exp(-np.arange(values.shape[1]) / 9.0)
    values -= 0.5 * edge[None, :]
    values += rng.normal(0, 0.012, values.shape)
    return Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))
