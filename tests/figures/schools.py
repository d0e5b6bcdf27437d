"""A school, its roll and its continuum, for pictures."""

import numpy as np
import pandas as pd

from calibrate.model.continuum import AcademicLevel, Continuum, CrosswalkRow, Strand
from tests.analysis.districts import CRITERIA


def continuum():
    levels = tuple(
        AcademicLevel(f"L{i}", f"L{i}", i, grade)
        for i, grade in zip(
            range(1, 11), (None, "KG", *(f"{g:02d}" for g in range(1, 9))), strict=True
        )
    )
    rows = []
    for place in range(9):
        grade = "KG" if place == 0 else f"{place:02d}"
        for low, high, steps in ((1, 1.5, -2), (1.5, 2.5, -1), (2.5, 3.5, 0), (3.5, 4, 1)):
            at = min(max(place + 2 + steps, 1), 10)
            rows.append(CrosswalkRow("all", grade, "w", 1, low, high, f"L{at}"))
    return Continuum("c", "Continuum", levels, (Strand("all", "Writing", CRITERIA),), tuple(rows))


def school(rooms=12, size=22, windows=("fall", "spring")):
    """Records and roll of a K-5 school: two rooms a grade, the last child of each without a piece."""
    rng = np.random.default_rng(6)
    rows, roll = [], []
    for room in range(rooms):
        grade = "KG" if room % 6 == 0 else f"{room % 6:02d}"
        for child in range(size):
            quality = rng.normal(2.4, 0.8)
            for late, window in enumerate(windows):
                who = {"student": f"s{room}-{child}", "window": window, "grade": grade}
                roll.append({**who, "school": "lincoln", "classroom": f"room {room}"})
                if child == size - 1:
                    continue
                for criterion in CRITERIA:
                    value = float(np.clip(round(quality + late + rng.normal(0, 0.3)), 1, 4))
                    rows.append(
                        {
                            **who,
                            "piece": f"P{room}-{child}-{window}",
                            "criterion": criterion,
                            "piece_school": "lincoln",
                            "piece_classroom": f"room {room}",
                            "state": "settled",
                            "value": value,
                            "code": pd.NA,
                        }
                    )
    return pd.DataFrame(rows), pd.DataFrame(roll)
