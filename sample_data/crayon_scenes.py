"""The crayon drawings above the kindergartners' writing.

Each scene draws on a field 1000 wide and 600 high, with (0, 0) at the top left, and returns the
labels that the child penciled beside things, as (text, x, y) on the same field.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from paper import Array, Color, mask_of, put
from PIL import Image, ImageDraw
from scipy import ndimage
from stroke_letters import curve_through

RED: Color = (0.80, 0.14, 0.13)
BLUE: Color = (0.16, 0.32, 0.70)
GREEN: Color = (0.16, 0.52, 0.22)
YELLOW: Color = (0.96, 0.80, 0.12)
BROWN: Color = (0.44, 0.26, 0.13)
BLACK: Color = (0.13, 0.12, 0.13)
ORANGE: Color = (0.93, 0.47, 0.10)
PURPLE: Color = (0.45, 0.22, 0.56)
PEACH: Color = (0.93, 0.68, 0.52)
GRAY: Color = (0.48, 0.48, 0.50)

Points = Sequence[tuple[float, float]]
Label = tuple[str, float, float]


def ring(x: float, y: float, rx: float, ry: float) -> Points:
    """Return the points of an oval."""
    return [
        (x + rx * math.cos(math.tau * k / 11), y + ry * math.sin(math.tau * k / 11))
        for k in range(12)
    ]


def box(x: float, y: float, width: float, height: float) -> Points:
    """Return the corners of a rectangle."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]


