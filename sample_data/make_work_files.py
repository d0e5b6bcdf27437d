"""Make the files that a school would hand in, from the texts in ``writing/``.

Run from anywhere::

    python sample_data/make_work_files.py [--only P0001 P0002 ...] [--out FOLDER]

Every text in ``writing/*.md`` becomes one or more files in ``work/``: plain text, Markdown, Word,
a photo of handwriting or a scan, as its ``form`` says, under the name its ``files`` give it; the
names are those that teachers and children give, so some of them name a child, and the Word files
and photos carry an author, a camera and a (made-up) position at sea, for an import to strip.
``writing/files.csv`` says which files belong to which piece. All chance is seeded by the piece's
code, so that the same texts give the same files with the same versions of the libraries.

The photos are drawn stroke by stroke, without a font. The scan uses the handwriting font Breip
(Debian: fonts-breip, SIL Open Font License, which leaves what is written with it free).
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import numpy as np
import yaml
from crayon_scenes import SCENES, Crayons
from handwriting import Hand, Row, line_width, write_lines, write_with_font
from paper import Array, blank_page, photograph, rule_lines, scan
from PIL import Image, ImageFont

HERE = Path(__file__).parent
FONT = Path("/usr/share/fonts/truetype/breip/Breip.ttf")
MONTH = {"2025-fall": "2025:10:0", "2025-winter": "2026:01:0", "2026-spring": "2026:04:0"}
WOODS = ((0.56, 0.43, 0.30), (0.72, 0.66, 0.56), (0.40, 0.36, 0.34), (0.62, 0.55, 0.50))
RULE = (0.55, 0.68, 0.86)
MARGIN = (0.90, 0.48, 0.50)


@dataclass(frozen=True)
class Source:
    """One text with its front matter."""

    facts: dict[str, Any]
    body: str

    @property
    def piece(self) -> str:
        """The piece's code."""
        return str(self.facts["piece"])

    def chance(self) -> np.random.Generator:
        """Return this piece's own generator."""
        return np.random.default_rng(20260000 + int(self.piece[1:]))


