"""A district large enough that something may be shown outside, and ways to look into what was handed out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tests.workflows.import_kit import (
    CONTINUUM,
    INDEX_HEAD,
    ROSTER,
    SCORES_HEAD,
    District,
)

PEOPLE = ("Zebulon", "Quillfeather", "Xanthippe", "Marrowbone", "Ottoline", "Peregrine", "Quenby")
"""Every name in the invented roster."""


def with_scores(district: District) -> District:
    """Rubric, roster, work, scores, a held session and a continuum."""
    district.ready()
    district.scores()
    district.sessions()
    district.continuum()
    return district


def grown(district: District, each: int = 30) -> District:
    """A first grade of ``each`` children in either school, in the fall, each read by a teacher: 1, 2 or 3."""
    roster, index, scores = [ROSTER.rstrip("\n")], [INDEX_HEAD], [SCORES_HEAD]
    for place, (school, room, title, rater) in enumerate(
        (("lincoln", "lin-1", "Room 1", "T2"), ("roosevelt", "roo-1", "Room R", "T1"))
    ):
        for n in range(each):
            number = 1000 * (place + 1) + n
            child, piece = f"SID8{number}", f"P{number}"
            roster.append(
                f"student,{child},Zebulon,Quillfeather,{school},{school.title()},{room},{title},K,2025-08-25,"
            )
            index.append(f"{piece},{child},moment,fall,,en,,CONV,2025-10-01,,,")
            scores.append(
                f"{piece},{rater},FOC,{1 + 2 * (n % 2)},,,2025-10-06T15:00:00Z,independent"
            )
    district.rubric()
    district.roster("\n".join(roster) + "\n")
    district.work("\n".join(index) + "\n")
    district.scores("\n".join(scores) + "\n")
    district.continuum(CONTINUUM.split("exemplars:")[0])
    return district


def every_byte(path: Path) -> bytes:
    """What a file holds, and what the files in it hold where it is a workbook or a package."""
    content = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return b"\n".join(name.encode() + package.read(name) for name in package.namelist())
