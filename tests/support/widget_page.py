"""A widget in a page of its own: its real script and style, a model like Jupyter's, and the real Python behind it.

What the page saves or sends goes to the Python widget at once; what that changes or answers goes back. So a
test sees rules and drawing together, without a kernel between them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import anywidget
from playwright.sync_api import Page

from tests.support import watching

_STUB = """
async ({ script, state }) => {
  const listeners = new Map();
  let dirty = {};
  const fire = (name, ...values) => (listeners.get(name) ?? []).slice().forEach((one) => one(...values));
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);
  const heard = ({ changes, messages }) => {
    Object.assign(state, changes);
    Object.keys(changes).forEach((name) => fire(`change:${name}`));
    messages.forEach(({ content, buffers }) => fire("msg:custom", content, buffers.map(bytes)));
  };
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; dirty[name] = value; },
    save_changes: () => { const changes = dirty; dirty = {}; window.toPython({ changes }).then(heard); },
    send: (message) => { window.toPython({ message }).then(heard); },
    on: (name, one) => listeners.set(name, [...(listeners.get(name) ?? []), one]),
    off: (name, one) => listeners.set(name, (listeners.get(name) ?? []).filter((other) => other !== one)),
  };
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  await widget.render({ model, el: document.getElementById("here") });
}
"""

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A widget</title>
<meta name="viewport" content="width=device-width"><style>body{{margin:0}}{style}</style></head>
<body><main><h1 style="position:absolute;clip-path:inset(50%)">A widget</h1><div id="here"></div></main></body></html>"""


class WidgetPage:
    """A widget on a Playwright page.

    Parameters
    ----------
    page
        An empty page.
    widget
        The Python widget.
    traits
        The names of the traits that its page reads.

    Attributes
    ----------
    received
        Everything that the page got from Python, as JSON texts, pictures as base64.
    """

    def __init__(self, page: Page, widget: anywidget.AnyWidget, traits: Sequence[str]) -> None:
        self.page = page
        self.widget = widget
        self.traits = tuple(traits)
        self.received: list[str] = []
        self._said: list[dict[str, Any]] = []
        widget.send = self._send  # type: ignore[method-assign]
        page.set_content(_PAGE.format(style=widget._css))
        page.expose_function("toPython", self._heard)
        state = self._state()
        self.received.append(json.dumps(state))
        page.evaluate(_STUB, {"script": str(widget._esm), "state": state})

    def brings(self, what: str) -> str:
        """Wait until the page has got something that holds this text; the last that does."""
        watching.wait_until(
            self.page, lambda: any(what in one for one in self.received), f"{what} did not come"
        )
        return next(one for one in reversed(self.received) if what in one)

    def _state(self) -> dict[str, Any]:
        return {name: getattr(self.widget, name) for name in self.traits}

    def _send(self, content: Any, buffers: Sequence[bytes] | None = None) -> None:
        held = [base64.b64encode(one).decode() for one in buffers or ()]
        self._said.append({"content": content, "buffers": held})

    def _heard(self, asked: dict[str, Any]) -> dict[str, Any]:
        before = self._state()
        self._said = []
        for name, value in asked.get("changes", {}).items():
            setattr(self.widget, name, value)
        if "message" in asked:
            self.widget._handle_custom_msg(asked["message"], [])
        changes = {name: value for name, value in self._state().items() if value != before[name]}
        answer = {"changes": changes, "messages": self._said}
        self.received.append(json.dumps(answer))
        return answer
