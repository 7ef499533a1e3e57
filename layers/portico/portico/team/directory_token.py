"""A token for a directory: its client fetches one by ``client_credentials``, with a key.

The key's row decides at each call: a token opens nothing that its key would not open by itself.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portico.aws.tables import NOT_THERE, Rows, get_many
from portico.clock import epoch, moment
from portico.errors import NotSignedIn
from portico.ids import base64url, digest, is_workspace
from portico.people.store import settings_row_key, workspace_of
from portico.team.team_budget import TeamUse, count_use
from portico.team.team_caller import KeyCaller, opened_key
from portico.team.workspace_key import KEY_PREFIX, WorkspaceKey, read_key
from portico.team.workspace_key_store import workspace_key_key

DIRECTORY_TOKEN_LIFETIME = timedelta(hours=1)
"""A directory's cycle takes less, and begins with a new one."""

_TOKEN = re.compile(r"pdt_([a-z][a-z0-9-]{1,30})_([A-Za-z0-9_-]{22})_[A-Za-z0-9_-]{43}")


def directory_token_key(workspace_id: str, text: str) -> tuple[str, str]:
    """Return the key of a token's row."""
    return f"{workspace_id}#scim-token#{digest(text)[:32]}", "token"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. *text* is shown once."""

    text: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class DirectoryTokens:
    """Makes tokens of keys, and finds the key of a token."""

    people_table: str
    sign_in_table: str

    def issue(self, found: KeyCaller, key_text: str, *, at: datetime) -> IssuedToken:
        """Make a token for a key that was opened with *key_text*.

        Raises:
            TooManyRequests: the key has fetched its tokens of this minute.
            TryLater: there is no token.
        """
        workspace_id, key = found.workspace.id, found.key
        count_use(self.sign_in_table, workspace_id, key.id, TeamUse.EXCHANGE, at=at)
        text = f"pdt_{workspace_id}_{key.id}_{base64url(secrets.token_bytes(32))}"
        pk, sk = directory_token_key(workspace_id, text)
        ends = epoch(at + DIRECTORY_TOKEN_LIFETIME)
        row = {
            "pk": pk,
            "sk": sk,
            "key": key.id,
            # Of the key's text: who rotates a key ends the tokens of the secret before with it.
            "made_with": digest(key_text),
            "expires_at": ends,
            "ttl": ends,
        }
        Rows(self.sign_in_table, f"{workspace_id}#").put(row, NOT_THERE)
        return IssuedToken(text, DIRECTORY_TOKEN_LIFETIME)

    def opened(self, workspace_id: str, text: str, *, at: datetime) -> KeyCaller:
        """Return the key that *text* is, or that it is a token of, by one consistent read.

        Raises:
            NotSignedIn: it is neither; it, or the key, has ended; or it is another workspace's.
            TryLater: the rows are out of reach.
        """
        if text.startswith(KEY_PREFIX):
            told = read_key(text)
            if told is None or told.workspace_id != workspace_id:
                raise NotSignedIn
            return opened_key(self.people_table, text, at=at)
        shape = _TOKEN.fullmatch(text)
        if shape is None or shape[1] != workspace_id or not is_workspace(workspace_id):
            raise NotSignedIn
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        settings_row, key_row, row = get_many(
            [
                (people, *settings_row_key(workspace_id)),
                (people, *workspace_key_key(workspace_id, shape[2])),
                (sign_in, *directory_token_key(workspace_id, text)),
            ],
            consistent=True,
        )
        if settings_row is None or key_row is None or row is None:
            raise NotSignedIn
        key = WorkspaceKey.from_row(key_row)
        is_its = row["key"] == key.id and key.stands_for(row["made_with"], at=at)
        if not is_its or at >= moment(row["expires_at"]):
            raise NotSignedIn
        return KeyCaller(key, workspace_of(settings_row))
