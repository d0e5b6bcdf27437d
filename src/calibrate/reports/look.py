"""The report's look: page templates filled, with the shared style sheet in them.

Report notebooks import this; it must stay light, for every report starts a fresh kernel.
"""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, select_autoescape

from calibrate import resources


def render_page(template: str, *, look: str = "report.css", **values: object) -> str:
    """Fill a page template of ``templates/report_look`` with a style sheet of the same folder in it."""
    folder = resources.template("report_look")
    style = (folder / look).read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(["html", "j2"])
    )
    return environment.get_template(template).render(style=style, **values)
