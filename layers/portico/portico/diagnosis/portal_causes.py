"""The portal is closed, or has no way in that this person could take."""

from collections.abc import Iterator

from portico.clock import epoch, moment
from portico.diagnosis import remedies
from portico.diagnosis.directory_causes import rule_of
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Ending, Evidence, Finding, FindingCause, Remedy, SeenCode
from portico.diagnosis.sentences import say
from portico.diagnosis.tries import decisive

WAY_WAS_OFF = frozenset({"sign-in-method-off", "method-off"})
_BUT_THE_TEAM = "no contact gets in. The team can, by the console."


def portal_closed(facts: Facts) -> Iterator[Finding]:
    """Yield why no contact at all gets in. The team still comes into the console."""
    workspace = facts.workspace
    if not workspace.portal_enabled:
        yield Finding(
            FindingCause.PORTAL_OFF,
            f"The portal of {workspace.name} is switched off: {_BUT_THE_TEAM}",
            remedies.setting(facts, Remedy.SWITCH_ON, "--portal-enabled", portal_enabled=True),
            evidence=(
                Evidence(
                    "the setting portal_enabled is off",
                    FindingCause.PORTAL_OFF,
                    values={"portal": workspace.name},
                ),
            ),
            values={"portal": workspace.name},
        )
    elif workspace.is_paused(at=facts.at):
        until = moment(workspace.paused_until)
        yield Finding(
            FindingCause.PORTAL_PAUSED,
            f"The portal of {workspace.name} is paused until {until:%Y-%m-%d %H:%M} UTC: "
            f"{_BUT_THE_TEAM}",
            remedies.setting(facts, Remedy.END_PAUSE, "--reset paused-until", paused_until=0),
            evidence=(
                Evidence(
                    "the setting paused_until has not passed",
                    FindingCause.PORTAL_PAUSED,
                    until,
                    values={"portal": workspace.name},
                ),
            ),
            values={"portal": workspace.name, "until": epoch(until)},
        )


def codes_off(facts: Facts) -> Iterator[Finding]:
    """Yield that the workspace takes no codes, to somebody who has not come in another way."""
    workspace = facts.workspace
    newest = decisive(facts)
    if workspace.takes_codes() or (
        newest is not None and newest.detail.get("reason") not in WAY_WAS_OFF
    ):
        return
    offered = [each["label"] for each in workspace.connections if workspace.offers(each["id"])]
    # The team means to offer them, and the next press is the one that is missing.
    drafts = [each["id"] for each in workspace.connections if each.get("waits")]
    ending: Ending
    if offered and workspace.sso_method:
        ending = say(facts, "other_way", ways=", ".join(map(str, offered)))
    elif workspace.takes_passwords():
        ending = say(facts, "password_way")
    elif drafts:
        ending = remedies.open_connection(facts, drafts[0])
    elif workspace.code_method:
        # The directory rule allows nothing else, and there is no connection that is on.
        ending = remedies.setting(
            facts,
            Remedy.TAKE_CODES,
            "--directory-rule match_required",
            directory_rule="match_required",
        )
    else:
        ending = remedies.setting(facts, Remedy.TAKE_CODES, "--code-method", code_method=True)
    yield Finding(
        FindingCause.METHOD_OFF,
        f"{workspace.name} takes no codes.",
        ending,
        evidence=(
            Evidence("the setting code_method is off", SeenCode.CODES_OFF)
            if not workspace.code_method
            else rule_of(workspace),
        ),
        values={"portal": workspace.name},
    )
