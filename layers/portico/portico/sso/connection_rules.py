"""Check what a team sets in a connection, and say in words what is wrong."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from portico.errors import InvalidRequest
from portico.people.addresses import normalise
from portico.people.setting_kinds import maybe, one_of, several, text
from portico.people.workspace_settings import SettingRule, SettingsRefused
from portico.printable import is_printable_name
from portico.sso.providers.microsoft import MULTI_TENANT, PERSONAL_TENANT
from portico.sso.public_addresses import NotPublic, check_url
from portico.sso.rules import CONNECTION, PROVIDER_KINDS, Connection

LONGEST_CLIENT_ID = 200
LONGEST_URL = 512
MOST_TENANTS = 20
MOST_DOMAINS = 20

LONGEST_SECRET = 4096

LABELS = {"microsoft": "Microsoft", "google": "Google", "facebook": "Facebook", "x": "X"}
"""What a button says unless the team wants it otherwise."""
CONNECTION_KINDS: dict[str, SettingRule] = {
    "kind": SettingRule(f"one of {' '.join(PROVIDER_KINDS)}", one_of(PROVIDER_KINDS)),
    "label": SettingRule("1 to 100 printable characters", text()),
    "client_id": SettingRule("the app's id at the provider, without blanks", text()),
    "issuer": SettingRule("an https address, or null", maybe(text())),
    "discovery_url": SettingRule("an https address, or null", maybe(text())),
    "tenants": SettingRule("a list of tenant ids", several(text(), most=MOST_TENANTS)),
    "hosted_domains": SettingRule("a list of domains", several(text(), most=MOST_DOMAINS)),
    "vouches_for": SettingRule("a list of domains", several(text(), most=MOST_DOMAINS)),
}
"""What a team sets of a connection, and of which kind it is. :func:`checked` has the rules."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def checked_secret(secret: Any) -> str:
    """Return a client secret without the blanks around it.

    Raises:
        InvalidRequest: the text cannot be one. It is not quoted.
    """
    text = secret.strip() if isinstance(secret, str) else ""
    if not 0 < len(text) <= LONGEST_SECRET or not text.isprintable() or " " in text:
        reason = f"1 to {LONGEST_SECRET} characters on one line, without blanks"
        raise InvalidRequest("secret", reason)
    return text


def checked(connection: Connection, *, loopback: bool = False) -> Connection:
    """Return *connection* with each value normalised.

    Args:
        connection: as typed.
        loopback: whether an issuer may be on this machine.

    Raises:
        SettingsRefused: one or more values are not allowed.
    """
    checks = _Checks(connection, loopback)
    checks.run()
    if checks.problems:
        raise SettingsRefused(tuple(checks.problems))
    return checks.connection


def cautions(connection: Connection) -> list[str]:
    """Return what a team should know about an allowed but risky connection."""
    found = []
    is_open = set(connection.tenants) & set(MULTI_TENANT)
    if connection.kind == "microsoft" and is_open and connection.vouches_for:
        found.append(
            "Anybody can run a Microsoft tenant and enter any address in it. We trust an address "
            "only if Microsoft says that the tenant owns the domain (the optional claim "
            "xms_edov, docs/sso.md), or if the tenant is listed by its id."
        )
    if connection.kind in ("microsoft", "google", "oidc") and not connection.vouches_for:
        found.append(
            "It vouches for no domain. So everybody types a mailed code once to connect their "
            "account, and a directory rule matches only by tenant and object id."
        )
    return found


