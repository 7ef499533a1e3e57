"""POST /v1/workspaces/{workspace}/diagnosis: say why somebody does not get in."""

import os

from portico.edge.diagnosis_routes import AskedDiagnosis, DiagnosisRoutes
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess
from portico.events import Caller
from portico.settings import DiagnoseSettings

settings = DiagnoseSettings.read(os.environ)
access = TeamAccess.to(settings.people_table, settings.sign_in_table, settings.signing_keys)
diagnoses = DiagnosisRoutes.behind(access, settings)
handler = Door("diagnose", settings)


@handler.writes("POST /v1/workspaces/{workspace}/diagnosis", AskedDiagnosis)
def diagnose(asked: AskedDiagnosis, path: dict[str, str], caller: Caller) -> Response:
    """Say why somebody does not get in, the decisive reason first."""
    return diagnoses.diagnose(asked, path, caller)