def read_source(path: Path) -> Source:
    """Read one file of ``writing/``: YAML between two lines of dashes, then the child's text."""
    _, front, body = re.split(r"^---\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.M)
    return Source(yaml.safe_load(front), body.strip("\n") + "\n")


def rubbed(source: Source, rows: Sequence[Row]) -> list[Row]:
    """Return what was written and erased first, for the pieces that say so."""
    word = source.facts.get("look", {}).get("erased")
    return [(str(word), rows[-1][1], rows[-1][2])] if word else []


def kindergarten_page(source: Source, lines: list[str]) -> Array:
    """Return an unlined top half with a crayon drawing and wide lines below."""
    rng, look = source.chance(), source.facts["look"]
    step, drawing = (128 if len(lines) <= 4 else 104), 1000.0
    first = 60 + int(drawing * 0.6) + step + 20
    height = first + step * (len(lines) - 1) + 80
    page = blank_page(rng, height, 1120, (0.955, 0.945, 0.915))
    for number in range(len(lines)):
        base = first + number * step
        rule_lines(page, [base, base - step * 0.6], RULE)
        rule_lines(page, [base - step * 0.3], RULE, dashed=True)
    kit = Crayons(page, rng, (1120 - drawing) / 2, 40, drawing)
    labels = SCENES[look["drawing"]](kit)
    hand = fitted(hand_of(look, step * 0.58), lines, 1120 - 130)
    rows = [(t, 62 + rng.normal(0, 8), first + n * step) for n, t in enumerate(lines)]
    write_lines(page, rng, hand, rows, rubbed(source, rows))
    small = hand_of(look, min(hand.height * 0.72, 46))
    write_lines(
        page, rng, small, [(t, kit.left + x * kit.size, 40 + y * kit.size) for t, x, y in labels]
    )
    return page


def hand_of(look: dict[str, Any], height: float) -> Hand:
    """Return the hand that the front matter describes, at a given height of capitals."""
    return Hand(
        height=height,
        wobble=float(look.get("wobble", 0.6)),
        slant=float(look.get("slant", 0.0)),
        thick=max(3.2, height * 0.075),
        space=float(look.get("space", 0.5)),
        mirror=str(look.get("mirror", "")),
    )


def fitted(hand: Hand, lines: list[str], room: float) -> Hand:
    """Return the hand, made smaller if its longest line would run off the page."""
    longest = max(line_width(line, hand) for line in lines) * 1.06
    scale = min(1.0, room / longest)
    return replace(hand, height=hand.height * scale, thick=max(3.0, hand.thick * scale))


def lined_page(source: Source, lines: list[str], number: int) -> Array:
    """Return a sheet of ruled paper with handwriting; primary lines for the youngest."""
    rng, look = source.chance(), source.facts["look"]
    for _ in range(number):
        rng = np.random.default_rng(rng.integers(1 << 32))
    young = source.facts["grade"] in ("KG", "01", "02")
    step, wide = (112 if young else 74), 1240
    top = 150
    height = max(880, top + step * (len(lines) + 2))
    page = blank_page(rng, height, wide, (0.96, 0.955, 0.94))
    bases = [top + step * k for k in range(int((height - top) / step))]
    if young:
        rule_lines(page, bases, RULE)
        rule_lines(page, [b - step * 0.58 for b in bases], RULE)
        rule_lines(page, [b - step * 0.29 for b in bases], RULE, dashed=True)
    else:
        rule_lines(page, bases, RULE)
        page[:, 118:121] = 0.4 * page[:, 118:121] + 0.6 * np.array(MARGIN)
    left = 60.0 if young else 138.0
    hand = fitted(hand_of(look, step * 0.56), lines, wide - left - 50)
    rows = [(t, left + abs(rng.normal(0, 9)), bases[n] - 4) for n, t in enumerate(lines) if t]
    write_lines(page, rng, hand, rows, rubbed(source, rows))
    return page


def camera_facts(source: Source) -> Image.Exif:
    """Return what a phone writes into a photo: maker, time and, for some, a position at sea."""
    look, exif = source.facts["look"], Image.Exif()
    if look.get("camera"):
        exif[0x010F], exif[0x0110] = "Pocketphone", str(look["camera"])
        taken = f"{MONTH[source.facts['window']]}{int(source.piece[1:]) % 9 + 1} 10:41:07"
        exif[0x0132] = taken
        exif.get_ifd(0x8769)[0x9003] = taken
    if look.get("gps"):
        position = exif.get_ifd(0x8825)
        position[1], position[2] = "N", (42.0, 31.0, 12.0)
        position[3], position[4] = "W", (67.0, 48.0, 30.0)
    if look.get("sideways"):
        exif[0x0112] = 6
    return exif


def save_photo(source: Source, lines: list[str], number: int, path: Path) -> None:
    """Write one photo of a page as JPEG; `sideways` turns the dots and says so in the EXIF."""
    look = source.facts["look"]
    page = (
        kindergarten_page(source, lines) if "drawing" in look else lined_page(source, lines, number)
    )
    rng = np.random.default_rng(source.chance().integers(1 << 32) + number)
    wood = WOODS[int(source.piece[1:]) % len(WOODS)]
    picture = photograph(
        page, rng, wood, float(rng.uniform(-2.6, 2.6)), float(rng.uniform(0, 0.09))
    )
    if look.get("sideways"):
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    picture.save(path, "JPEG", quality=74, optimize=True, exif=camera_facts(source))


def wrapped(text: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """Break a text into lines that fit into `room` dots, keeping the first line's indent."""
    indent = text[: len(text) - len(text.lstrip())]
    lines = [indent]
    for word in text.split():
        tried = lines[-1] + (" " if lines[-1].strip() else "") + word
        if font.getlength(tried) > room and lines[-1].strip():
            lines.append(word)
        else:
            lines[-1] = tried
    return lines


def save_scan(source: Source, path: Path) -> None:
    """Write the text by hand on ruled paper, and the pages as an image-only PDF."""
    rng = source.chance()
    if not FONT.exists():
        raise SystemExit(f"The scan needs the font {FONT}: install fonts-breip, or use --only.")
    font = ImageFont.truetype(str(FONT), 47)
    rows: list[str] = []
    for paragraph in source.body.strip().split("\n\n"):
        if rows:
            rows += wrapped("     " + paragraph, font, 1190 - 146 - 34)
        else:
            rows += [paragraph, ""]
    pages, per_page = [], 27
    for start in range(0, len(rows), per_page):
        page = blank_page(rng, 1540, 1190, (0.97, 0.97, 0.96))
        bases = [142 + 51 * k for k in range(27)]
        rule_lines(page, bases, RULE)
        page[:, 128:131] = 0.4 * page[:, 128:131] + 0.6 * np.array(MARGIN)
        placed = []
        for row, base in zip(rows[start : start + per_page], bases, strict=False):
            indent = 60 if row.startswith(" ") else 0
            left = 470 if start == 0 and row == rows[0] else 146 + indent
            placed.append((row.strip(), left + rng.normal(0, 3), base - 3))
        write_with_font(page, rng, font, placed)
        down, across = np.mgrid[0:1540, 0:1190]
        for hole in (210, 770, 1330):
            page[np.hypot(down - hole, across - 52) < 17] = 0.35
        pages.append(scan(page, rng, float(rng.uniform(-0.9, 0.9))))
    day = datetime(2025, 10, 9, 14, 5, tzinfo=UTC).timetuple()
    pages[0].save(
        path, "PDF", save_all=True, append_images=pages[1:], resolution=140.0, quality=62,
        creationDate=day, modDate=day, title="Scan_2025-10-09", producer="Copier, room 4",
    )  # fmt: skip


def save_docx(source: Source, path: Path) -> None:
    """Write a Word file with the author it was typed by; the ZIP's dates are fixed."""
    look, document = source.facts["look"], docx.Document()
    facts = document.core_properties
    facts.author, facts.last_modified_by = look["author"], look.get("saved_by", look["author"])
    facts.title, facts.comments = "", look.get("comment", "")
    facts.created = facts.modified = datetime(2026, 1, 12, 19, 40)
    title, *paragraphs = source.body.strip().split("\n\n")
    document.add_heading(title, level=1)
    for text in paragraphs:
        paragraph = document.add_paragraph()
        for number, run in enumerate(text.split("*")):
            paragraph.add_run(run).italic = number % 2 == 1
    loose = io.BytesIO()
    document.save(loose)
    with (
        zipfile.ZipFile(loose) as made,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as fixed,
    ):
        for name in made.namelist():
            fixed.writestr(zipfile.ZipInfo(name, (2026, 1, 12, 19, 40, 0)), made.read(name),
                           zipfile.ZIP_DEFLATED)  # fmt: skip


def make(source: Source, folder: Path) -> list[str]:
    """Write the files of one piece into `folder` and return their names."""
    names = [str(name) for name in source.facts["files"]]
    form = source.facts["form"]
    if form == "photo":
        lines = source.body.rstrip("\n").split("\n")
        share = -(-len(lines) // len(names))
        for number, name in enumerate(names):
            part = lines[number * share : (number + 1) * share]
            save_photo(source, part, number, folder / name)
    elif form == "pdf":
        save_scan(source, folder / names[0])
    elif form == "docx":
        save_docx(source, folder / names[0])
    else:
        text = source.body
        if form == "text":
            text = text.replace("*", "")
        (folder / names[0]).write_text(text, encoding="utf-8", newline="\n")
    return names


def main() -> None:
    """Make all files, or those of the pieces named, and the list of files when all are made."""
    parser = argparse.ArgumentParser(description="Make the work files of the sample district.")
    parser.add_argument("--only", nargs="*", default=[], metavar="PIECE")
    parser.add_argument("--out", type=Path, default=HERE / "work")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for path in sorted((HERE / "writing").glob("P*.md")):
        source = read_source(path)
        if not chosen.only or source.piece in chosen.only:
            rows.append((source.piece, ";".join(make(source, chosen.out))))
    if not chosen.only:
        with (HERE / "writing" / "files.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("piece", "files"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
