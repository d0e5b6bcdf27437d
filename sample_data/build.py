"""Make the sample district's data from a stated truth: run ``python sample_data/build.py``.

The same seed and the same writings give the same bytes. What is invented by people (the students' writing, the tasks,
the plan of the sessions, the continuum) is read; everything else is written: the roster, the index of the work, all
scores, the session files, and ``truth.json``, which says what the analysis should find.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anchors
import meetings
import people
import pieces
import readings
import task_ratings
import writings
import yaml
from district import ROOMS
from truth import hand_of
from truth_file import stated_truth

HERE = Path(__file__).parent


def _write_table(path: Path, columns: list[str], rows: Iterable[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_yaml(path: Path, value: dict[str, Any]) -> None:
    path.write_text(
        yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8"
    )


def build(out: Path = HERE, source: Path = HERE) -> None:
    """Write the whole district's data below ``out``; the writings are read from ``source``."""
    texts = writings.read(source)
    pupils, staff = people.children(), people.adults()
    work = pieces.pieces(texts, pupils)
    hands = {adult.id: hand_of(adult) for adult in staff}
    rooms = {room.id: room.grades for room in ROOMS}
    desk = readings.Desk(staff, hands, texts.codes, rooms)
    in_sessions = {code for plan in texts.sessions for code in plan["pieces"]}
    by_code = {piece.code: piece for piece in work}
    everyday = readings.everyday_readings(work, desk, in_sessions)
    held = [
        meetings.hold(number, plan, staff, by_code, hands, texts.codes, rooms)
        for number, plan in enumerate(texts.sessions)
    ]
    _write_table(out / "roster.csv", people.COLUMNS, people.roster_rows(pupils, staff))
    _write_table(out / "work" / "windows.csv", pieces.WINDOW_COLUMNS, pieces.window_rows())
    _write_table(out / "work" / "index.csv", pieces.COLUMNS, pieces.index_rows(work))
    everyday_rows = readings.operational_rows(everyday)
    _write_table(out / "scores" / "operational.csv", readings.COLUMNS, everyday_rows)
    session_rows = [row for meeting in held for row in meetings.score_rows(meeting)]
    _write_table(out / "sessions" / "scores.csv", meetings.COLUMNS, session_rows)
    later = anchors.validity_readings(held, staff, hands, texts.codes, rooms)
    later_rows = readings.operational_rows(later)
    _write_table(out / "scores" / "validity.csv", readings.COLUMNS, later_rows)
    rated = task_ratings.rating_rows(texts.tasks, staff)
    _write_table(out / "scores" / "task-ratings.csv", task_ratings.COLUMNS, rated)
    for meeting in held:
        file = meetings.session_file(meeting, texts.criteria)
        file["anchors"] = anchors.anchors_of(meeting)
        _write_yaml(out / "sessions" / f"{meeting.id}.yaml", file)
    truth = stated_truth(pupils, staff, work, hands, [meeting.id for meeting in held])
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (out / "truth.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Build into this folder, or into ``--out``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: here)")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
