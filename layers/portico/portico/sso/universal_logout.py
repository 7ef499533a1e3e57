"""A connection's issuer ends the sessions of one person: Okta's Universal Logout.

Source: Global Token Revocation (draft-parecki-oauth-global-token-revocation), RFC 9493, and Okta's
guide to Universal Logout, which says how the request proves itself.
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import NOT_THERE, Rows, TransactionRefused, get_many, transact_surely
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import CrossSite, InvalidRequest, NotFound, NotSignedIn, TryLater
from portico.events import Caller, Event
from portico.ids import digest, is_workspace
from portico.people.addresses import normalise
from portico.people.identities import Identity, identity_key
from portico.people.memberships import has_confirmed, is_no_member, team_settings_key
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import Workspace
from portico.people.store import People, connection_key, settings_row_key, workspace_of
from portico.sessions.access_token_check import bearer_of
from portico.sso.discovery import Discovery, Metadata, Misconfigured
from portico.sso.providers.kinds import NotBelieved, OpenId
from portico.sso.providers.table import PROVIDERS
from portico.sso.relying_party import RelyingParty
from portico.sso.rules import CONNECTION, Connection, ends_sessions_by, revocation_url
from portico.sso.transport import ProviderAway
from portico.strict_parsers import read_json

REVOCATION = "global-token-revocation+jwt"
"""The type of the proof. So no id token, which the same keys sign, is one."""
LONGEST_PROOF = 4096
LONGEST_PROOF_LIFETIME = timedelta(minutes=15)
"""Okta's lives for five minutes. How long we have to remember that one was used."""
PROOF_LEEWAY = timedelta(seconds=60)
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class UniversalLogout:
    """Ends sessions for the issuers of a deployment's connections."""

    people_table: str
    sign_in_table: str
    discovery: Discovery
    clock: Clock = SYSTEM

    def end(self, path: dict[str, str], body: dict[str, Any], caller: Caller) -> None:
        """End all sessions of the person whom the issuer names: those of portals too, with their
        refresh tokens and open codes. The same request again ends nothing anew.

        Raises:
            CrossSite: a browser sent it.
            NotSignedIn: the proof is missing or no good, was used for another request, or there is
                no such connection that is on.
            InvalidRequest: the subject is of a form that is not known.
            NotFound: nobody whom this connection vouches for is meant; or somebody on the team, and
                no owner has confirmed the connection as it is now.
            TryLater: the issuer or a table is out of reach; nothing has changed.
        """
        if caller.is_browser:
            raise CrossSite
        now, proof = self.clock.now(), bearer_of(caller) or ""
        workspace_id, name = path["workspace"], path["connection"]
        # Before anything is read: whoever knows the address can send it something.
        _demand_header(proof)
        workspace, connection, is_confirmed = self._read(workspace_id, name)
        metadata, claims = self._claims(connection, proof)
        address = revocation_url(caller.own_origin, workspace_id, name)
        _demand_claims(claims, metadata.issuer, address, at=now)
        contact = self._whom(connection, metadata, _subject_of(body))
        event = Event(
            "contact.signed-out",
            now,
            contact,
            workspace.trail_days,
            f"connection:{connection.id}",
            network=caller.network,
        )
        parts = {
            "once": self._using_up(workspace_id, claims, body),
            "head": People(self.people_table, workspace_id).ending_sessions(contact, event),
        }
        if not is_confirmed:
            # Whoever may make a connection names its issuer, and may not act on owners.
            parts["member"] = is_no_member(self._people(workspace_id), workspace_id, contact)
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "once" not in refused.failed:
                raise NotFound from None
            if refused.rows.get("once", {}).get("of") != _asked_of(body):
                raise NotSignedIn from None
            # It was done, and the answer was lost on its way.

    def _people(self, workspace_id: str) -> Rows:
        return Rows(self.people_table, f"{workspace_id}#")

    def _read(self, workspace_id: str, name: str) -> tuple[Workspace, Connection, bool]:
        if not is_workspace(workspace_id) or not CONNECTION.match(name):
            raise NotSignedIn
        rows = self._people(workspace_id)
        # The very row whose issuer is asked is the one that must be confirmed.
        keys = (
            settings_row_key(workspace_id),
            connection_key(workspace_id, name),
            team_settings_key(workspace_id),
        )
        settings_row, row, team = get_many([(rows, *key) for key in keys], consistent=True)
        if settings_row is None or row is None:
            raise NotSignedIn
        connection = Connection.from_row(row)
        if not ends_sessions_by(connection):
            raise NotSignedIn
        return workspace_of(settings_row), connection, has_confirmed(team, row)

    def _claims(self, connection: Connection, proof: str) -> tuple[Metadata, dict[str, Any]]:
        provider = PROVIDERS[connection.kind]
        if not isinstance(provider, OpenId):
            raise NotSignedIn
        url, issuer = provider.discovery(connection)
        # Nothing is proved yet.
        discovery = self.discovery.sparing()
        try:
            metadata = discovery.metadata(url, issuer=issuer)
            read = RelyingParty(connection, "", discovery).decoded(metadata, proof)
        except (NotBelieved, Misconfigured):
            raise NotSignedIn from None
        except ProviderAway as away:
            raise TryLater(cause=f"provider {connection.kind}: {away}") from away
        return metadata, dict(read.claims)

    def _whom(self, connection: Connection, metadata: Metadata, subject: dict[str, str]) -> str:
        """Return the contact whom the issuer may speak of.

        Raises:
            NotFound: there is none.
        """
        rows = Rows(self.people_table, f"{connection.workspace_id}#")
        if subject["format"] == "iss_sub":
            if subject["iss"] != metadata.issuer:
                raise NotFound
            identity = Identity(connection.id, metadata.issuer, subject["sub"])
            key = identity_key(connection.workspace_id, identity)
            (row,) = get_many([(rows, *key)], consistent=True)
            contact = row["contact"] if row else None
        else:
            email = normalise(subject["email"])
            # An issuer speaks of the addresses of its own domains, as at a sign-in.
            if email.rpartition("@")[2] not in connection.vouches_for:
                raise NotFound
            key = pointer_key(connection.workspace_id, email)
            (row,) = get_many([(rows, *key)], consistent=True)
            contact = Pointer.from_row(row).contact
        if contact is None:
            raise NotFound
        return str(contact)

    def _using_up(
        self, workspace_id: str, claims: dict[str, Any], body: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the part of the transaction that remembers the proof."""
        ends = int(claims["exp"]) + int(PROOF_LEEWAY.total_seconds())
        row = {
            "pk": f"{workspace_id}#sso#used-{digest(f'{claims["iss"]}|{claims["jti"]}')[:32]}",
            "sk": "proof",
            # The proof signs no body. So it is good for the first that comes with it, and no other.
            "of": _asked_of(body),
            "expires_at": ends,
            "ttl": ends,
        }
        return Rows(self.sign_in_table, f"{workspace_id}#").putting(row, NOT_THERE)


def _asked_of(body: dict[str, Any]) -> str:
    return digest(json.dumps(body, sort_keys=True))


def _demand_header(proof: str) -> None:
    if not 0 < len(proof) <= LONGEST_PROOF or proof.count(".") != 2:
        raise NotSignedIn
    text = proof.partition(".")[0]
    try:
        header = read_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise NotSignedIn from None
    typ = header.get("typ") if isinstance(header, dict) else None
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != REVOCATION:
        raise NotSignedIn


def _demand_claims(claims: dict[str, Any], issuer: str, url: str, *, at: datetime) -> None:
    now, leeway = epoch(at), int(PROOF_LEEWAY.total_seconds())
    longest = int(LONGEST_PROOF_LIFETIME.total_seconds())
    aud = claims.get("aud")
    is_ours = claims.get("iss") == issuer and (aud in (url, [url]))
    times = [claims.get(name, now) for name in ("iat", "nbf")]
    exp = claims.get("exp")
    is_timely = (
        all(type(each) is int and each <= now + leeway for each in times)
        and type(exp) is int
        and now - leeway < exp <= now + longest
    )
    jti = claims.get("jti")
    is_one = isinstance(jti, str) and 0 < len(jti) <= LONGEST_SUBJECT
    if not (is_ours and is_timely and is_one):
        raise NotSignedIn


def _subject_of(body: dict[str, Any]) -> dict[str, str]:
    """Return the subject identifier (RFC 9493) of a request: of the draft's newer name, or older.

    Raises:
        InvalidRequest: it is missing, twice, or of another format.
    """
    told = [body[name] for name in ("sub_id", "subject") if name in body]
    if len(told) != 1 or not isinstance(told[0], dict):
        raise InvalidRequest("sub_id", "one subject identifier")
    subject: dict[str, Any] = told[0]
    members = {"iss_sub": {"iss", "sub"}, "email": {"email"}}.get(str(subject.get("format")))
    if members is None or subject.keys() != members | {"format"}:
        raise InvalidRequest("sub_id.format", "iss_sub or email, with its members")
    if not all(isinstance(v, str) and 0 < len(v) <= LONGEST_SUBJECT for v in subject.values()):
        raise InvalidRequest("sub_id", f"1 to {LONGEST_SUBJECT} characters")
    return subject
