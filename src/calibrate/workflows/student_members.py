"""Which student groups the pieces of a project belong to: by language, accommodation and programme."""

from __future__ import annotations

import pandas as pd

from calibrate.analysis.student_groups import without_the_majority
from calibrate.store.project import Project

LANGUAGES = {
    "ar": "Arabic",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hmn": "Hmong",
    "ht": "Haitian Creole",
    "ko": "Korean",
    "pt": "Portuguese",
    "ru": "Russian",
    "so": "Somali",
    "tl": "Tagalog",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""What the commonest languages of a piece are called."""


def student_members(project: Project) -> pd.DataFrame:
    """Every piece with the groups that its work or its writer belongs to.

    Returns
    -------
    pandas.DataFrame
        Columns ``attribute`` (language, accommodation, programme), ``group`` and ``piece`` (its
        code). A group that holds more than half of the pieces, such as the common language, is
        left out: it is what the others are set beside.
    """
    with project.reading() as unit:
        pieces = [one for one in unit.work.pieces.all() if one.student_id]
        programs: dict[str, list[str]] = {}
        for one in unit.people.programs.all():
            programs.setdefault(one.student_id, []).append(one.program)
    rows = []
    for piece in pieces:
        language = LANGUAGES.get(piece.language, piece.language)
        rows += [("language", f"work in {language}", piece.code)] if language else []
        rows += [("accommodation", one, piece.code) for one in piece.accommodations]
        rows += [("programme", one, piece.code) for one in programs.get(piece.student_id or "", ())]
    found = pd.DataFrame(rows, columns=["attribute", "group", "piece"]).drop_duplicates()
    return without_the_majority(found, len(pieces))