class Crayons:
    """A box of crayons for one page: it knows the paper's tooth and the child's hand."""

    def __init__(
        self, page: Array, rng: np.random.Generator, left: float, top: float, size: float
    ) -> None:
        self.page, self.rng = page, rng
        self.left, self.top, self.size = left, top, size / 1000
        self.shape = (page.shape[0], page.shape[1])
        tooth = ndimage.gaussian_filter(rng.random(self.shape), 1.1)
        self.tooth = (tooth - tooth.min()) / (tooth.max() - tooth.min())

    def _place(self, points: Points, shake: float) -> list[tuple[float, float]]:
        wobble = self.rng.normal(0, shake, (len(points), 2))
        return [
            (self.left + (x + dx) * self.size, self.top + (y + dy) * self.size)
            for (x, y), (dx, dy) in zip(points, wobble, strict=True)
        ]

    def _wax(self, cover: Array, color: Color, press: float) -> None:
        wax = np.clip((self.tooth - 0.60 + press * 0.45) * 7, 0, 1)
        cover = ndimage.gaussian_filter(cover, 0.7)
        put(self.page, np.clip(cover * (0.22 + 0.68 * wax), 0, 0.92), color)

    def line(
        self, points: Points, color: Color, thick: float = 10, shake: float = 3, bent: bool = True
    ) -> None:
        """Draw a line through the points; `bent` rounds it."""
        placed = self._place(points, shake)
        if bent and len(placed) > 2:
            placed = curve_through(placed)
        self._wax(mask_of(self.shape, [(placed, thick * self.size)]), color, 0.6)

    def fill(self, points: Points, color: Color, angle: float = 35, gap: float = 13) -> None:
        """Scribble a shape full, to and fro, now and then over its edge."""
        shape = Image.new("L", (self.shape[1], self.shape[0]), 0)
        placed = self._place(points, 1)
        ImageDraw.Draw(shape).polygon(placed, fill=255)
        inside = np.asarray(shape) > 0
        inside = ndimage.binary_dilation(inside, iterations=int(5 * self.size) + 1)
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        center = (sum(xs) / len(xs), sum(ys) / len(ys))
        reach = max(max(xs) - min(xs), max(ys) - min(ys)) * 0.75 + 20
        turn = math.radians(angle + float(self.rng.normal(0, 6)))
        zigzag: list[tuple[float, float]] = []
        offset, side = -reach, 1
        while offset < reach:
            along = reach * side
            zigzag.append(
                (
                    center[0] + along * math.cos(turn) - offset * math.sin(turn),
                    center[1] + along * math.sin(turn) + offset * math.cos(turn),
                )
            )
            offset += gap * self.size * float(self.rng.uniform(0.55, 1.3))
            side = -side
        cover = mask_of(self.shape, [(zigzag, 11 * self.size)]) * inside
        self._wax(cover, color, 0.45)

    def person(self, x: float, y: float, tall: float, shirt: Color, hair: Color) -> None:
        """Draw a person whose feet stand at (x, y): a head, a body, sticks for arms and legs."""
        head = tall * 0.17
        top = y - tall
        self.fill(ring(x, top + head, head * 0.9, head * 0.9), PEACH, 20, 15)
        self.line(ring(x, top + head, head, head), BLACK, 7)
        for side in (-1, 1):
            self.line(ring(x + side * head * 0.35, top + head * 0.8, 3, 3), BLACK, 6, 1)
            self.line(
                [(x, top + tall * 0.5), (x + side * tall * 0.27, top + tall * 0.42)], BLACK, 8
            )
            self.line([(x + side * 8, y - tall * 0.3), (x + side * tall * 0.12, y)], BLACK, 8)
        self.line(
            [
                (x - head * 0.5, top + head * 1.25),
                (x, top + head * 1.55),
                (x + head * 0.5, top + head * 1.2),
            ],
            RED,
            6,
            2,
        )
        for lock in range(-4, 5):
            self.line(
                [
                    (x + lock * head * 0.22, top + abs(lock) * 4),
                    (x + lock * head * 0.3, top - head * 0.35 + abs(lock) * 5),
                ],
                hair,
                7,
                2,
            )
        body = [
            (x, top + head * 2),
            (x + tall * 0.15, y - tall * 0.27),
            (x - tall * 0.15, y - tall * 0.27),
            (x, top + head * 2),
        ]
        self.fill(body, shirt, 70, 11)
        self.line(body, shirt, 8, bent=False)

    def sun(self, x: float, y: float) -> None:
        """Draw a sun with rays."""
        self.fill(ring(x, y, 52, 50), YELLOW)
        self.line(ring(x, y, 55, 53), YELLOW, 11)
        for k in range(11):
            turn = math.tau * k / 11
            start, end = 72, 108 + 14 * (k % 2)
            self.line(
                [
                    (x + start * math.cos(turn), y + start * math.sin(turn)),
                    (x + end * math.cos(turn), y + end * math.sin(turn)),
                ],
                YELLOW,
                10,
            )


def dog(kit: Crayons, x: float, y: float, long: float, coat: Color) -> None:
    """Draw a dog looking left whose feet stand at height `y`; `x` is its middle."""
    kit.fill(ring(x, y - long * 0.42, long * 0.42, long * 0.2), coat, 15)
    kit.line(ring(x, y - long * 0.42, long * 0.43, long * 0.21), coat, 10)
    head = (x - long * 0.48, y - long * 0.62)
    kit.fill(ring(head[0], head[1], long * 0.2, long * 0.17), coat, 60)
    kit.line(ring(head[0], head[1], long * 0.2, long * 0.17), BLACK, 7)
    kit.line(ring(head[0] - long * 0.05, head[1] - long * 0.04, 4, 4), BLACK, 7, 1)
    kit.line(ring(head[0] - long * 0.2, head[1] + 4, 8, 6), BLACK, 9, 1)
    ear = [
        (head[0] + long * 0.1, head[1] - long * 0.12),
        (head[0] + long * 0.22, head[1] + long * 0.1),
    ]
    kit.line(ear, BLACK, 16)
    for leg in (-0.32, -0.18, 0.16, 0.32):
        kit.line([(x + long * leg, y - long * 0.28), (x + long * leg + 3, y)], coat, 15)
    kit.line(
        [
            (x + long * 0.4, y - long * 0.5),
            (x + long * 0.55, y - long * 0.75),
            (x + long * 0.62, y - long * 0.68),
        ],
        coat,
        12,
    )


