"""What a provider publishes about itself: its endpoints and its keys, kept for an hour."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import KeySet
from requests import Session

from portico.errors import PorticoError
from portico.sso.transport import ProviderAdapter, ProviderAway, check_url

KEPT = 3600.0
"""Seconds: a key that was replaced under the same name is noticed by then at the latest."""
REFETCH = 60.0
"""Seconds between two fetches for a key that is not there: anybody can name such a key."""
# Ours, whatever the document lists: `none` and shared-secret algorithms are no proof (gap 1).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(eq=False)
class Misconfigured(PorticoError):
    """The provider's documents do not fit the connection; *reason* is for the team."""

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
    """RFC 9207: the answer to an authorization request names its issuer."""


@dataclass(slots=True)
class _Kept:
    at: float
    value: Any


@dataclass(slots=True)
class Discovery:
    """The documents that one environment has read."""

    loopback: bool = False
    _documents: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def metadata(self, url: str, *, issuer: str) -> Metadata:
        """Read a discovery document.

        Args:
            url: where it lies.
            issuer: what it must call its issuer, to the letter (gap 3).

        Raises:
            ProviderAway: it could not be read.
            Misconfigured: it says something else than the connection.
        """
        document = self._read(url, fresher_than=KEPT)
        if document.get("issuer") != issuer:
            raise Misconfigured(f"it calls its issuer {str(document.get('issuer'))[:200]!r}")
        for name in ENDPOINTS:
            try:
                check_url(str(document.get(name, "")), loopback=self.loopback)
            except ValueError as error:
                raise Misconfigured(f"its {name} is not {error}") from None
        offered = document.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = tuple(each for each in ALGORITHMS if each in offered)
        if not algorithms:
            raise Misconfigured("it signs with no algorithm that we take")
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic"
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
        """Read a provider's keys; *again*, if what we have does not fit.

        Raises:
            ProviderAway: they could not be read.
            Misconfigured: they are no keys.
        """
        document = self._read(url, fresher_than=REFETCH if again else KEPT)
        try:
            return KeySet.import_key_set(document)  # type: ignore[arg-type]
        except (ValueError, KeyError, TypeError) as error:
            raise Misconfigured("its keys cannot be read") from error

    def key_issuer(self, url: str, kid: str | None) -> str | None:
        """Return the issuer that a key is limited to, as Microsoft's JWKS says (gap 6)."""
        document = self._read(url, fresher_than=KEPT)
        for key in document.get("keys", []):
            if key.get("kid") == kid and key.get("issuer"):
                return str(key["issuer"])
        return None

    def _read(self, url: str, *, fresher_than: float) -> dict[str, Any]:
        now = time.monotonic()
        with self._lock:
            kept = self._documents.get(url)
            if kept is None or now - kept.at >= fresher_than:
                kept = _Kept(now, self._fetch(url))
                self._documents[url] = kept
        document: dict[str, Any] = kept.value
        return document

    def _fetch(self, url: str) -> dict[str, Any]:
        with session(loopback=self.loopback) as http:
            answer = http.get(url, headers={"accept": "application/json"})
        try:
            document = answer.json()
        except ValueError:
            raise ProviderAway("not JSON") from None
        if answer.status_code != 200 or not isinstance(document, dict):
            raise ProviderAway(f"status {answer.status_code}")
        return document


def session(*, loopback: bool) -> Session:
    """Return a session that reaches providers, and nothing else."""
    made = Session()
    mount(made, loopback=loopback)
    return made


def mount(made: Session, *, loopback: bool) -> None:
    """Make *made* send everything through our adapter, and take nothing from the environment."""
    made.trust_env = False
    adapter = ProviderAdapter(loopback=loopback)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
