"""Files of a small invented district, and ways to bring them in and to look at what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from calibrate.store.project import Project
from calibrate.store.schema import metadata
from calibrate.workflows.imports import ImportOptions, ImportSummary, check_and_apply

NAMES = ("Zebulon", "Quillfeather", "Xanthippe", "Marrowbone", "Ottoline")
STUDENTS = ("SID70001", "SID70002", "SID70003")

ROSTER = """\
role,person_id,given_name,family_name,school_id,school,classroom_id,classroom,grade,start,end
student,SID70001,Zebulon,Quillfeather,lincoln,Lincoln,lin-1,Room 1,K,2025-08-25,2025-12-31
student,SID70001,Zebulon,Quillfeather,roosevelt,Roosevelt,roo-1,Room R,K,2026-01-01,
student,SID70002,Xanthippe,Quillfeather,lincoln,Lincoln,lin-1,Room 1,1,2025-08-25,
student,SID70003,Zebulon,Marrowbone,roosevelt,Roosevelt,roo-1,Room R,1,2025-08-25,
teacher,T1,Ottoline,Marrowbone,lincoln,Lincoln,lin-1,Room 1,,2025-08-25,
teacher,T2,Peregrine,Marrowbone,roosevelt,Roosevelt,roo-1,Room R,,2025-08-25,
coach,T3,Quenby,Marrowbone,,,,,,,
"""

RUBRIC = """\
id: writing
version: 1
title: Writing
cut: "3"
levels:
  - {id: "1", label: One}
  - {id: "2", label: Two}
  - {id: "3", label: Three}
  - {id: "4", label: Four}
criteria:
  - {id: FOC, name: Focus}
  - id: CONV
    name: Conventions
    levels: [{id: "0", label: None}, {id: "0.5", label: Little}, {id: "1", label: Some}]
codes:
  - {id: BLANK, label: Blank, accountability_value: 0}
"""

WINDOWS = """\
window,title,school_year,starts,ends
fall,Fall,2025-26,2025-09-29,2025-10-10
winter,Winter,2025-26,2026-01-05,2026-01-16
"""

TASKS = """\
task,title,prompt,genre,grades,dok
moment,One moment,Tell it.,narrative,K;1,2
"""

INDEX_HEAD = (
    "piece,student,task,window,genre,language,accommodations,not_scored,collected_on,files,"
    "support,next_step"
)
INDEX = f"""\
{INDEX_HEAD}
P0001,SID70001,moment,fall,,en,,,2025-10-01,,Help with letters,I can leave spaces.
P0002,SID70002,moment,fall,,en,scribed,CONV,2025-10-01,,,
P0003,SID70003,moment,fall,,en,,,2025-10-02,,,
P0004,SID70001,moment,winter,,en,,,2026-01-06,,,
"""

SCORES_HEAD = "piece,rater,criterion,score,code,comment,scored_at,purpose"
SCORES = f"""\
{SCORES_HEAD}
P0001,T1,FOC,3,,,2025-10-06T15:00:00Z,
P0001,T1,CONV,0.5,,see the ends,2025-10-06T15:00:00Z,
P0001,T2,FOC,2,,,2025-10-06T16:00:00Z,independent
P0002,T2,FOC,,BLANK,,2025-10-06T16:00:00Z,independent
P0004,T1,FOC,2,,,2026-01-07T15:00:00Z,independent
P0004,T2,FOC,3,,,2026-01-07T15:00:00Z,
"""

SESSION = """\
id: S01
title: Small moments
held_on: 2025-10-14
window: fall
rubric: writing
version: 1
schools: [lincoln, roosevelt]
facilitator: T3
panel: [T1, T2]
pieces: [P0001, P0003]
agreed: [We read the drawing too.]
open: []
needs: [Spaces between words.]
actions:
  - {who: The team, what: Bring two pieces, due: 2025-11-04}
rubric_notes: []
consensus:
  - {piece: P0001, criterion: FOC, score: 3, reason: One clear moment.}
"""
SESSION_SCORES = """\
session,round,piece,rater,criterion,score,code,minutes
S01,blind,P0001,T1,FOC,4,,5
S01,blind,P0001,T2,FOC,2,,6
S01,blind,P0003,T1,FOC,3,,4
S01,after_discussion,P0001,T2,FOC,3,,1
"""

CONTINUUM = """\
id: continuum
title: Our continuum
levels: [{id: L1, label: Marks}, {id: L2, label: Words, grade: K}]
strands: [{id: ideas, title: Ideas, criteria: [FOC]}]
crosswalk:
  - {strand: ideas, grade: K, rubric: writing, version: 1, low: 1, high: 2.5, level: L1}
  - {strand: ideas, grade: K, rubric: writing, version: 1, low: 2.5, high: 4, level: L2}
exemplars:
  - {level: L2, strand: ideas, piece: P0001, commentary: Look at the ending.}
"""


@dataclass
class District:
    """A project and a folder of files."""

    project: Project
    files: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file beside the others."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def bring(
        self, kind: str, name: str, content: str | bytes, check: bool = False, **options: Any
    ) -> ImportSummary:
        """Write a file and import it."""
        path = self.write(name, content)
        return check_and_apply(self.project, kind, path, check, ImportOptions(**options))

    def rubric(self, text: str = RUBRIC, **more: Any) -> ImportSummary:
        return self.bring("rubric", "rubric.yaml", text, **more)

    def roster(self, text: str = ROSTER, **more: Any) -> ImportSummary:
        return self.bring("roster", "roster.csv", text, **more)

    def scores(self, text: str = SCORES, **more: Any) -> ImportSummary:
        return self.bring("scores", "scores.csv", text, **more)

    def continuum(self, text: str = CONTINUUM, **more: Any) -> ImportSummary:
        return self.bring("continuum", "continuum.yaml", text, **more)

    def work(self, index: str = INDEX, check: bool = False, **files: str | bytes) -> ImportSummary:
        """Import a folder of work; keyword names stand for files, ``__`` for the dot."""
        self.write("work/windows.csv", WINDOWS)
        self.write("work/tasks.csv", TASKS)
        for name, content in files.items():
            self.write("work/" + name.replace("__", "."), content)
        self.write("work/index.csv", index)
        return check_and_apply(self.project, "work", self.files / "work", check)

    def sessions(
        self, session: str = SESSION, scores: str = SESSION_SCORES, check: bool = False
    ) -> ImportSummary:
        self.write("sessions/S01.yaml", session)
        self.write("sessions/scores.csv", scores)
        return check_and_apply(self.project, "sessions", self.files / "sessions", check)

    def ready(self) -> District:
        """Bring in rubric, roster and work."""
        self.rubric()
        self.roster()
        self.work()
        return self

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that the database holds, table by table."""
        with self.project.reading() as unit:
            return {
                table.name: sorted(map(tuple, unit.rows(sa.select(table))), key=repr)
                for table in metadata.sorted_tables
            }

    def stored(self) -> dict[str, bytes]:
        """Every file of work in the project, but for the lock."""
        return {
            str(path.relative_to(self.project.work)): path.read_bytes()
            for path in self.project.work.rglob("*")
            if path.is_file() and path.name != ".import.lock"
        }