def lost_dog(kit: Crayons) -> list[Label]:
    """A big brown dog and a small person beside a hill."""
    hill = [(560, 560), (680, 420), (800, 360), (920, 410), (1000, 560), (560, 565)]
    kit.fill(hill, GREEN, 10, 15)
    kit.line(hill[:5], GREEN, 12)
    kit.line([(0, 572), (300, 566), (640, 575), (1000, 568)], GREEN, 14, 5)
    kit.sun(120, 95)
    dog(kit, 400, 560, 360, BROWN)
    kit.person(800, 365, 190, BLUE, BLACK)
    for cloud in (430, 520, 610):
        kit.line(ring(cloud, 85 + (cloud % 3) * 8, 58, 32), BLUE, 9, 5)
    return []


def pancakes(kit: Crayons) -> list[Label]:
    """A yellow kitchen, a child, a grandmother, a dog and a pancake on the floor."""
    kit.line(box(25, 30, 950, 530), YELLOW, 14, 5, bent=False)
    kit.fill(box(740, 300, 200, 250), GRAY, 80, 22)
    kit.line(box(740, 300, 200, 250), BLACK, 9, bent=False)
    for burner in (790, 885):
        kit.line(ring(burner, 290, 30, 9), RED, 9)
    kit.line(box(775, 370, 130, 110), BLACK, 8, bent=False)
    kit.fill(ring(790, 268, 52, 13), BLACK, 0, 7)
    kit.line([(735, 266), (670, 262)], BLACK, 11)
    kit.line(box(95, 80, 180, 140), BLUE, 9, bent=False)
    kit.line([(185, 80), (185, 220)], BLUE, 8)
    kit.line([(95, 150), (275, 150)], BLUE, 8)
    kit.person(600, 550, 330, PURPLE, GRAY)
    kit.person(420, 550, 235, RED, BROWN)
    dog(kit, 185, 552, 190, BLACK)
    kit.fill(ring(62, 540, 40, 15), ORANGE, 5, 9)
    kit.line(ring(62, 540, 42, 16), BROWN, 7)
    kit.line([(440, 300), (400, 200), (300, 260), (120, 480)], ORANGE, 4, 8)
    return [("ME", 385, 290), ("GRAMA", 520, 195), ("DOG", 195, 380)]


def bugs(kit: Crayons) -> list[Label]:
    """A ladybug, an ant and a spider in the grass."""
    for blade in range(0, 1000, 23):
        lean = float(kit.rng.normal(0, 12))
        kit.line([(blade, 590), (blade + lean, 590 - float(kit.rng.uniform(40, 90)))], GREEN, 8)
    kit.fill(ring(240, 330, 130, 95), RED, 30)
    kit.line(ring(240, 330, 134, 98), BLACK, 9)
    kit.line([(240, 232), (243, 428)], BLACK, 8)
    kit.fill(ring(95, 330, 42, 46), BLACK, 60, 9)
    for x, y in ((190, 290), (185, 370), (290, 285), (300, 375), (345, 330)):
        kit.fill(ring(x, y, 17, 17), BLACK, 10, 6)
    for leg in (170, 240, 310):
        kit.line([(leg, 428), (leg - 12, 478)], BLACK, 8)
    kit.line([(75, 290), (45, 235)], BLACK, 7)
    kit.line([(105, 286), (100, 225)], BLACK, 7)
    for x, radius in ((540, 34), (600, 28), (668, 44)):
        kit.fill(ring(x, 470, radius, radius * 0.8), BLACK, 40, 8)
    for leg in (560, 600, 640):
        kit.line([(leg, 490), (leg - 26, 545)], BLACK, 6)
        kit.line([(leg, 490), (leg + 20, 545)], BLACK, 6)
    kit.line([(525, 445), (500, 405)], BLACK, 6)
    kit.line([(820, 0), (823, 150)], GRAY, 6)
    kit.fill(ring(823, 205, 55, 52), PURPLE, 30, 10)
    kit.line(ring(823, 205, 57, 54), BLACK, 7)
    for side in (-1, 1):
        for leg in range(4):
            y = 175 + 22 * leg
            kit.line(
                [
                    (823 + side * 55, y),
                    (823 + side * 105, y - 32 + leg * 8),
                    (823 + side * 135, y + 34 + leg * 12),
                ],
                BLACK,
                7,
            )
        kit.line(ring(823 + side * 18, 195, 6, 6), YELLOW, 7, 1)
    return [("LDBG", 345, 235), ("ANT", 700, 420), ("SPDR", 720, 340)]


