"""Checks of a workspace's settings within a transaction, so that no change of them comes between.

Only what is rare asks for them: the settings row is one key, and whoever checks it waits in turn.
"""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import Parts, Rows
from portico.people.store import connection_key, settings_row_key

# An attribute that is missing has its default: on, on and off.
PORTAL_IS_ON = "(attribute_not_exists(portal_enabled) OR portal_enabled = :yes)"
SSO_IS_ON = "(attribute_not_exists(sso_method) OR sso_method = :yes)"
HAS_NO_RULE = "(attribute_not_exists(directory_rule) OR directory_rule = :off)"
SIGN_UP_IS_ON = "sign_up = :yes"


@dataclass(frozen=True, slots=True)
class SettingsChecks:
    """The checks of one workspace."""

    table: str
    workspace_id: str

    def still_signing_up(self) -> Parts:
        """Return the part that asks whether somebody new may come in, named ``settings``."""
        return {"settings": self._settings(PORTAL_IS_ON, SIGN_UP_IS_ON, HAS_NO_RULE)}

    def still_connecting(
        self, connection: str, *, by_code: bool = False, signs_up: bool = False
    ) -> Parts:
        """Return the parts that ask whether accounts of a connection may still be connected.

        They are named ``settings`` and ``connection``.

        Args:
            connection: its id.
            by_code: the address was proved by our own code, which a directory rule forbids.
            signs_up: the account's owner becomes a contact by it.
        """
        conditions = [PORTAL_IS_ON, SSO_IS_ON]
        conditions += [HAS_NO_RULE] if by_code else []
        conditions += [SIGN_UP_IS_ON] if signs_up else []
        key = connection_key(self.workspace_id, connection)
        return {
            "settings": self._settings(*conditions),
            "connection": self._rows.checking(*key, "on = :yes", {":yes": True}),
        }

    def _settings(self, *conditions: str) -> dict[str, Any]:
        values: dict[str, Any] = {":yes": True}
        if HAS_NO_RULE in conditions:
            values[":off"] = "off"
        key = settings_row_key(self.workspace_id)
        return self._rows.checking(*key, " AND ".join(conditions), values)

    @property
    def _rows(self) -> Rows:
        return Rows(self.table, f"{self.workspace_id}#")
