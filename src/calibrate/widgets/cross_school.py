"""Schools beside each other in a notebook. Python keeps the rules; ``static/cross_school.js`` draws.

What the page receives: counts, shares and differences of schools with their intervals, and sentences; of
no reader and of no student anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from calibrate.analysis.severity import TOTAL
from calibrate.errors import CalibrateError
from calibrate.widgets import cross_school_state
from calibrate.widgets.settled_choice import SettledChoice, one_of
from calibrate.workflows.school_comparison import SchoolSource, open_schools

_STATIC = Path(__file__).parent / "static"
_SCRIPTS = ("elements.js", "page_parts.js", "cross_school_parts.js", "cross_school.js")


class CrossSchool(SettledChoice, anywidget.AnyWidget):
    """Is a 3 here a 3 there: who shares work with whom, and what it says.

    Parameters
    ----------
    project
        The project's folder, or its schools already loaded
        (`calibrate.workflows.school_comparison.open_schools`). A project that cannot be shown yet is
        said in plain words in the place of the view.
    window
        The window that it opens with; empty for the whole year.
    """

    _esm = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = _STATIC / "cross_school.css"

    setup = traitlets.Dict().tag(sync=True)
    choice = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, project: Path | str | SchoolSource, *, window: str = "") -> None:
        super().__init__()
        self._source: SchoolSource | None = None
        try:
            self._source = (
                project if isinstance(project, SchoolSource) else open_schools(Path(project))
            )
        except CalibrateError as error:
            self.setup = {"refused": str(error)}
            return
        except OSError:
            self.setup = {"refused": "The project’s folder cannot be read just now."}
            return
        known = [one.id for one in self._source.facts.windows]
        if window and window not in known:
            self.setup = {
                "refused": f"There is no window {window!r}. The windows are: {', '.join(known)}."
            }
            return
        self.setup = cross_school_state.setup(self._source)
        self.choice = self._settled({"window": window})
        self.observe(self._chosen, "choice")
        self._show()

    def _settled(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """The choice that was asked for, as far as it exists."""
        source = self._source
        if source is None:
            return {}
        window = one_of(asked.get("window"), [one.id for one in source.facts.windows], "")
        schools = list(source.comparison(window).links.groups)
        one = one_of(asked.get("school"), schools, "")
        beside = [] if not one else [other for other in schools if other != one]
        return {
            "window": window,
            "criterion": one_of(asked.get("criterion"), list(source.facts.scales), TOTAL),
            "school": one,
            "beside": one_of(asked.get("beside"), beside, ""),
        }

    def _show(self) -> None:
        if self._source is not None:
            self.view = cross_school_state.view(self._source, dict(self.choice))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The live view, and its sentences alone for a notebook that is read without a kernel."""
        found = super()._repr_mimebundle_(**options)
        if found is None:
            return None
        data, metadata = found if isinstance(found, tuple) else (found, {})
        told = cross_school_state.plain_words(self.setup, self.view)
        return {**data, "text/plain": "\n".join(told)}, metadata
