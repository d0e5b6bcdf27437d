"""The door to the scoring desk in a notebook: one's personal link, in a field that hides it."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from calibrate.errors import CalibrateError
from calibrate.widgets.desk import ScoringDesk
from calibrate.workflows.norming import NormingProject, open_norming, seat_from_link
from calibrate.workflows.norming.links import token_in

_HELLO = "Paste your personal link, or the letters at its end, and choose Start scoring."
_EMPTY = "The field is empty. Paste the link that the facilitator gave you."


def blind_scoring(project: Path | str | NormingProject) -> ipywidgets.VBox:
    """A form for the personal link; the right link opens its rater's desk in the same place.

    The link is taken out of the form as soon as it was used, so that it is in no notebook that is
    saved, and the next person at this machine does not find it.

    Parameters
    ----------
    project
        The project, or its folder.

    Returns
    -------
    ipywidgets.VBox
        The form, to be shown by a notebook.
    """
    link = ipywidgets.Password(
        description="Your link",
        continuous_update=False,
        layout=ipywidgets.Layout(width="min(100%, 36rem)"),
    )
    start = ipywidgets.Button(description="Start scoring", button_style="primary")
    told = ipywidgets.HTML(f"<p>{_HELLO}</p>")
    form = ipywidgets.VBox([told, link, start])

    def come_in(_: object) -> None:
        typed, link.value = link.value, ""
        if not typed.strip():
            told.value = _said(_EMPTY)
            return
        try:
            opened = open_norming(project) if isinstance(project, str | Path) else project
            desk = ScoringDesk(opened, seat_from_link(opened, token_in(typed)))
        except CalibrateError as error:
            told.value = _said(str(error))
            return
        form.children = (desk,)

    start.on_click(come_in)
    return form


def _said(message: str) -> str:
    from html import escape

    return f'<p role="alert"><strong>{escape(message)}</strong></p>'