@dataclass
class _Checks:
    connection: Connection
    loopback: bool
    problems: list[tuple[str, str]] = field(default_factory=list)

    def run(self) -> None:
        self._names()
        if self.connection.kind not in PROVIDER_KINDS:
            self._refuse("kind", f"one of {' '.join(PROVIDER_KINDS)}")
            return
        self._tenants()
        self._issuer()
        self._discovery_url()
        self._hosted_domains()
        self._vouches_for()

    def _names(self) -> None:
        if not CONNECTION.match(self.connection.id):
            self._refuse("id", "2 to 31 of a-z, 0-9 and -, a letter first")
        label, client = self.connection.label, self.connection.client_id
        if not (0 < len(label) <= 100 and is_printable_name(label) and label == label.strip()):
            self._refuse("label", "1 to 100 printable characters")
        is_plain = client.isprintable() and client.isascii() and not re.search(r"\s", client)
        if not (0 < len(client) <= LONGEST_CLIENT_ID and is_plain):
            self._refuse("client_id", "the app's id at the provider, without blanks")

    def _tenants(self) -> None:
        tenants = [each.lower() for each in self.connection.tenants]
        self.connection = replace(self.connection, tenants=tenants)
        if self.connection.kind != "microsoft":
            self._only_for("tenants", tenants, "microsoft")
            return
        if not tenants or len(tenants) > MOST_TENANTS:
            self._refuse("tenants", f"1 to {MOST_TENANTS} tenant ids, or organizations, or common")
        for each in tenants:
            if each == PERSONAL_TENANT:
                self._refuse(
                    "tenants", f"{each}: this tenant has all personal accounts; use common"
                )
            elif each in MULTI_TENANT and len(set(tenants)) > 1:
                self._refuse("tenants", f"{each}: use it alone, because it includes the others")
            elif each not in MULTI_TENANT and not _GUID.match(each):
                self._refuse(
                    "tenants", f"{each}: the tenant's id (Directory ID, a GUID), not its domain"
                )

    def _issuer(self) -> None:
        issuer = self.connection.issuer
        if self.connection.kind != "oidc":
            self._only_for("issuer", issuer, "oidc")
            return
        try:
            check_url(issuer or "", loopback=self.loopback)
        except NotPublic as wrong:
            self._refuse("issuer", f"{wrong}, exactly as in the provider's discovery document")
        except ValueError:
            self._refuse("issuer", "an https address")
        if "?" in (issuer or ""):
            self._refuse("issuer", "an https address without ?")
        if {"{", "}"} & set(issuer or ""):
            # Every tenant of Microsoft's would sign in there, with any address that it likes.
            self._refuse("issuer", "one issuer, without {…}; all tenants are --kind microsoft")
        if (issuer or "").endswith("/.well-known/openid-configuration"):
            self._refuse("issuer", "the issuer, without /.well-known/openid-configuration")

    def _discovery_url(self) -> None:
        url = self.connection.discovery_url
        if self.connection.kind != "oidc" or url is None:
            self._only_for("discovery_url", url, "oidc")
            return
        is_plain = url.isascii() and url.isprintable() and " " not in url
        if not (is_plain and 0 < len(url) <= LONGEST_URL):
            self._refuse("discovery_url", f"1 to {LONGEST_URL} plain characters, without blanks")
            return
        try:
            check_url(url, loopback=self.loopback)
        except NotPublic as wrong:
            self._refuse("discovery_url", f"{wrong}: that of the discovery document itself")
        except ValueError:
            self._refuse("discovery_url", "an https address")

    def _hosted_domains(self) -> None:
        hosted = self.connection.hosted_domains
        if self.connection.kind != "google":
            self._only_for("hosted_domains", hosted, "google")
            return
        domains = sorted({self._domain("hosted_domains", each) for each in hosted})
        if len(domains) > MOST_DOMAINS:
            self._refuse("hosted_domains", f"{MOST_DOMAINS} domains at most")
        self.connection = replace(self.connection, hosted_domains=domains)

    def _vouches_for(self) -> None:
        given = self.connection.vouches_for
        if given and self.connection.kind in ("facebook", "x"):
            self._refuse("vouches_for", "the provider does not say if an address was confirmed")
            return
        domains = sorted({self._domain("vouches_for", each) for each in given})
        if len(domains) > MOST_DOMAINS:
            self._refuse("vouches_for", f"{MOST_DOMAINS} domains at most")
        self.connection = replace(self.connection, vouches_for=domains)

    def _domain(self, name: str, text: str) -> str:
        try:
            return normalise(f"x@{text}").partition("@")[2]
        except InvalidRequest:
            self._refuse(name, f"{text}: a domain such as example.com")
            return text

    def _only_for(self, name: str, value: object, kind: str) -> None:
        if value:
            self._refuse(name, f"only {kind} has it")

    def _refuse(self, name: str, reason: str) -> None:
        self.problems.append((name, reason))
