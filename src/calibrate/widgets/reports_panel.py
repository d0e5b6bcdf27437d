"""Make and browse reports in a notebook. Python keeps the rules; ``static/reports_panel.js`` draws.

The list travels in answers to the page's questions, never in the widget's state: a notebook that is saved
keeps no rater's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget

from calibrate.errors import CalibrateError
from calibrate.widgets.report_run import ReportRun, Shelf, Wanted

_STATIC = Path(__file__).parent / "static"
_SCRIPTS = ("elements.js", "page_parts.js", "reports_panel.js")
_UNREADABLE = "The project’s folder cannot be read just now. Please try again."


class ReportsPanel(anywidget.AnyWidget):
    """The reports of a project: which there are, how old they are, and a button that makes them.

    Parameters
    ----------
    shelf
        Where the reports lie and who makes them (`calibrate.reports.shelf.ReportShelf`), handed in by the
        notebook.
    address
        What stands before a report's path in a link, where the page is not shown by JupyterLab.

    Attributes
    ----------
    run
        The run under way, or the last one.
    """

    _esm = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = _STATIC / "reports_panel.css"

    def __init__(self, shelf: Shelf, *, address: str = "") -> None:
        self._shelf = shelf
        self._address = address
        self.run = ReportRun(shelf)
        super().__init__()
        self.on_msg(self._heard)

    def _heard(self, _: Any, content: Any, buffers: Any) -> None:
        """Answer the page; a refusal is said there, in words."""
        if not isinstance(content, dict):
            return
        answer = {
            "contents": self._contents,
            "run": self._run,
            "stop": self._stop,
            "how-far": self._how_far,
        }.get(str(content.get("ask")))
        if answer is None:
            return
        try:
            said = answer(content)
        except CalibrateError as error:
            said = {"type": "refused", "words": str(error)}
        except OSError:
            said = {"type": "refused", "words": _UNREADABLE}
        self.send({**said, "n": content.get("n")})

    def _contents(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "contents",
            "shelf": self._shelf.contents(),
            "address": self._address,
            "run": self.run.state(),
        }

    def _run(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        began = self.run.start(self._wanted(asked))
        return {"type": "run", "began": began, "run": self.run.state()}

    def _wanted(self, asked: Mapping[str, Any]) -> list[Wanted]:
        """The reports asked for, as far as they exist; in the order of the list."""
        shelf = self._shelf.contents()
        kind = next((one for one in shelf["kinds"] if one["id"] == asked.get("kind")), None)
        ids = asked.get("ids")
        if kind is None or not isinstance(ids, list):
            raise CalibrateError("Choose what to make first.")
        edition = asked.get("edition", "inside")
        if edition not in kind["editions"]:
            raise CalibrateError("These reports are for staff alone.")
        windows = [one["id"] for one in shelf["windows"]] if kind["windows"] else []
        window = asked.get("window", "")
        window = window if window in windows else ""
        formats = tuple(
            one["id"] for one in shelf["formats"] if one["id"] in (asked.get("formats") or ())
        )
        wanted = [
            Wanted(kind["id"], one["id"], one["title"], window, edition, formats)
            for one in kind["things"]
            if one["id"] in ids
        ]
        if not wanted:
            raise CalibrateError("Choose at least one report to make.")
        return wanted

    def _stop(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self.run.stop()
        return {"type": "run", "run": self.run.state()}

    def _how_far(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": "run", "run": self.run.state()}

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The live panel, and in words what it is for a notebook that is read without a kernel."""
        found = super()._repr_mimebundle_(**options)
        if found is None:
            return None
        data, metadata = found if isinstance(found, tuple) else (found, {})
        words = "The reports of this project. Run the notebook to make them or to open them."
        return {**data, "text/plain": words}, metadata
