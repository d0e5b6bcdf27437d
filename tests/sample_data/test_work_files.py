"""The files that the sample schools hand in look like a school's, with all that an import must strip."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import docx
import numpy as np
import pypdfium2
import pytest
import yaml
from PIL import Image

from calibrate.resources import sample_data

WORK = sample_data("work")


def _sources() -> dict[str, tuple[dict, str]]:
    found = {}
    for path in sorted(sample_data("writing").glob("P*.md")):
        text = path.read_text(encoding="utf-8")
        _, front, body = re.split(r"^---\n", text, maxsplit=2, flags=re.M)
        found[path.stem] = (yaml.safe_load(front), body.strip())
    return found


SOURCES = _sources()


def _names(form: str) -> list[str]:
    return [
        name for facts, _ in SOURCES.values() if facts["form"] == form for name in facts["files"]
    ]


def test_every_file_exists_is_listed_and_belongs_to_one_piece() -> None:
    with sample_data("writing", "files.csv").open(encoding="utf-8", newline="") as stream:
        listed = {row["piece"]: row["files"].split(";") for row in csv.DictReader(stream)}
    assert listed == {code: facts["files"] for code, (facts, _) in SOURCES.items()}
    names = [name for files in listed.values() for name in files]
    assert len(set(names)) == len(names)
    on_disk = {path.name for path in WORK.iterdir() if path.suffix != ".csv"}
    assert on_disk == set(names)


def test_the_work_folder_is_under_8_megabytes() -> None:
    assert sum(path.stat().st_size for path in WORK.iterdir()) < 8_000_000


def test_there_are_photos_a_scan_word_files_and_markdown() -> None:
    assert len(_names("photo")) >= 8
    assert len(_names("docx")) >= 3
    assert len(_names("pdf")) >= 1 and len(_names("markdown")) >= 1


@pytest.mark.parametrize("code", [c for c, (f, _) in SOURCES.items() if f["form"] == "text"])
def test_a_text_file_holds_exactly_what_the_child_wrote(code: str) -> None:
    facts, body = SOURCES[code]
    assert (WORK / facts["files"][0]).read_text(encoding="utf-8") == body.replace("*", "") + "\n"


@pytest.mark.parametrize("code", [c for c, (f, _) in SOURCES.items() if f["form"] == "docx"])
def test_a_word_file_holds_the_text_and_names_somebody(code: str) -> None:
    facts, body = SOURCES[code]
    document = docx.Document(str(WORK / facts["files"][0]))
    words = " ".join(paragraph.text for paragraph in document.paragraphs).split()
    assert words == body.replace("*", "").split()
    assert document.core_properties.author == facts["look"]["author"]


def test_the_scan_has_several_pages_and_no_text_layer() -> None:
    scan = pypdfium2.PdfDocument(WORK / _names("pdf")[0])
    assert len(scan) >= 2
    for number in range(len(scan)):
        assert scan[number].get_textpage().get_text_range().strip() == ""
        dots = np.asarray(scan[number].render(scale=0.5, grayscale=True).to_pil())
        assert dots.mean() > 200 and dots.min() < 110


@pytest.mark.parametrize("name", _names("photo"))
def test_a_photo_is_big_enough_to_read_and_has_dark_and_light(name: str) -> None:
    with Image.open(WORK / name) as photo:
        assert photo.format == "JPEG"
        assert max(photo.size) >= 1100
        gray = np.asarray(photo.convert("L"))
    assert gray.min() < 90 and np.percentile(gray, 70) > 170


def test_photos_carry_a_camera_a_position_and_a_sideways_one_for_the_import_to_strip() -> None:
    cameras = positions = sideways = 0
    for name in _names("photo"):
        with Image.open(WORK / name) as photo:
            exif = photo.getexif()
            cameras += 0x0110 in exif
            positions += bool(exif.get_ifd(0x8825))
            if exif.get(0x0112) == 6:
                sideways += 1
                assert photo.height > photo.width, "the dots lie on their side"
    assert cameras >= 3 and positions >= 2 and sideways >= 1


def test_some_file_names_name_their_child_for_the_import_to_hide() -> None:
    with sample_data("roster.csv").open(encoding="utf-8", newline="") as stream:
        given = {row["person_id"]: row["given_name"] for row in csv.DictReader(stream)}
    with (WORK / "index.csv").open(encoding="utf-8", newline="") as stream:
        telling = [
            row["piece"]
            for row in csv.DictReader(stream)
            if given[row["student"]].lower() in re.split(r"[ _.]", row["files"].lower())
        ]
    assert len(telling) >= 4


def test_the_script_makes_the_same_files_again(tmp_path: Path) -> None:
    again = ["P0004", "P0030", "P0032", "P0041"]  # a text, a photo, Markdown, Word
    script = sample_data("make_work_files.py")
    command = [sys.executable, str(script), "--out", str(tmp_path), "--only", *again]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    for code in again:
        for name in SOURCES[code][0]["files"]:
            made, kept = tmp_path / name, WORK / name
            if made.suffix == ".jpg":
                with Image.open(made) as one, Image.open(kept) as two:
                    apart = np.asarray(one, dtype=float) - np.asarray(two, dtype=float)
                assert np.abs(apart).mean() < 2
            elif made.suffix == ".docx":
                first, second = docx.Document(str(made)), docx.Document(str(kept))
                assert [p.text for p in first.paragraphs] == [p.text for p in second.paragraphs]
            else:
                assert made.read_bytes() == kept.read_bytes()
