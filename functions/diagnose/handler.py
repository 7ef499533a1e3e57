"""POST /v1/workspaces/{workspace}/diagnosis: say why somebody does not get in.

POST /v1/workspaces/{workspace}/mail-preview: what a mail would look like.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from portico.edge.diagnosis_routes import AskedDiagnosis, DiagnosisRoutes
from portico.edge.door import Door
from portico.edge.requests import LARGEST_BODY
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.events import Caller
from portico.people.logos import LARGEST_LOGO
from portico.settings import DiagnoseSettings

if TYPE_CHECKING:
    from portico.edge.mail_preview_routes import MailPreviewRoutes

LARGEST_PREVIEW = LARGEST_BODY + 4 * LARGEST_LOGO // 3
"""Bytes: settings, and a logo in base64."""

settings = DiagnoseSettings.read(os.environ)
access = TeamAccess.to(settings.people_table, settings.sign_in_table, settings.signing_keys)
diagnoses = DiagnosisRoutes.behind(access, settings)
handler = Door("diagnose", settings)


@handler.writes("POST /v1/workspaces/{workspace}/diagnosis", AskedDiagnosis)
def diagnose(asked: AskedDiagnosis, path: dict[str, str], caller: Caller) -> Response:
    """Say why somebody does not get in, the decisive reason first."""
    return diagnoses.diagnose(asked, path, caller)


@handler.changes("POST /v1/workspaces/{workspace}/mail-preview", largest=LARGEST_PREVIEW)
def preview_mail(wanted: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """Show a mail with sample values and the settings that were sent."""
    return previews().show(wanted, path, caller)


@cache
def previews() -> "MailPreviewRoutes":
    """Return the routes of previews, which are loaded, with the templates, when somebody looks."""
    from portico.edge.mail_preview_routes import MailPreviewRoutes  # noqa: PLC0415

    return MailPreviewRoutes.behind(access, settings)
