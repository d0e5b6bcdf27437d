"""What every report ends with: how to read the numbers, and where they come from."""

from __future__ import annotations

import hashlib
import platform
from html import escape
from importlib.metadata import version

import pandas as pd

from calibrate import __version__
from calibrate.model.resolution import resolution_rule
from calibrate.model.roster import Edition
from calibrate.reports.blocks import Block
from calibrate.reports.look import render_page

_LIBRARIES = ("krippendorff", "numpy", "pandas", "scipy", "seaborn", "papermill")


def how_to_read() -> Block:
    """The page on how to read the numbers."""
    return Block(render_page("how-to-read.html.j2"))


def hash_of_input(*tables: pd.DataFrame) -> str:
    """SHA-256 over what a report was computed from, whatever the order of its rows (16 digits)."""
    digest = hashlib.sha256()
    for table in tables:
        lines = sorted(
            table.reindex(columns=sorted(table.columns))
            .to_csv(index=False, header=False)
            .splitlines()
        )
        digest.update("\n".join([",".join(sorted(table.columns)), *lines]).encode())
    return digest.hexdigest()[:16]


def footer(
    *,
    input_hash: str,
    rule_id: str,
    min_n: int,
    edition: Edition,
    facts: str = "",
    hidden: str = "Nothing: this is the inside edition, for staff. Hand out the outside edition instead.",
) -> Block:
    """The report's footer: versions, the input's hash, the resolution rule, the suppression rule.

    ``hidden`` says of an inside report who it is for; the outside edition names its rule itself.
    """
    rule = resolution_rule(rule_id)
    if edition is Edition.OUTSIDE:
        hidden = (
            f"Groups of fewer than {min_n} students are hidden (*), with as many more as it takes that "
            "no hidden number can be worked out from the others."
        )
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    rows = {
        "Made with": f"Calibrate {__version__}; Python {platform.python_version()}; {versions}",
        "Made from": f"{facts + '; ' if facts else ''}input {input_hash}",
        "Score of record": f"the panel’s consensus where there is one; otherwise {rule.id}: {rule.title}",
        "Hidden": hidden,
    }
    body = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in rows.items())
    return Block(f'<footer class="footer"><dl>{body}</dl></footer>')
