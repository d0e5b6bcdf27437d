"""Peers of the agreement statistics that cannot live beside pandas 3, timed by the interpreter of their own environment."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks.panels import LEVELS, scores
from benchmarks.timing import Comparison, best, peak_megabytes
from calibrate.stats.agreement import gwet_ac
from calibrate.stats.icc import ALL_FORMS
from calibrate.stats.ratings import prepare_ratings

#: Peers that run in an environment of their own, the group ``peers`` of pyproject.toml.
PEERS_APART = ("irrCAC", "pingouin")

#: Where ``make peers`` puts it.
PEER_PYTHON = Path(__file__).parents[1] / ".venv-peers" / "bin" / "python"

#: Run by the interpreter of another environment: times one peer on the table that it is given, and prints JSON. Memory is what
#: the process grew by meanwhile, where the system tells (Linux).
_OUTSIDE = """
import json, os, sys, threading, time, warnings
import pandas as pd
warnings.simplefilter("ignore")
long = pd.read_csv(sys.argv[2])
table = long.pivot(index="piece", columns="rater", values="score").reset_index(drop=True)
if sys.argv[1] == "irrCAC":
    from irrCAC.raw import CAC
    def call():
        return CAC(table, weights="quadratic").gwet()["est"]["coefficient_value"]
else:
    import pingouin
    def call():
        found = pingouin.intraclass_corr(long, targets="piece", raters="rater", ratings="score")
        return float(found["ICC"].iloc[1])
def held():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return float("nan")
before = peak = held()
done = threading.Event()
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, held())
watcher = threading.Thread(target=watch)
watcher.start()
start = time.perf_counter()
value = call()
seconds = time.perf_counter() - start
done.set()
watcher.join()
print(json.dumps({"seconds": seconds, "value": float(value), "megabytes": peak - before}))
"""


def outside(python: str | None, judgements: int) -> Iterator[Comparison | str]:
    """Peers that need an environment of their own; a sentence where one does not answer."""
    if python is None:
        yield f"{' and '.join(PEERS_APART)} were not there: make peers, or give --peer-python."
        return
    # pingouin is asked for a table five times as large: the goal of its ratio is set for 100,000 judgements.
    tables = {"irrCAC": scores(judgements // 5, 5), "pingouin": scores(judgements, 5)}
    ours = {
        "irrCAC": (
            "Gwet's AC2 with its error",
            lambda: gwet_ac(prepare_ratings(*tables["irrCAC"], LEVELS)).value,
            1e-4,  # it rounds
        ),
        "pingouin": (
            f"six ICC of {5 * judgements:,}",
            lambda: (
                [form(prepare_ratings(*tables["pingouin"], LEVELS)) for form in ALL_FORMS][2].value
            ),
            1e-6,
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        for peer in PEERS_APART:
            what, call, digits = ours[peer]
            columns = dict(zip(("piece", "rater", "score"), tables[peer], strict=True))
            pd.DataFrame(columns).to_csv(path, index=False)
            try:
                ran = subprocess.run(
                    [python, "-c", _OUTSIDE, peer, str(path)], capture_output=True, text=True
                )
            except OSError as error:
                yield f"{peer} was not there: {error.strerror}"
                continue
            if ran.returncode:
                yield f"{peer} was not there: {' '.join(ran.stderr.strip().splitlines()[-1:])}"
                continue
            answer = json.loads(ran.stdout.strip().splitlines()[-1])
            seconds, value = best(call)
            yield Comparison(
                what,
                peer,
                seconds,
                answer["seconds"],
                abs(value - answer["value"]) < digits,
                peak_megabytes(call),
                answer["megabytes"],
            )


def peer_python() -> str | None:
    """The interpreter that ``make peers`` made, where it was run."""
    return str(PEER_PYTHON) if PEER_PYTHON.exists() else None
