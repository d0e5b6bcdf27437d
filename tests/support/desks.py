"""The scoring desk in a real browser: the page's half as it is shipped, bridged to the real Python half."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page

from calibrate.model.work import MediaKind, WorkFile
from calibrate.widgets.desk import ScoringDesk
from tests.support.norming import Room

ADDRESS = "http://127.0.0.1:9/desk.html"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Scoring</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>body{margin:0}{css}</style></head><body><main><h1 style="position:absolute;clip-path:inset(50%)">Scoring</h1>
<div id="desk"></div></main>
<script type="module">
const heard = new Set();
const model = {
  on: (name, listener) => heard.add(listener),
  off: (name, listener) => heard.delete(listener),
  async send(content) {
    const answers = JSON.parse(await window.askPython(JSON.stringify(content)));
    for (const [answer, files] of answers) {
      const buffers = files.map((text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer));
      for (const listener of [...heard]) listener(answer, buffers);
    }
  },
};
window.hear = (content) => [...heard].forEach((listener) => listener(content, []));
const here = { model, el: document.getElementById("desk") };
const { default: widget } = await import("/desk.js");
let leave = widget.render(here);
window.again = async () => {
  leave();
  const { default: fresh } = await import("/desk.js?again");
  leave = fresh.render(here);
};
</script></body></html>
"""
TEXT = "My dog 🐕 is old. He sleeps all day! When I call him, he lifts one ear. Then he sleeps again.\n"
HTML = "<p>The <strong>bus</strong> was late.</p><p>We waited in the rain and sang.</p>"


def picture() -> bytes:
    """A small page with lines on it."""
    image = Image.new("RGB", (400, 600), "white")
    draw = ImageDraw.Draw(image)
    for y in range(60, 560, 50):
        draw.line((30, y, 370, y), fill="navy", width=6)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def hang_work(room: Room) -> None:
    """Give the pieces p1, p2 and p3 a text, a Word document and a scan of two pages."""
    text, html, png = TEXT.encode(), HTML.encode(), picture()
    add_file(room, "p1", 1, MediaKind.TEXT, "text/plain; charset=utf-8", text)
    add_file(room, "p2", 1, MediaKind.HTML, "text/html; charset=utf-8", html)
    add_file(room, "p3", 1, MediaKind.IMAGE, "image/png", png)
    add_file(room, "p3", 2, MediaKind.IMAGE, "image/png", png)


def add_file(
    room: Room, piece: str, ordinal: int, kind: MediaKind, media_type: str, content: bytes
) -> None:
    name = f"wf-{piece}-{ordinal}"
    (room.folder / "work" / name).write_bytes(content)
    sha = hashlib.sha256(content).hexdigest()
    with room.store.transaction() as unit:
        unit.work.files.add(WorkFile(piece, ordinal, kind, media_type, name, sha, sha))


@dataclass
class Bridge:
    """Carries messages between a page and its desk; it can be cut, in both directions or on the way back."""

    widget: ScoringDesk
    deaf: bool = False
    mute: bool = False
    traffic: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sent: list[tuple[dict[str, Any], list[str]]] = []
        self.widget.send = self._keep  # type: ignore[method-assign]

    def _keep(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        files = [base64.b64encode(one).decode() for one in buffers or []]
        self._sent.append((content, files))

    def pushed(self) -> dict[str, Any]:
        """What Python sent by itself, last."""
        ((content, _),) = self._sent
        self._sent = []
        return content

    def ask(self, text: str) -> str:
        if self.deaf:
            return "[]"
        self.widget._handle_custom_msg(json.loads(text), [])
        answers, self._sent = self._sent, []
        if self.mute:
            return "[]"
        told = json.dumps(answers)
        self.traffic += [text, told]
        return told


def open_page(context: BrowserContext, bridge: Bridge) -> Page:
    """A page with the desk on it; a reload comes back to the same desk."""
    page = context.new_page()
    page.expose_function("askPython", bridge.ask)
    html = PAGE.replace("{css}", str(ScoringDesk._css))
    page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route(
        "http://127.0.0.1:9/desk.js*",
        lambda route: route.fulfill(body=str(ScoringDesk._esm), content_type="text/javascript"),
    )
    page.goto(ADDRESS)
    page.wait_for_selector(".calibrate-desk .rubric fieldset", state="attached")
    return page
