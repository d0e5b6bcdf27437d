"""The page around the widgets: Solara's own, made fit for a school.

It gains a language, room to zoom, our look and a nonce for each of its scripts, and loses what would
cover a page whose connection is away: the desk says that itself, and goes on taking choices.
"""

from __future__ import annotations

import re

from calibrate.errors import ProjectError

_CHANGES = (
    (r"<html>", '<html lang="en">', 1),
    (
        r'<meta name="viewport"[^>]*>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        1,
    ),
    (r'<link rel="icon"[^>]*>\s*', "", 2),
    (r"<v-overlay\b.*?</v-overlay>", "", 2),
    (r"var debug = true;", "var debug = false;", 1),
    (r"console\.log\(\"solara config\".*?\);", "", 1),
)
_HEAD = (
    '<link rel="icon" type="image/svg+xml" href="/assets/mark.svg">'
    '<link rel="stylesheet" href="/assets/room.css">'
)


def shell(page: str, root: str) -> str:
    """The page around the widgets.

    Parameters
    ----------
    page
        Solara's page.
    root
        The page's path, such as ``/desk``.

    Returns
    -------
    str
        The page, with ``{nonce}`` where the nonce of an answer goes.

    Raises
    ------
    ProjectError
        If Solara's page is not the one that this was written for: another version is installed.
    """
    for pattern, new, times in _CHANGES:
        page, found = re.subn(pattern, new, page, flags=re.DOTALL)
        if found != times:
            raise ProjectError(
                "The installed version of Solara is not one that this Calibrate knows.",
                fix="Install the libraries with the versions in constraints.txt.",
            )
    page = page.replace("</head>", f"{_HEAD}</head>", 1)
    script = f'<script src="/assets/room.js" data-root="{root}"></script>'
    page = page.replace("</html>", f"{script}</html>", 1)
    return re.sub(
        r"<script\b(?! type=\"(?:x-template|application/json)\")", '<script nonce="{nonce}"', page
    )