def garbage_truck(kit: Crayons) -> list[Label]:
    """A green garbage truck that lifts a can with its arm, and a stink above."""
    kit.line([(0, 560), (500, 565), (1000, 556)], BLACK, 14, 4)
    kit.fill(box(280, 210, 470, 260), GREEN, 35, 13)
    kit.line(box(280, 210, 470, 260), BLACK, 10, bent=False)
    kit.fill(box(755, 290, 150, 180), GREEN, 75, 13)
    kit.line(box(755, 290, 150, 180), BLACK, 10, bent=False)
    kit.fill(box(795, 312, 90, 70), BLUE, 20, 13)
    kit.line(box(795, 312, 90, 70), BLACK, 7, bent=False)
    for x in (370, 600, 830):
        kit.fill(ring(x, 500, 55, 55), BLACK, 30, 10)
        kit.line(ring(x, 500, 58, 57), BLACK, 10)
        kit.line(ring(x, 500, 20, 20), GRAY, 11)
    kit.line([(300, 400), (170, 380), (160, 220)], ORANGE, 17, 3, bent=False)
    can = [(90, 70), (215, 105), (180, 230), (65, 195), (90, 70)]
    kit.fill(can, GRAY, 100, 12)
    kit.line(can, BLACK, 9, bent=False)
    for x, y, color in ((235, 90, RED), (262, 125, BROWN), (285, 150, YELLOW), (250, 165, PURPLE)):
        kit.line(ring(x, y, 13, 9), color, 10)
    for x in (430, 530, 630):
        kit.line([(x, 190), (x + 22, 150), (x - 16, 110), (x + 14, 62)], BROWN, 8, 3)
    kit.person(945, 556, 150, ORANGE, BROWN)
    return [("ARM", 190, 335), ("TRASH", 290, 75), ("MAN", 912, 392)]


def slide(kit: Crayons) -> list[Label]:
    """A schoolhouse with a long red slide out of the window."""
    kit.line([(0, 575), (420, 568), (1000, 577)], GREEN, 16, 5)
    kit.sun(885, 95)
    kit.fill(box(80, 190, 330, 380), RED, 85, 26)
    kit.line(box(80, 190, 330, 380), BROWN, 11, bent=False)
    roof = [(50, 195), (245, 50), (440, 195), (50, 195)]
    kit.fill(roof, BROWN, 15, 15)
    kit.line(roof, BROWN, 11, bent=False)
    kit.fill(box(205, 440, 85, 130), BLUE, 60, 13)
    kit.line(box(205, 440, 85, 130), BLACK, 8, bent=False)
    for x in (115, 300):
        kit.line(box(x, 240, 85, 80), BLACK, 8, bent=False)
    kit.line([(385, 300), (520, 350), (640, 470), (760, 545), (850, 552)], RED, 26, 4)
    kit.line([(385, 265), (535, 318), (660, 440), (770, 515), (850, 524)], RED, 11, 4)
    kit.person(455, 310, 125, YELLOW, BLACK)
    return [("SKUL", 455, 120), ("ME", 500, 195)]


SCENES: dict[str, Callable[[Crayons], list[Label]]] = {
    "lost dog": lost_dog,
    "pancakes": pancakes,
    "bugs": bugs,
    "garbage truck": garbage_truck,
    "slide": slide,
}
