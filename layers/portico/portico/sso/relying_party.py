"""Trade a provider's code for a person, and check every answer.

authlib speaks the protocol. This module closes the gaps of its client (docs/decisions/0012).
"""

import hmac
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from portico.clock import epoch
from portico.events import Caller
from portico.sso.discovery import Discovery, Metadata
from portico.sso.providers import microsoft
from portico.sso.providers.kinds import NotBelieved, OpenId, Plain
from portico.sso.providers.table import PROVIDERS
from portico.sso.rules import Connection, Person
from portico.sso.states import State
from portico.sso.transport import ProviderAway, mount
from portico.strict_parsers import read_json

ID_TOKEN_LEEWAY = 60
"""Seconds by which a provider's clock and ours may differ."""
LONGEST_ID_TOKEN = 64 * 1024


@dataclass(frozen=True, slots=True)
class Attempt:
    """The secrets of one trip. They are derived from its state, and stored nowhere."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str

    @classmethod
    def of(cls, state: State, key: bytes, connection: Connection, caller: Caller) -> Self:
        """Return the secrets of a trip. They are the same at its beginning and its end."""
        return cls(
            state=str(state),
            nonce=state.derived(key, "nonce"),
            verifier=state.derived(key, "pkce"),
            redirect_uri=f"{caller.own_origin}/v1/sso/{connection.id}/callback",
        )


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Our side of one connection: the client of its provider."""

    connection: Connection
    secret: str
    discovery: Discovery

    def authorize_url(self, attempt: Attempt, *, login_hint: str | None = None) -> str:
        """Return the provider's address that the browser goes to.

        Raises:
            ProviderAway, Misconfigured: we cannot use the provider's documents.
        """
        provider = PROVIDERS[self.connection.kind]
        more: dict[str, str] = {}
        if isinstance(provider, OpenId):
            endpoint = self._metadata(provider).authorization_endpoint
            more = {"nonce": attempt.nonce, **provider.more(self.connection)}
            if login_hint:
                more["login_hint"] = login_hint
        else:
            endpoint = self._at(provider.authorize)
        with self._client(provider) as client:
            url, _ = client.create_authorization_url(
                endpoint,
                state=attempt.state,
                code_verifier=attempt.verifier,
                redirect_uri=attempt.redirect_uri,
                **more,
            )
        return str(url)

    def person(self, attempt: Attempt, code: str, *, issuer: str | None, at: datetime) -> Person:
        """Trade *code* for the person it was issued for.

        Args:
            attempt: the trip that the code answers.
            code: the code of the provider's answer.
            issuer: the answer's ``iss`` (RFC 9207), if it has one.
            at: the time.

        Raises:
            NotBelieved: the provider refused the code, or its answer failed a check.
            ProviderAway, Misconfigured: the provider could not be asked.
        """
        provider = PROVIDERS[self.connection.kind]
        if isinstance(provider, Plain):
            token = self._token(provider, self._at(provider.token), attempt, code)
            return provider.read(self.connection, self._user(provider, token))
        metadata = self._metadata(provider)
        self._check_answer(metadata, issuer)
        token = self._token(provider, metadata.token_endpoint, attempt, code, metadata)
        claims = self._claims(metadata, token, attempt, at=at)
        return provider.read(self.connection, claims)

    def _metadata(self, provider: OpenId) -> Metadata:
        url, issuer = provider.discovery(self.connection)
        return self.discovery.metadata(url, issuer=issuer)

    def _check_answer(self, metadata: Metadata, issuer: str | None) -> None:
        # Mix-up: another provider's answer comes to this connection's callback (gap 4). An answer
        # must name its issuer if the provider's metadata says so, and may not name another one.
        if issuer is None and metadata.names_issuer_in_answers:
            raise NotBelieved("answer-without-issuer")
        is_template = "{" in metadata.issuer
        if issuer is not None and not is_template and issuer != metadata.issuer:
            raise NotBelieved("answer-of-another-issuer")

    def _client(self, provider: OpenId | Plain, metadata: Metadata | None = None) -> OAuth2Session:
        auth = provider.token_auth or (metadata.token_auth if metadata else None)
        client = OAuth2Session(
            self.connection.client_id,
            self.secret,
            scope=provider.scope,
            token_endpoint_auth_method=auth,
            code_challenge_method="S256",
        )
        mount(client, loopback=self.discovery.loopback)
        return client

    def _token(
        self,
        provider: OpenId | Plain,
        endpoint: str,
        attempt: Attempt,
        code: str,
        metadata: Metadata | None = None,
    ) -> dict[str, Any]:
        try:
            with self._client(provider, metadata) as client:
                token = client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                    redirect_uri=attempt.redirect_uri,
                )
        except AuthlibBaseError as refused:
            raise NotBelieved("code-refused") from refused
        except (ValueError, RecursionError) as error:
            raise ProviderAway("token answer") from error
        # Otherwise a problem document without `error` would pass for a token (gap 8).
        if not isinstance(token, dict) or not isinstance(token.get("access_token"), str):
            raise NotBelieved("no-access-token")
        return dict(token)

    def _user(self, provider: Plain, token: dict[str, Any]) -> dict[str, Any]:
        url = self._at(provider.user)
        with self._client(provider) as client:
            client.token = {"access_token": token["access_token"], "token_type": "Bearer"}
            answer = client.get(url)
        try:
            claims = read_json(answer.content)
        except ValueError:
            raise ProviderAway("user answer") from None
        if answer.status_code != 200 or not isinstance(claims, dict):
            raise NotBelieved("no-user")
        return claims

    def _claims(
        self, metadata: Metadata, token: dict[str, Any], attempt: Attempt, *, at: datetime
    ) -> dict[str, Any]:
        text = token.get("id_token")
        if not isinstance(text, str) or len(text) > LONGEST_ID_TOKEN:
            raise NotBelieved("no-id-token")
        read = self.decoded(metadata, text)
        issuer = metadata.issuer
        if "{tenantid}" in issuer:
            issuer = microsoft.issuer_of(issuer, read.claims)
        self._check_key(metadata, read.header.get("kid"), issuer)
        # Name every claim, because the defaults do not check `aud` (gap 2). Use no claims class of
        # our own, because that would drop the check of `at_hash` (gap 7).
        options = {
            "iss": {"essential": True, "values": [issuer]},
            "aud": {"essential": True, "value": self.connection.client_id},
            "nonce": {"essential": True},
        }
        params = {
            "nonce": attempt.nonce,
            "client_id": self.connection.client_id,
            "access_token": token["access_token"],
        }
        claims = CodeIDToken(read.claims, read.header, options, params)
        try:
            claims.validate(now=epoch(at), leeway=ID_TOKEN_LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError) as error:
            raise NotBelieved(f"id-token: {type(error).__name__}") from error
        self._check_more(claims)
        return dict(claims)

    def _check_more(self, claims: dict[str, Any]) -> None:
        is_text = isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255
        if not is_text:
            raise NotBelieved("no-subject")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        # Others hold a token for several audiences too, so it must say that it was made for us.
        if len(audiences) > 1 and claims.get("azp") != self.connection.client_id:
            raise NotBelieved("for-somebody-else")

    def _check_key(self, metadata: Metadata, kid: Any, issuer: str) -> None:
        limited_to = self.discovery.key_issuer(metadata.jwks_uri, kid)
        if limited_to is None:
            return
        if "{tenantid}" in limited_to:
            # This key is for every tenant, and the token's own issuer was already compared.
            return
        if not hmac.compare_digest(limited_to.encode(), issuer.encode()):
            raise NotBelieved("key-of-another-issuer")

    def decoded(self, metadata: Metadata, text: str) -> jwt.Token:
        """Read a token that the provider has signed. Its claims are for the caller to check.

        Raises:
            NotBelieved: the provider has not signed it.
            ProviderAway, Misconfigured: the keys could not be read.
        """
        keys = self.discovery.keys(metadata.jwks_uri)
        try:
            return _decode(text, keys, metadata.algorithms)
        except (InvalidKeyIdError, BadSignatureError):
            # The key is unknown, or was replaced under its old name (gap 5).
            keys = self.discovery.keys(metadata.jwks_uri, again=True)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotBelieved(f"id-token: {type(error).__name__}") from error
        try:
            return _decode(text, keys, metadata.algorithms)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotBelieved(f"id-token: {type(error).__name__}") from error

    def _at(self, url: str) -> str:
        base = self.connection.stand_in
        if base is None:
            return url
        return f"{base}/{url.removeprefix('https://').partition('/')[2]}"


def _decode(text: str, keys: KeySet, algorithms: tuple[str, ...]) -> jwt.Token:
    registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    read = jwt.decode(text, keys, registry=registry)
    # We understand no critical header, and a token may never have an unencoded payload
    # (RFC 7797, 7).
    if {"crit", "b64"} & read.header.keys():
        raise ValueError("a header that must be understood")
    # Read the payload again, strictly: a repeated claim could mean two things.
    payload = text.split(".")[1]
    read_json(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return read
