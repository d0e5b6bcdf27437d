"""A continuum from YAML: academic levels, strands, crosswalk and exemplars."""

from __future__ import annotations

from pathlib import Path

from calibrate.errors import ArgumentError, CalibrateError
from calibrate.exchange.problems import Problems
from calibrate.exchange.source_files import SourceFile, read_source
from calibrate.exchange.yaml_trees import MAX_BYTES, Fields, read_yaml
from calibrate.model.continuum import AcademicLevel, Continuum, CrosswalkRow, Exemplar, Strand
from calibrate.model.ids import check_slug
from calibrate.model.roster import read_grade

_CONTINUUM = ("id", "title", "levels", "strands", "crosswalk", "exemplars")
_LEVEL = ("id", "label", "position", "grade")
_STRAND = ("id", "title", "criteria", "descriptors")
_ROW = ("strand", "grade", "rubric", "version", "low", "high", "level")
_EXEMPLAR = ("level", "strand", "piece", "commentary")


def read_continuum(path: Path) -> Continuum:
    """Read a continuum from a YAML file.

    Raises
    ------
    DataError
        If it is not YAML; as `ImportRefused` with every problem, each with its line as row.
    """
    return continuum_of(read_source(path, limit=MAX_BYTES))


def continuum_of(source: SourceFile) -> Continuum:
    """Read a continuum from a file that is already open. See `read_continuum`."""
    problems = Problems(source.name)
    fields = Fields(read_yaml(source), problems, "continuum", _CONTINUUM)
    continuum_id, title = _slug(fields, "id"), fields.needed("title")
    levels = [
        _level(Fields(one, problems, f"level {n}", _LEVEL), n)
        for n, one in enumerate(fields.maps("levels"), start=1)
    ]
    ids = [level.id for level in levels]
    if len(levels) < 2:
        fields.problem("levels", "A continuum needs at least two levels.", "List the levels.")
    if len(set(ids)) != len(ids):
        fields.problem("levels", "Two levels have the same id.", "Rename one of them.")
    strands = [
        _strand(Fields(one, problems, f"strand {n}", _STRAND), ids)
        for n, one in enumerate(fields.maps("strands"), start=1)
    ]
    names = [strand.id for strand in strands]
    if not strands:
        fields.problem("strands", "A continuum needs at least one strand.", "List the strands.")
    if len(set(names)) != len(names):
        fields.problem("strands", "Two strands have the same id.", "Rename one of them.")
    rows = [
        _row(Fields(one, problems, "crosswalk row", _ROW), ids, names)
        for one in fields.maps("crosswalk")
    ]
    exemplars = [
        _exemplar(Fields(one, problems, "exemplar", _EXEMPLAR), ids, names)
        for one in fields.maps("exemplars")
    ]
    problems.raise_if_any()
    try:
        return Continuum(
            continuum_id,
            title,
            tuple(levels),
            tuple(strands),
            tuple(row for row in rows if row is not None),
            tuple(exemplars),
        )
    except ArgumentError as error:
        problems.add_error(error, row=1)
        problems.raise_if_any()
        raise


def _slug(fields: Fields, name: str) -> str:
    value = fields.needed(name)
    if value:
        try:
            check_slug(value, name)
        except CalibrateError as error:
            fields.problem(name, "This cannot be used as an id.", error.fix)
    return value


def _level(one: Fields, place: int) -> AcademicLevel:
    level_id = _slug(one, "id")
    position = one.whole("position")
    if position is not None and position != place:
        one.problem("position", "The levels are not listed in order.", "List the lowest first.")
    grade = _grade(one) if one.text("grade") else None
    return AcademicLevel(level_id, one.text("label", level_id), place, grade)


def _grade(one: Fields) -> str | None:
    try:
        return read_grade(one.needed("grade"))
    except ArgumentError as error:
        one.problem("grade", "This is not a grade.", error.fix)
        return None


def _strand(one: Fields, levels: list[str]) -> Strand:
    strand_id = _slug(one, "id")
    words = one.map("descriptors")
    for key, value in words.items():
        if key not in levels:
            one.problems.add(
                "This descriptor is for a level that the continuum has not.",
                row=value.line,
                column="descriptors",
                fix="Use the ids of its levels.",
            )
    descriptors = tuple(
        (level, (words[level].text or "").strip()) for level in levels if level in words
    )
    return Strand(strand_id, one.text("title", strand_id), one.texts("criteria"), descriptors)


def _known(one: Fields, name: str, known: list[str]) -> str:
    value = one.needed(name)
    if value and value not in known:
        one.problem(name, f"The continuum has no such {name}.", "Use one of the ids above.")
    return value


def _row(one: Fields, levels: list[str], strands: list[str]) -> CrosswalkRow | None:
    strand, level = _known(one, "strand", strands), _known(one, "level", levels)
    grade, rubric = _grade(one), one.needed("rubric")
    version, low, high = one.whole("version"), one.number("low"), one.number("high")
    for name, value in (("version", version), ("low", low), ("high", high)):
        if value is None and not one.text(name):
            one.problem(name, f"The crosswalk row needs {name}.", "Add it.")
    if grade is None or version is None or low is None or high is None:
        return None
    try:
        return CrosswalkRow(strand, grade, rubric, version, low, high, level)
    except ArgumentError as error:
        one.problem("high", error.message, "Let high be above low.")
        return None


def _exemplar(one: Fields, levels: list[str], strands: list[str]) -> Exemplar:
    return Exemplar(
        _known(one, "strand", strands),
        _known(one, "level", levels),
        one.needed("piece"),
        one.text("commentary"),
    )
