"""What the commands of ``calibrate session`` share: their options, the session that was typed, and its keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from calibrate.model.session import RoundName, Session
    from calibrate.store.project import Project
    from calibrate.store.sealing import KeyStore, SessionSecrets

Folder = Annotated[Path, typer.Option("--project", help="The project's folder.")]
Which = Annotated[
    str, typer.Argument(metavar="SESSION", help="The session's id, or its beginning.")
]
Keys = Annotated[
    Path | None, typer.Option("--key-store", help="The folder for keys, outside the project.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="A file with the passphrase. Otherwise CALIBRATE_PASSPHRASE, or a question."),
]
Who = Annotated[str, typer.Option("--by", help="Who does this, for the log.")]
Round = Annotated[str, typer.Option("--round", help="blind or after_discussion.")]


@contextmanager
def session_at(folder: Path, session: str) -> Iterator[tuple[Project, Session]]:
    """The open project, and the session that was typed."""
    from calibrate.store.project import Project
    from calibrate.workflows.norming.naming import find_session

    with Project.open(folder) as opened:
        with opened.reading() as unit:
            found = find_session(unit, session)
        yield opened, found


def round_of(text: str) -> RoundName:
    from calibrate.model.session import RoundName

    if text not in {str(one) for one in RoundName}:
        raise typer.BadParameter("It is blind or after_discussion.", param_hint="--round")
    return RoundName(text)


def keystore_of(project: Project, root: Path | None) -> KeyStore:
    from calibrate.store.sealing import KeyStore

    return KeyStore(project.id, project.folder, root)


def ask_passphrase(file: Path | None, *, new: bool = False) -> str:
    """The passphrase from a file, the environment, or a question; never from an argument, which others can see."""
    import os

    from calibrate.errors import SealError

    if file is not None:
        try:
            return file.read_text(encoding="utf-8-sig").splitlines()[0]
        except (OSError, UnicodeDecodeError, IndexError) as error:
            raise SealError("The passphrase file cannot be read.", file=str(file)) from error
    if named := os.environ.get("CALIBRATE_PASSPHRASE"):
        return named
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))


def secrets_of(
    project: Project,
    session_id: str,
    key_store: Path | None,
    passphrase_file: Path | None,
    recovery_file: Path | None,
    by: str,
) -> SessionSecrets:
    from calibrate.store.sealing import read_public_key, read_recovery_file
    from calibrate.workflows.norming import open_keys, recover_keys

    keys = keystore_of(project, key_store)
    if recovery_file is None:
        return open_keys(keys, session_id, ask_passphrase(passphrase_file))
    public_key = read_public_key(project.recovery_public_key or "")
    recovery = read_recovery_file(recovery_file, public_key=public_key)
    return recover_keys(project, session_id, recovery, by=by, keystore=keys)
