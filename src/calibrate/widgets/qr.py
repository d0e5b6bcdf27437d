"""QR codes as SVG, made here: nothing is asked of any server."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """A QR code as the text of an SVG picture, dark on white with its quiet border.

    Parameters
    ----------
    text
        What a phone's camera is to read. It stands in the picture alone: no title, no comment.
    """
    code = segno.make(text, error="m", micro=False)
    stream = io.BytesIO()
    code.save(stream, kind="svg", xmldecl=False, border=4, dark="#000", light="#fff", omitsize=True)
    return stream.getvalue().decode("utf-8").strip()
