"""Photos and scans: upright, of a bearable size, and without anything but the picture itself."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from calibrate.errors import CalibrateError
from calibrate.exchange.work_files.cleaned import CleanFile, refusal
from calibrate.model.work import MediaKind

MAX_PIXELS = 60_000_000
LONGEST_SIDE = 2_200
_QUALITY = 85


def clean_picture(content: bytes, *, longest_side: int = LONGEST_SIDE) -> CleanFile:
    """A PNG or JPEG, turned as its camera says, and written anew.

    Only the picture is kept: EXIF (with its place and owner), comments, colour profiles and
    whatever was hung behind the picture are gone.

    Parameters
    ----------
    content
        The file.
    longest_side
        Larger pictures are made smaller, to this many pixels on their longer side.

    Raises
    ------
    DataError
        If it is damaged, or has more than 60 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "MPO")) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise _too_large()
                photo = opened.format != "PNG"
                if photo:
                    opened.draft(None, (longest_side, longest_side))
                upright = ImageOps.exif_transpose(opened)
                return encode_picture(upright, photo=photo, longest_side=longest_side)
    except CalibrateError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except Exception:  # noqa: BLE001 - Pillow raises whatever a damaged picture leads to
        raise refusal(
            "The picture is damaged and cannot be read.",
            "Open it in a picture program and save it again as JPEG or PNG, or take a new photo.",
        ) from None


def encode_picture(picture: Image.Image, *, photo: bool, longest_side: int) -> CleanFile:
    """Write a picture as JPEG (photos) or PNG, on white, no larger than allowed."""
    if picture.mode in ("1", "L", "I", "I;16", "F"):
        plain = picture.convert("L")
    elif picture.mode == "RGB":
        plain = picture
    elif "A" in picture.mode or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        plain = Image.new("RGB", layered.size, "white")
        plain.paste(layered, mask=layered.getchannel("A"))
    else:
        plain = picture.convert("RGB")
    plain.thumbnail((longest_side, longest_side))
    bare = Image.new(plain.mode, plain.size)  # carries none of the source's metadata
    bare.paste(plain)
    stream = io.BytesIO()
    if photo:
        bare.save(stream, "JPEG", quality=_QUALITY)
        return CleanFile(MediaKind.IMAGE, "image/jpeg", "jpg", stream.getvalue())
    bare.save(stream, "PNG")
    return CleanFile(MediaKind.IMAGE, "image/png", "png", stream.getvalue())


def _too_large() -> CalibrateError:
    return refusal(
        f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Save it smaller: 2,000 pixels across is enough to read handwriting.",
    )
