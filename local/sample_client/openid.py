"""A plain OpenID Connect client: authlib's session, and the checks that every client must make.

It is configured with its issuer, id, secret and address. It reads everything else in the issuer's
discovery document.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from local.sample_client.tokens import IdTokens, NotBelieved

type Json = dict[str, Any]

PATIENCE = 10
"""Seconds that one call may take."""
SCOPE = "openid email profile"


class Refused(Exception):
    """The issuer refused. The argument is its OAuth error."""


class Away(Exception):
    """The issuer could not be asked. Trying again may help."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The portal's configuration as a client."""

    issuer: str
    client_id: str
    client_secret: str
    home: str
    """The portal's own origin, without a slash at the end."""

    @property
    def redirect_uri(self) -> str:
        """The address to which the issuer answers."""
        return f"{self.home}/callback"


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun. It stays on the server, in the visit of its browser."""

    state: str
    nonce: str
    verifier: str
    to: str
    """The path that the contact wanted to see."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A signed-in contact with their tokens, which never leave the server."""

    claims: Json
    id_token: str
    access_token: str
    refresh_token: str
    ends_at: datetime
    """When the access token ends. Then it is time to refresh."""


class Client:
    """The portal as a client of its issuer."""

    def __init__(self, registration: Registration, now: Callable[[], datetime]) -> None:
        self._registration = registration
        self._now = now
        self._read: Json | None = None
        self._id_tokens = IdTokens(
            registration.issuer,
            registration.client_id,
            lambda: self._fetch(self._metadata()["jwks_uri"]),
        )

    def begin(self, to: str, *, login_hint: str = "") -> tuple[str, Begun]:
        """Return the address to sign in at, and what to keep until the browser comes back.

        Raises:
            Away: the issuer's discovery document could not be read.
        """
        begun = Begun(generate_token(32), generate_token(32), generate_token(64), to)
        more = {"login_hint": login_hint} if login_hint else {}
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._metadata()["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
                **more,
            )
        return str(url), begun

    def finish(self, begun: Begun, answer: Mapping[str, str]) -> SignedIn:
        """Trade the code of an answer for the signed-in contact.

        Raises:
            Refused: the issuer answered with an error.
            NotBelieved: the answer or its id token is not valid.
            Away: the issuer could not be asked.
        """
        metadata = self._metadata()
        # Check this before trusting anything else in the answer, even its error (RFC 9207).
        named = metadata.get("authorization_response_iss_parameter_supported") or "iss" in answer
        if named and answer.get("iss") != metadata["issuer"]:
            raise NotBelieved("the answer of another issuer")
        if answer.get("state") != begun.state:
            raise NotBelieved("the answer to another sign-in")
        if "error" in answer:
            raise Refused(answer["error"])
        if not answer.get("code"):
            raise NotBelieved("an answer without a code")
        with self._session() as session, _asking():
            token = session.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=begun.verifier,
            )
        return self._signed_in(token, nonce=begun.nonce)

    def refresh(self, before: SignedIn) -> SignedIn:
        """Return the same person with new tokens.

        Raises:
            Refused: they have signed out elsewhere, or may no longer sign in.
            NotBelieved: the answer is about somebody else.
            Away: the issuer could not be asked.
        """
        with self._session() as session, _asking():
            token = session.refresh_token(
                self._metadata()["token_endpoint"], refresh_token=before.refresh_token
            )
        after = self._signed_in(token, before=before)
        if after.claims["sub"] != before.claims["sub"]:
            raise NotBelieved("a refresh that answers with somebody else")
        return after

    def userinfo(self, signed_in: SignedIn) -> Json:
        """Return the issuer's current claims about the contact.

        Raises:
            Refused: the access token is no longer valid.
            NotBelieved: the answer is about somebody else.
            Away: the issuer could not be asked.
        """
        bearer = {"access_token": signed_in.access_token, "token_type": "Bearer"}
        with self._session(token=bearer) as session, _asking():
            answer = session.get(self._metadata()["userinfo_endpoint"])
            if answer.status_code == 401:
                raise Refused("invalid_token")
            answer.raise_for_status()
            told: Json = answer.json()
        if told.get("sub") != signed_in.claims["sub"]:
            raise NotBelieved("userinfo of somebody else")
        return told

    def signed_out(self, logout_token: str) -> Json:
        """Return the claims of a logout token.

        Raises:
            NotBelieved: the token is not valid.
            Away: the issuer could not be asked for its keys.
        """
        return self._id_tokens.signed_out(logout_token, at=self._now())

    def sign_out_url(self, signed_in: SignedIn) -> str:
        """Return the address at which the browser signs out of the issuer too.

        Raises:
            Away: the issuer's discovery document could not be read.
        """
        query = {
            "id_token_hint": signed_in.id_token,
            "client_id": self._registration.client_id,
            "post_logout_redirect_uri": f"{self._registration.home}/signed-out",
        }
        return f"{self._metadata()['end_session_endpoint']}?{urlencode(query)}"

    def _session(self, **more: Any) -> OAuth2Session:
        ours = self._registration
        return OAuth2Session(
            ours.client_id,
            ours.client_secret,
            scope=SCOPE,
            redirect_uri=ours.redirect_uri,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
            **more,
        )

    def _metadata(self) -> Json:
        if self._read is None:
            issuer = self._registration.issuer
            read = self._fetch(f"{issuer}/.well-known/openid-configuration")
            if read.get("issuer") != issuer or not read.keys() >= _NEEDED:
                raise Away("the discovery document is another issuer's, or lacks an endpoint")
            self._read = read
        return self._read

    def _fetch(self, url: str) -> Json:
        with self._session() as session, _asking():
            answer = session.get(url, withhold_token=True)
            answer.raise_for_status()
            content: Json = answer.json()
        return content

    def _signed_in(
        self, token: Json, *, nonce: str = "", before: SignedIn | None = None
    ) -> SignedIn:
        access_token = str(token.get("access_token", ""))
        id_token = str(token.get("id_token", ""))
        if before is not None and not id_token:
            # An issuer need not send an id token again.
            claims, id_token = before.claims, before.id_token
        else:
            claims = self._id_tokens.claims(
                id_token, access_token=access_token, nonce=nonce, at=self._now()
            )
        refresh_token = token.get("refresh_token")
        if not access_token or not refresh_token:
            raise NotBelieved("a token is missing")
        ends_at = self._now() + timedelta(seconds=int(token.get("expires_in", 0)))
        return SignedIn(claims, id_token, access_token, str(refresh_token), ends_at)


_NEEDED = {
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "end_session_endpoint",
    "jwks_uri",
}


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except AuthlibBaseError as refused:
        raise Refused(refused.error or "refused") from refused
    except (RequestException, ValueError) as error:
        raise Away(type(error).__name__) from error
