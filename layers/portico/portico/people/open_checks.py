"""Check a workspace's settings inside a transaction, so that no change comes in between.

Only rare transactions do this: the settings row is one key, and all who check it wait in turn.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import Parts, Rows
from portico.clock import epoch
from portico.people.store import connection_key, settings_row_key

# A missing attribute has its default: on, no pause, on and off.
PORTAL_IS_ON = "(attribute_not_exists(portal_enabled) OR portal_enabled = :yes)"
IS_NOT_PAUSED = "(attribute_not_exists(paused_until) OR paused_until <= :now)"
SSO_IS_ON = "(attribute_not_exists(sso_method) OR sso_method = :yes)"
HAS_NO_RULE = "(attribute_not_exists(directory_rule) OR directory_rule = :off)"
SIGN_UP_IS_ON = "sign_up = :yes"


@dataclass(frozen=True, slots=True)
class OpenChecks:
    """The checks of one workspace."""

    table: str
    workspace_id: str
    at: datetime
    """The time of the transaction."""

    def still_signing_up(self) -> Parts:
        """Return the part ``settings``, which checks that people may still sign up."""
        return {"settings": self._settings(SIGN_UP_IS_ON, HAS_NO_RULE)}

    def still_connecting(
        self, connection: str, *, by_code: bool = False, signs_up: bool = False
    ) -> Parts:
        """Return the parts that check that accounts of a connection may still be connected.

        Their names are ``settings`` and ``connection``.

        Args:
            connection: the connection's id.
            by_code: whether our own code proved the address, which a directory rule forbids.
            signs_up: whether the account's owner becomes a contact.
        """
        conditions = [SSO_IS_ON]
        conditions += [HAS_NO_RULE] if by_code else []
        conditions += [SIGN_UP_IS_ON] if signs_up else []
        key = connection_key(self.workspace_id, connection)
        return {
            "settings": self._settings(*conditions),
            "connection": self._rows.checking(*key, "on = :yes", {":yes": True}),
        }

    def _settings(self, *conditions: str) -> dict[str, Any]:
        values: dict[str, Any] = {":yes": True, ":now": epoch(self.at)}
        if HAS_NO_RULE in conditions:
            values[":off"] = "off"
        key = settings_row_key(self.workspace_id)
        return self._rows.checking(
            *key, " AND ".join([PORTAL_IS_ON, IS_NOT_PAUSED, *conditions]), values
        )

    @property
    def _rows(self) -> Rows:
        return Rows(self.table, f"{self.workspace_id}#")
