"""Read what a provider publishes, its endpoints and keys, and keep it for an hour."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key
from requests import Session

from portico.errors import PorticoError, TryLater
from portico.sso.public_addresses import check_url
from portico.sso.transport import ProviderAway, mount
from portico.strict_parsers import read_json

DOCUMENTS_KEPT = 3600.0
"""Seconds. A key that was replaced under the same name is noticed after this time at the latest."""
REFETCH = 60.0
"""Seconds between two fetches for an unknown key, because anybody can name one."""
SPARED = 10.0
"""Seconds in which a provider that was away is not asked again for somebody who has proved nothing."""
# Our own list, whatever the document says: `none` and shared secrets prove nothing (gap 1).
ID_TOKEN_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(eq=False)
class Misconfigured(PorticoError):
    """The provider's documents do not fit the connection. *reason* is for the team."""

    reason: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """A discovery document that has been checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    token_auth: str
    names_issuer_in_answers: bool
    """Whether answers to authorization requests name their issuer (RFC 9207)."""


@dataclass(slots=True)
class _Kept:
    at: float
    value: Any


@dataclass(slots=True)
class Discovery:
    """The documents of providers that one environment has read."""

    loopback: bool = False
    spares: bool = False
    """Whether a provider that was away a moment ago is not asked."""
    _documents: dict[str, _Kept] = field(default_factory=dict)
    _away: dict[str, float] = field(default_factory=dict)
    """When a document could not be read."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sparing(self) -> Self:
        """Return the same documents for whoever has proved nothing: a stranger could have us wait for
        a provider that is away, request after request. Contacts are not made to wait for it to be
        back.
        """
        return replace(self, spares=True)

    def metadata(self, url: str, *, issuer: str) -> Metadata:
        """Read a discovery document.

        Args:
            url: the document's address.
            issuer: the exact issuer that the document must name (gap 3).

        Raises:
            ProviderAway: the document could not be read.
            Misconfigured: the document contradicts the connection.
        """
        try:
            return self._checked(self._read(url, fresher_than=DOCUMENTS_KEPT), issuer)
        except Misconfigured:
            # The team may have corrected it just now, and tries again at once.
            return self._checked(self._read(url, fresher_than=REFETCH), issuer)

    def _checked(self, document: dict[str, Any], issuer: str) -> Metadata:
        if document.get("issuer") != issuer:
            raise Misconfigured(f"it calls its issuer {str(document.get('issuer'))[:200]!r}")
        for name in ENDPOINTS:
            try:
                check_url(str(document.get(name, "")), loopback=self.loopback)
            except ValueError as error:
                raise Misconfigured(f"its {name} is not {error}") from None
        offered = _texts(document, "id_token_signing_alg_values_supported", "RS256")
        algorithms = tuple(each for each in ID_TOKEN_ALGORITHMS if each in offered)
        if not algorithms:
            raise Misconfigured("it signs with no algorithm that we take")
        basic = "client_secret_basic"
        methods = _texts(document, "token_endpoint_auth_methods_supported", basic)
        return Metadata(
            issuer=issuer,
            authorization_endpoint=document["authorization_endpoint"],
            token_endpoint=document["token_endpoint"],
            jwks_uri=document["jwks_uri"],
            userinfo_endpoint=document.get("userinfo_endpoint"),
            algorithms=algorithms,
            token_auth=basic if basic in methods else "client_secret_post",
            names_issuer_in_answers=bool(
                document.get("authorization_response_iss_parameter_supported")
            ),
        )

    def keys(self, url: str, *, again: bool = False) -> KeySet:
        """Read a provider's keys. *again* fetches them if the kept ones do not fit.

        Raises:
            ProviderAway: the keys could not be fetched.
            Misconfigured: there is no key that we can use.
        """
        found: list[Key] = []
        for each in self._published(url, fresher_than=REFETCH if again else DOCUMENTS_KEPT):
            # Skip a key that we cannot read: it may be for other clients (RFC 7517, 5).
            with suppress(JoseError, ValueError, TypeError, KeyError):
                found.append(import_key(each))
        if not found:
            raise Misconfigured("it publishes no key that can be read")
        return KeySet(found)

    def key_issuer(self, url: str, kid: str | None) -> str | None:
        """Return the issuer to which Microsoft's JWKS limits a key (gap 6)."""
        for key in self._published(url, fresher_than=DOCUMENTS_KEPT):
            if key.get("kid") == kid and key.get("issuer"):
                return str(key["issuer"])
        return None

    def _published(self, url: str, *, fresher_than: float) -> list[dict[str, Any]]:
        keys = self._read(url, fresher_than=fresher_than).get("keys")
        if not isinstance(keys, list):
            raise Misconfigured("it publishes no list of keys")
        # Keep only public signing keys: a shared secret proves nothing here.
        return [
            each
            for each in keys
            if isinstance(each, dict)
            and each.get("kty") in ("RSA", "EC")
            and each.get("use") in (None, "sig")
        ]

    def _read(self, url: str, *, fresher_than: float) -> dict[str, Any]:
        now = time.monotonic()
        with self._lock:
            kept = self._documents.get(url)
            if kept is None or now - kept.at >= fresher_than:
                if self.spares and now - self._away.get(url, -SPARED) < SPARED:
                    raise ProviderAway("away a moment ago")
                try:
                    kept = _Kept(now, self._fetch(url))
                except (ProviderAway, TryLater):
                    self._away[url] = time.monotonic()
                    raise
                self._documents[url] = kept
        document: dict[str, Any] = kept.value
        return document

    def _fetch(self, url: str) -> dict[str, Any]:
        with session(loopback=self.loopback) as http:
            answer = http.get(url, headers={"accept": "application/json"})
        try:
            document = read_json(answer.content)
        except ValueError:
            raise ProviderAway("not JSON") from None
        if answer.status_code != 200 or not isinstance(document, dict):
            raise ProviderAway(f"status {answer.status_code}")
        return document


def _texts(document: dict[str, Any], name: str, default: str) -> list[Any]:
    values = document.get(name) or [default]
    if not isinstance(values, list):
        raise Misconfigured(f"its {name} is no list")
    return values


def session(*, loopback: bool) -> Session:
    """Return a session that reaches providers only."""
    made = Session()
    mount(made, loopback=loopback)
    return made
