"""Connect the sample workspaces to the fake providers, and fill their directories."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import boto3

from local.providers.grants import client_id, client_secret
from local.providers.people import ACCOUNTS, ACME_TENANT
from local.sample_types import SampleConnection, SampleRecord, SampleWorkspace
from local.sample_workspaces import contact_id
from portico.aws.tables import Rows, transact
from portico.directory.store import Directory, Record
from portico.events import Event
from portico.people.identities import owning
from portico.people.store import People
from portico.sso.providers.table import PROVIDERS
from portico.sso.rules import Connection
from portico.sso.store import Connections, secret_name

BY = "sample world"
KEEP_DAYS = 365


@dataclass(frozen=True)
class SampleConnections:
    """Writes connections, client secrets, linked identities and directory records.

    Args:
        people_table: the name of the People table.
        providers: the origin of the fake providers.
        secrets: the prefix of client secrets.
    """

    people_table: str
    providers: str
    secrets: str

    def make(self, sample: SampleWorkspace) -> None:
        """Write all connections, secrets, identities and records of one workspace."""
        for each in sample.connections:
            connection = self._connect(sample.id, each)
            for contact, account in each.linked:
                self._link(connection, contact_id(sample.id, contact), account)
        directory = Directory(self.people_table, sample.id)
        for record in sample.directory:
            directory.put(_record(record), self._event("directory.imported", sample.id))

    def _connect(self, workspace_id: str, sample: SampleConnection) -> Connection:
        here = f"{self.providers}/{sample.kind}"
        connection = Connection(
            id=sample.id or sample.kind,
            workspace_id=workspace_id,
            kind=sample.kind,
            label=sample.label,
            client_id=client_id(sample.kind),
            issuer=here if sample.kind == "oidc" else None,
            stand_in=None if sample.kind == "oidc" else here,
            tenants=list(sample.tenants),
            vouches_for=list(sample.vouches_for),
        )
        name = secret_name(self.secrets, connection)
        self._secrets_manager.create_secret(Name=name, SecretString=client_secret(sample.kind))
        workspace = People(self.people_table, workspace_id).workspace_row()
        if workspace is not None:
            Connections(self.people_table, workspace_id).put(
                connection, workspace, self._event("connection.changed", workspace_id)
            )
        return connection

    def _link(self, connection: Connection, contact: str, account: str) -> None:
        claims = next(each.claims for each in ACCOUNTS[connection.kind] if each.key == account)
        # Read the provider's answer, which X wraps, as the door does.
        answer = {"data": claims} if connection.kind == "x" else claims
        identity = PROVIDERS[connection.kind].read(connection, answer).identity
        rows = Rows(self.people_table, f"{connection.workspace_id}#")
        own = owning(
            rows,
            identity,
            workspace_id=connection.workspace_id,
            contact=contact,
            sver=1,
            at=datetime.now(UTC),
        )
        transact({"identity": own})

    @cached_property
    def _secrets_manager(self) -> Any:
        return boto3.client("secretsmanager")

    def _event(self, name: str, workspace_id: str) -> Event:
        return Event(name, datetime.now(UTC), workspace_id, KEEP_DAYS, BY)


def _record(sample: SampleRecord) -> Record:
    return Record(
        source="csv",
        external_id=sample.email.partition("@")[0],
        tenant=ACME_TENANT if sample.object_id else None,
        object_id=sample.object_id,
        user_name=sample.email,
        emails=(sample.email,),
        active=sample.active,
        imported_at=datetime.now(UTC),
    )
