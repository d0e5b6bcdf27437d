"""The room: what its pages share. Handed to whoever needs it; nothing of it is kept in a module."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from calibrate.serve.identity import Visitor, is_lead, lead_token, still_lead, visitor
from calibrate.serve.push import OpenPages
from calibrate.store.project import Project
from calibrate.store.sealing import KeyStore
from calibrate.workflows.norming.agreement import forget_closed
from calibrate.workflows.norming.reveal_view import Reveals


@dataclass(frozen=True, slots=True)
class Room:
    """A project that is served.

    Parameters
    ----------
    project, keystore
        The project and its key store. Until a reveal only public keys are read from it.
    address
        Where others reach the room, such as ``http://192.168.1.20:8765``.
    lead
        The facilitator's key to the room.
    secret
        A key of this process alone: it keeps one visitor's kernels apart from another's.
    pages
        The pages that are open now.
    reveals
        What a reveal shows, worked out once for all pages.
    """

    project: Project
    keystore: KeyStore
    address: str
    lead: str = field(repr=False)
    secret: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(32))
    pages: OpenPages = field(repr=False, default_factory=OpenPages)
    reveals: Reveals | None = field(repr=False, default=None)

    @property
    def lead_link(self) -> str:
        """The facilitator's link. What follows the ``#`` is never sent by a browser."""
        return f"{self.address}/lead#{self.lead}"

    def who(self, cookies: Mapping[str, str]) -> Visitor:
        """Who holds these cookies."""
        return visitor(self.project, self.lead, cookies)

    def still_leads(self, key: str) -> bool:
        """Whether the key that opened a facilitator's page opens one now."""
        return is_lead(self.lead, key) and still_lead(self.keystore, key)


def open_room(folder: Path, address: str, key_store: Path | None = None) -> Room:
    """Open a project for serving.

    Raises
    ------
    ProjectError
        If there is no project, it was saved by a newer version, or the key store would lie in it.
    """
    project = Project.open(folder)
    try:
        keystore = KeyStore(project.id, project.folder, key_store)
        forget_closed(project, keystore)
        return Room(project, keystore, address, lead_token(keystore), reveals=Reveals(project))
    except BaseException:
        project.close()
        raise
