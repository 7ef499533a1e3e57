"""The route that shows a mail before a change of its look is saved. It writes and mails nothing."""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, replace
from typing import Any, Self

from portico.clock import SYSTEM, Clock
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.settings_routes import as_invalid
from portico.edge.team_access import TeamAccess
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.people import logos
from portico.people.rules import Workspace
from portico.people.store import People, logo_key
from portico.people.workspace_settings import SettingsRefused
from portico.people.workspace_words import WORDS_FIELDS, WorkspaceWords
from portico.sender.sample_mails import SampleLetter, sample_answer, sample_mail
from portico.settings import DiagnoseSettings
from portico.team.rules import Action
from portico.team.workspace_changes import WorkspaceChanges


@dataclass(frozen=True, slots=True)
class AskedMailPreview:
    """POST …/mail-preview: which mail, in which language, and settings that are not saved yet."""

    letter: str = SampleLetter.CODE
    language: str | None = None
    settings: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MailPreviewRoutes:
    """What the door answers."""

    access: TeamAccess
    changes: WorkspaceChanges
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: DiagnoseSettings) -> Self:
        """Make the route from a door's settings."""
        return cls(access, WorkspaceChanges(settings.people_table, settings.sign_in_table))

    def show(self, wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
        """Answer a mail as it would be sent, but for its sample values."""
        found = self.access.of_anyone(path, caller, Action.READ_SETTINGS)
        logo = _logo_in(wanted)
        asked = shaped(wanted, AskedMailPreview)
        if asked.letter not in set(SampleLetter):
            raise InvalidRequest("letter", f"one of {', '.join(SampleLetter)}")
        workspace, words = self._planned(found.workspace, asked.settings or {}, by=found.by)
        if logo is None and workspace.logo is not None:
            logo = self._logo_of(workspace)
        mail = sample_mail(
            SampleLetter(asked.letter),
            workspace,
            words,
            language=asked.language,
            host=caller.host,
            logo=logo,
            at=self.clock.now(),
        )
        return Response(200, sample_answer(mail, workspace))

    def _logo_of(self, workspace: Workspace) -> bytes | None:
        (row,) = People(self.changes.people_table, workspace.id).read(logo_key(workspace.id))
        return row["png"] if row else None

    def _planned(
        self, workspace: Workspace, settings: dict[str, Any], *, by: str
    ) -> tuple[Workspace, WorkspaceWords]:
        """Return the workspace as a change of settings would make it, checked as that one is."""
        if settings.get("logo") is not None:
            raise InvalidRequest("logo", "null, to take it away. Send another beside settings")
        workspace, words, _ = self.changes.read(workspace)
        try:
            change = self.changes.plan(workspace, words, settings, by=by).change
        except SettingsRefused as refused:
            raise as_invalid(refused) from None
        others = {name: each for name, each in change.after.items() if name not in WORDS_FIELDS}
        return replace(workspace, **others), words.changed(change.after)


def _logo_in(wanted: dict[str, Any]) -> bytes | None:
    text = wanted.get("logo")
    if text is None:
        return None
    try:
        # A text beyond ASCII is no base64 either.
        png = b64decode(text, validate=True) if isinstance(text, str) else b""
    except (Error, ValueError):
        png = b""
    return logos.checked(png)
