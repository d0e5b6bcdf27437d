"""Sentences of the reveal that are not statistics: who is in it, and which readings join the talk alone."""

from __future__ import annotations

from calibrate.analysis.wording import count
from calibrate.model.scores import Reading, ReadingPurpose
from calibrate.model.session import RoundName
from calibrate.workflows.norming.reveal_records import RevealRecords

_ASIDE = {
    ReadingPurpose.OWN_STUDENT: "by a teacher of this student",
    ReadingPurpose.ADJUDICATION: "a later reading that settled a difference",
    ReadingPurpose.BACK_READ: "a back-reading",
    ReadingPurpose.VALIDITY: "a reading that checked a known score",
}


def about_reading(reading: Reading) -> str:
    """Why a reading joins the discussion and not the reliability; empty where it counts for both."""
    if reading.is_joint:
        return "one score that several agreed together"
    return _ASIDE.get(reading.purpose, "")


def aside_words(abouts: list[str], criterion: str) -> str:
    """The sentence about readings that are shown and not counted, or nothing."""
    if not abouts:
        return ""
    kinds = sorted(set(abouts))
    what = " and ".join(kinds)
    verb = "is" if len(abouts) == 1 else "are"
    return (
        f"{count(len(abouts), 'reading')} more {verb} shown apart ({what}): "
        f"part of the talk about {criterion}, not of the agreement."
    )


def panel_words(found: RevealRecords) -> tuple[str, ...]:
    """Who is in the reveal and who is not, in counts."""
    panel, missing = len(found.panel), found.late + found.absent
    if not missing:
        said = [f"All {panel} on the panel scored." if panel > 1 else "One reader scored."]
    else:
        said = [f"{panel - missing} of {panel} on the panel scored."]
    if found.late:
        said.append(
            f"{found.late} had begun and not committed when the scores were revealed: "
            "what was begun stays sealed."
        )
    if found.absent:
        said.append(f"{found.absent} had not begun when the scores were revealed.")
    if found.second and found.second_missing:
        said.append(f"The second round went without {found.second_missing} of them.")
    return tuple(said)


def unread_reason(found: RevealRecords, piece_id: str) -> str:
    """Why a piece is not on the agenda proper."""
    scored = {one.reading_id for one in found.scores}
    blind = [
        one
        for one in found.readings
        if one.piece_id == piece_id and one.round != RoundName.AFTER_DISCUSSION and one.id in scored
    ]
    if blind:
        return "Nobody read it independently, so there is nothing to compare."
    return "Nobody's scores for it are in this, so there is nothing to compare."
