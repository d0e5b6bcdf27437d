"""Where the things lie that Calibrate hands out: report templates, notebooks and the sample district.

They live at the top of the repository, for people to find. The wheel carries them inside the package, under ``_bundled``.
Everyone asks here, so that an installed Calibrate and a checkout answer alike.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from calibrate.errors import NotFound

_PACKAGE = Path(__file__).resolve().parent
_SUFFIXES = (".yaml", ".yml")


@cache
def _root() -> Path:
    bundled = _PACKAGE / "_bundled"
    if bundled.is_dir():
        return bundled
    checkout = _PACKAGE.parents[1]
    if _is_checkout(checkout):
        return checkout
    raise NotFound(
        "The templates, notebooks and sample data that come with Calibrate are not where they belong.",
        fix="Install Calibrate again (pip install --force-reinstall calibrate), or work from a whole checkout.",
    )


def _is_checkout(folder: Path) -> bool:
    settings = folder / "pyproject.toml"
    if not settings.is_file():
        return False
    with settings.open("rb") as file:
        return bool(tomllib.load(file).get("project", {}).get("name") == "calibrate")


def _inside(room: str, parts: tuple[str, ...]) -> Path:
    folder = _root() / room
    path = folder.joinpath(*parts)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NotFound(f"{'/'.join(parts)} does not lie in {room}.", fix="Name a file inside it.")
    if not path.exists():
        raise NotFound(
            f"Calibrate brings no {'/'.join((room, *parts))}.",
            fix="Check the name; if it is right, install Calibrate again.",
        )
    return path


def template(*parts: str) -> Path:
    """A file or folder of ``templates/``: report notebooks, rubric presets, the report's look.

    Parameters
    ----------
    *parts
        The path inside ``templates/``, one part each; none for the folder itself.

    Returns
    -------
    Path
        An existing file or folder. It belongs to the installation: copy it before you change it.

    Raises
    ------
    NotFound
        If there is no such file, or the path leads out of ``templates/``.
    """
    return _inside("templates", parts)


def notebook(*parts: str) -> Path:
    """A file or folder of ``notebooks/``, as :func:`template` finds one of ``templates/``."""
    return _inside("notebooks", parts)


def sample_data(*parts: str) -> Path:
    """A file or folder of ``sample_data/``, as :func:`template` finds one of ``templates/``."""
    return _inside("sample_data", parts)


def notebook_names() -> list[str]:
    """The file names of the notebooks that Calibrate brings, in order."""
    return sorted(path.name for path in notebook().glob("*.ipynb"))


def rubric_presets() -> dict[str, Path]:
    """The rubrics that Calibrate brings: name (the file's name without its ending) to file, in order."""
    return {
        path.stem: path
        for path in sorted(template("rubrics").iterdir())
        if path.suffix in _SUFFIXES
    }


def rubric_preset(name: str) -> Path:
    """The file of one rubric preset.

    Parameters
    ----------
    name
        As :func:`rubric_presets` lists it, for example ``k8-writing``.

    Raises
    ------
    NotFound
        If there is no preset of that name; the message lists those there are.
    """
    presets = rubric_presets()
    if name not in presets:
        raise NotFound(
            f"Calibrate brings no rubric called {name}.",
            fix=f"These are here: {', '.join(presets)}.",
        )
    return presets[name]
