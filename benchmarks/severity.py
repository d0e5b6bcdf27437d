"""The many-facet Rasch model at a district's size: seconds and memory beside the goals, a peer, and honest errors.

``python -m benchmarks.severity`` prints three tables:

* joint and marginal estimates with errors, fit and rater table at 1e5 and 1e6 judgements (4 criteria, 500 raters, 2-4 readings a
  piece), each in a process of its own, with the goals that hold on two cores;
* smaller tables through RaschPy beside us, measures, errors and fit of both (TAM is R's, and not run here);
* how large standard errors are beside the scatter of the estimates over 500 drawn panels, with and without halo.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Comparison
from calibrate.stats.facets import FacetsFit, Judgements, fit_facets, prepare_judgements

TAU = np.array([-1.5, 0.0, 1.5])
LEVELS = [0.0, 1.0, 2.0, 3.0]

#: Seconds and megabytes that an estimator may take at a million judgements.
GOALS = {"jml": (3.0, 600.0), "mml": (30.0, None)}


def district(
    judgements: int, *, raters: int = 500, criteria: int = 4, seed: int = 1
) -> tuple[np.ndarray, ...]:
    """Piece, rater, criterion and score of about so many judgements: every piece is read by 2 to 4 raters."""
    random = np.random.default_rng(seed)
    pieces = max(judgements // (3 * criteria), 2)
    readings = random.integers(2, 5, pieces)
    first, stride = random.integers(0, raters, pieces), random.integers(1, raters // 4 + 1, pieces)
    of = np.repeat(np.arange(pieces), readings)
    turn = np.arange(len(of)) - np.repeat(np.r_[0, np.cumsum(readings)[:-1]], readings)
    who = (first[of] + stride[of] * turn) % raters
    piece, rater = np.repeat(of, criteria), np.repeat(who, criteria)
    criterion = np.tile(np.arange(criteria), len(of))
    severity = random.normal(0, 0.6, raters)
    eta = random.normal(0, 1.5, pieces)[piece] - (severity - severity.mean())[rater]
    eta -= np.linspace(-0.5, 0.5, criteria)[criterion]
    return piece, rater, criterion, _scores(eta, random)


def panel(
    seed: int, halo: float, pieces: int, raters: int = 8, each: int = 3, criteria: int = 4
) -> Judgements:
    """A panel drawn from the model; ``halo`` is the spread of what a rater makes of a piece on all criteria, logits."""
    random = np.random.default_rng(seed)
    readers = np.concatenate([random.permutation(raters)[:each] for _ in range(pieces)])
    piece, rater = np.repeat(np.arange(pieces), each * criteria), np.repeat(readers, criteria)
    criterion = np.tile(np.arange(criteria), pieces * each)
    eta = random.normal(0, 1.2, pieces)[piece] - np.linspace(-0.8, 0.8, raters)[rater]
    eta -= np.linspace(-0.6, 0.6, criteria)[criterion]
    eta += np.repeat(random.normal(0, halo, pieces * each), criteria)
    return prepared(piece, rater, criterion, _scores(eta, random))


def _scores(eta: np.ndarray, random: np.random.Generator) -> np.ndarray:
    chances = np.exp(np.arange(4)[:, None] * eta - np.r_[0, np.cumsum(TAU)][:, None])
    chances /= chances.sum(axis=0)
    return (random.random(len(eta)) > np.cumsum(chances, axis=0)).sum(axis=0).astype(float)


def prepared(*columns: np.ndarray) -> Judgements:
    return prepare_judgements(*columns, {str(c): LEVELS for c in np.unique(columns[2])})


def timed(estimator: str, judgements: int) -> dict[str, float]:
    """Seconds and megabytes from long arrays to measures, errors and fit, in this process."""
    columns = district(judgements)
    start, begun = time.perf_counter(), time.process_time()
    fit = fit_facets(prepared(*columns), estimator=estimator)
    return {
        "n": len(columns[0]),
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - begun,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "iterations": fit.iterations,
    }


def in_its_own_process(estimator: str, judgements: int) -> dict[str, float]:
    """`timed` in a fresh process, so that its memory is its own."""
    code = f"import json; from benchmarks.severity import timed; print(json.dumps(timed({estimator!r}, {judgements})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def with_raschpy(judgements: int, raters: int) -> Comparison:
    """Joint estimates here beside RaschPy's composite likelihood; ``same`` is whether severities correlate over 0.9.

    The two estimate the same severities by different likelihoods.
    """
    import pandas as pd  # here, so that the memory of `timed` is Calibrate's alone
    from raschpy import MFRM

    columns = district(judgements, raters=raters)
    start = time.perf_counter()
    ours = fit_facets(prepared(*columns), estimator="jml").tables["rater"]
    our_seconds = time.perf_counter() - start
    start = time.perf_counter()
    names = ("Person", "Rater", "Item", "score")
    long = pd.DataFrame(dict(zip(names, columns, strict=True)))
    theirs = MFRM(
        long.pivot(index=["Rater", "Person"], columns="Item", values="score"), max_score=3
    )
    theirs.calibrate_global()
    theirs.std_errors_global()
    theirs.fit_statistics_global()
    their_seconds = time.perf_counter() - start
    found = theirs.raters_global.loc[[int(one) for one in ours.ids]].to_numpy(dtype=float)
    alike = bool(np.corrcoef(found, ours.measure)[0, 1] > 0.9)
    what = f"severity of {raters} raters, {len(columns[0]):,} judgements"
    return Comparison(what, "RaschPy", our_seconds, their_seconds, alike)


def compare(judgements: int) -> Iterator[Comparison]:
    """The peer beside us, for ``python -m benchmarks``."""
    yield with_raschpy(min(judgements, 10_000), 50)


def error_ratio(estimator: str, halo: float, pieces: int, draws: int = 500) -> tuple[float, float]:
    """Mean standard error over the scatter of the estimates, averaged over raters, criteria and thresholds; and for raters."""
    measures, errors = [], []
    for seed in range(draws):
        fit = fit_facets(panel(seed, halo, pieces), estimator=estimator)
        measures.append(_parameters(fit, "measure"))
        errors.append(_parameters(fit, "se"))
    scatter = np.std(measures, axis=0, ddof=1)
    ratio = np.mean(errors, axis=0) / scatter
    return float(ratio.mean()), float(ratio[:8].mean())


def _parameters(fit: FacetsFit, field: str) -> np.ndarray:
    steps = [
        step.threshold if field == "measure" else step.se
        for step in fit.steps
        if step.criterion == "0"
    ]
    return np.concatenate(
        [getattr(fit.tables["rater"], field), getattr(fit.tables["criterion"], field), steps]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.severity", description=__doc__)
    parser.add_argument("--judgements", type=int, default=1_000_000)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--peer-seconds", type=int, default=60, help="0 leaves the peer out")
    arguments = parser.parse_args()
    for size in (arguments.judgements // 10, arguments.judgements):
        for estimator, (seconds, megabytes) in GOALS.items():
            found = in_its_own_process(estimator, size)
            goal = f"goal at a million: {seconds:g} s" + (
                f", {megabytes:g} MB" if megabytes else ""
            )
            print(
                f"{estimator}  {found['n']:>9,.0f} judgements  {found['seconds']:6.2f} s "
                f"(processor {found['cpu']:.2f} s)  {found['megabytes']:5.0f} MB  "
                f"{found['iterations']:.0f} steps   {goal}",
                flush=True,
            )
    if arguments.peer_seconds:
        for size, raters in ((10_000, 50), (100_000, 500)):
            peer = with_raschpy(size, raters)
            print(
                f"{peer.what}: {peer.ours:.2f} s, {peer.peer} {peer.theirs:.2f} s ({peer.ratio:.0f} times as long), "
                f"alike: {peer.same}",
                flush=True,
            )
            if peer.theirs > arguments.peer_seconds:
                break
    for estimator in GOALS if arguments.draws else ():
        for pieces in (120, 40):
            for halo in (0.0, 0.8):
                every, raters_only = error_ratio(estimator, halo, pieces, arguments.draws)
                print(
                    f"{estimator}  {pieces} pieces, halo {halo:g}: standard error over scatter {every:.3f} "
                    f"(raters {raters_only:.3f}), {arguments.draws} panels",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
