"""Tables of a report, drawn by great-tables and dressed by the report's own style sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

import great_tables as gt
import pandas as pd

from calibrate.reports.blocks import Block

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_CARDS_FROM = 3
"""On a phone a table of so many columns beside its row's name is a card for each row, every value under its heading."""

_IDS = re.compile(r' (?:id|headers|aria-labelledby|aria-describedby)="[^"]*"')


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    row_name: str | None = None,
    percents: Sequence[str] = (),
    decimals: Mapping[str, int] | None = None,
    notes: Sequence[str] = (),
    centered: Sequence[str] = (),
    missing: str = "–",
) -> Block:
    """Show a small table.

    Parameters
    ----------
    frame
        One row per line, one column per column; column names are the headings.
    caption
        What the table holds; a screen reader says it first.
    row_name
        The column that names the rows.
    percents
        Columns of proportions (0-1), shown as whole percents.
    decimals
        Columns of numbers with so many decimals.
    notes
        Remarks below the table.
    centered
        Columns of short marks.
    missing
        What stands where there is no value.
    """
    drawn = gt.GT(frame.reset_index(drop=True), rowname_col=row_name)
    if row_name:
        drawn = drawn.tab_stubhead(row_name)
    numeric = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]
    if percents:
        drawn = drawn.fmt_percent([n for n in percents if n in numeric], decimals=0)
    for name, places in (decimals or {}).items():
        if name in numeric:
            drawn = drawn.fmt_number(name, decimals=places)
    drawn = drawn.sub_missing(missing_text=missing)
    if centered:
        drawn = drawn.cols_align("center", columns=list(centered))
    for remark in notes:
        drawn = drawn.tab_source_note(remark)
    html = _STYLE.sub("", drawn.as_raw_html(make_page=False))
    html = re.sub(
        r'<div id="[^"]*" style="[^"]*">',
        f'<div class="table" role="group" tabindex="0" aria-label="{escape(caption)}">',
        html,
        count=1,
    )
    html = _IDS.sub("", html)  # scope= says the same, and ids would repeat from table to table
    heads = [str(name) for name in frame.columns if name != row_name]
    if len(heads) >= _CARDS_FROM:
        html = _as_cards(html, heads)
    start = html.index("<table")
    end = html.index(">", start) + 1
    return Block(f"{html[:end]}<caption>{escape(caption)}</caption>{html[end:]}")


def _as_cards(html: str, heads: Sequence[str]) -> str:
    """The table with each value carrying its heading, for the style sheet to show where columns do not fit."""
    start, end = html.index("<tbody"), html.index("</tbody>")
    rows = html[start:end].split("</tr>")
    for at, row in enumerate(rows):
        first, *values = row.split("<td")
        named = zip(values, [*heads, *[""] * len(values)], strict=False)
        rows[at] = first + "".join(f'<td data-label="{escape(name)}"{one}' for one, name in named)
    html = html[:start] + "</tr>".join(rows) + html[end:]
    return html.replace('class="table"', 'class="table cards"', 1)
