"""Check what a team registers of a portal, and say in words what is wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from portico.openid import redirect_uris
from portico.openid.registered_client import CLIENT_NAME, SECRETS_KEPT, RegisteredClient
from portico.people.rules import AREAS, Workspace
from portico.people.setting_kinds import maybe, several, switch, text
from portico.people.workspace_settings import SettingRule, SettingsRefused
from portico.printable import is_printable_name

LONGEST_LABEL = 100
LONGEST_AUDIENCE = 200
MOST_URIS = 20
"""Addresses of each kind. One portal needs no more."""

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")


PORTAL_KINDS: dict[str, SettingRule] = {
    "label": SettingRule(f"1 to {LONGEST_LABEL} printable characters", text()),
    "redirect_uris": SettingRule("a list of addresses", several(text(), most=MOST_URIS)),
    "post_logout_uris": SettingRule("a list of addresses", several(text(), most=MOST_URIS)),
    "areas": SettingRule("a list of areas", several(text(), most=len(AREAS))),
    "initiate_login_uri": SettingRule("an address, or null", maybe(text())),
    "backchannel_logout_uri": SettingRule("an address, or null", maybe(text())),
    "audience": SettingRule("a URI, or null", maybe(text())),
    "without_pkce": SettingRule("true or false", switch),
    "on": SettingRule("true or false", switch),
}
"""What a team sets of a portal, and of which kind it is. :func:`checked` has the rules."""


def checked(portal: RegisteredClient) -> RegisteredClient:
    """Return *portal* with each value normalised.

    Raises:
        SettingsRefused: one or more values are not allowed; it names all of them.
    """
    checks = _Checks(portal)
    checks.run()
    if checks.problems:
        raise SettingsRefused(tuple(checks.problems))
    return checks.portal


def cautions(
    portal: RegisteredClient, workspace: Workspace, *, loopback: bool = False
) -> list[str]:
    """Return what a team should know about an allowed but doubtful registration.

    Args:
        portal: as :func:`checked` returned it.
        workspace: its workspace, as the doors know it.
        loopback: whether everything is on one developer's machine.
    """
    found = list(_of_beginning(portal, workspace))
    if portal.may_leave_pkce_out:
        found.append(
            "It may sign in without PKCE, so only its own check of the nonce keeps a stolen code "
            "from being used in somebody else's sign-in. If its library can send PKCE: "
            f"portico portal set {workspace.id} {portal.id} --with-pkce (RFC 9700, 2.1.1)."
        )
    apps = [each for each in portal.redirect_uris if redirect_uris.web_origin(each) is None]
    if apps and not portal.is_public:
        found.append(
            f"{apps[0]} is an app's, so whoever has the app can read its secret: use --public "
            "(RFC 8252, 8.5)."
        )
    every = [*portal.redirect_uris, *filter(None, [portal.initiate_login_uri])]
    local = [each for each in every if redirect_uris.is_on_this_machine(each)]
    if local and not loopback and not portal.is_public:
        found.append(f"{local[0]} is the contact's own machine: only for a developer, or an app.")
    told = portal.backchannel_logout_uri
    if told and redirect_uris.is_on_this_machine(told) and not loopback:
        found.append(
            f"{told} is Portico's own machine, which it never calls: nobody is told there."
        )
    return found


def _of_beginning(portal: RegisteredClient, workspace: Workspace) -> Iterator[str]:
    begins = portal.initiate_login_uri
    if begins is None:
        if portal.areas:
            yield "Its areas have no effect without --initiate-login-uri."
        return
    missing = sorted(set(portal.areas) - workspace.areas.keys())
    if missing:
        yield f"{workspace.id} has no area {' '.join(missing)}: portico workspace set {workspace.id} --area"
    theirs, there = redirect_uris.web_origin(begins), redirect_uris.web_origin(workspace.portal_url)
    if theirs != there:
        yield (
            f"Contacts who come by a portal link go to an area on {there}, the portal of "
            f"{workspace.id}, but {theirs} probably opens only its own pages. If so: "
            f"portico workspace set {workspace.id} --portal-url"
        )
    if not portal.on:
        return
    wanted = set(portal.areas or workspace.areas)
    for other in sorted(workspace.portals, key=lambda each: str(each["id"])):
        both = (
            sorted(wanted & set(other["areas"] or workspace.areas))
            if other["id"] != portal.id
            else []
        )
        if both:
            first, second = sorted((portal.id, str(other["id"])))
            yield f"{first} and {second} both serve {' '.join(both)}: contacts go to {first}."


@dataclass
class _Checks:
    portal: RegisteredClient
    problems: list[tuple[str, str]] = field(default_factory=list)

    def run(self) -> None:
        self._names()
        self._uris("redirect_uris", redirect_uris.redirect, self.portal.redirect_uris, fewest=1)
        self._uris(
            "post_logout_uris", redirect_uris.post_logout, self.portal.post_logout_uris, fewest=0
        )
        self._initiate_login()
        self._backchannel_logout()
        self._areas()
        self._audience()
        self._secrets()
        self._pkce()

    def _names(self) -> None:
        if not CLIENT_NAME.match(self.portal.id):
            self._refuse("portal", "1 to 31 of a-z, 0-9 and -, a letter first")
        label = self.portal.label
        if not (
            0 < len(label) <= LONGEST_LABEL and is_printable_name(label) and label == label.strip()
        ):
            self._refuse("label", f"1 to {LONGEST_LABEL} printable characters")

    def _uris(
        self, name: str, check: Callable[[str], str], given: list[str], *, fewest: int
    ) -> None:
        if not fewest <= len(given) <= MOST_URIS:
            self._refuse(name, f"give {fewest} to {MOST_URIS} addresses")
            return
        if len(set(given)) != len(given):
            self._refuse(name, "give each address once")
        for each in given:
            self._let(name, check, each)

    def _initiate_login(self) -> None:
        if self.portal.initiate_login_uri is not None:
            self._let(
                "initiate_login_uri", redirect_uris.initiate_login, self.portal.initiate_login_uri
            )

    def _backchannel_logout(self) -> None:
        uri = self.portal.backchannel_logout_uri
        if uri is None:
            return
        self._let("backchannel_logout_uri", redirect_uris.backchannel_logout, uri)
        if self.portal.is_public:
            self._refuse("backchannel_logout_uri", "only for a portal with a secret, on a server")

    def _let(self, name: str, check: Callable[[str], str], uri: str) -> None:
        try:
            check(uri)
        except ValueError as wrong:
            # The typed text goes to a terminal, so show it only if it is printable.
            shown = (
                uri
                if uri.isprintable() and len(uri) <= redirect_uris.LONGEST_URI
                else "one of them"
            )
            self._refuse(name, f"{shown}: {wrong}" if uri else str(wrong))

    def _areas(self) -> None:
        for each in self.portal.areas:
            if each not in AREAS:
                self._refuse("areas", f"{each!a}: no area; use {', '.join(AREAS)}")
        self.portal = replace(self.portal, areas=sorted(set(self.portal.areas)))

    def _audience(self) -> None:
        audience = self.portal.audience
        if audience in (None, self.portal.workspace_id):
            self.portal = replace(self.portal, audience=None)
        elif not _ABSOLUTE.match(audience or "") or len(audience or "") > LONGEST_AUDIENCE:
            # A bare word could be another workspace's id, and its doors would believe the token.
            self._refuse(
                "audience",
                f"a URI such as https://api.example.com, {LONGEST_AUDIENCE} characters "
                "at most; without one, the audience is the workspace's id",
            )

    def _secrets(self) -> None:
        secrets = self.portal.secrets
        if len(secrets) > SECRETS_KEPT or not all(_HASH.match(each) for each in secrets):
            self._refuse("secrets", f"hashes, {SECRETS_KEPT} at most")

    def _pkce(self) -> None:
        if self.portal.without_pkce and self.portal.is_public:
            self._refuse("without_pkce", "not of a public portal: without a secret it needs PKCE")

    def _refuse(self, name: str, reason: str) -> None:
        self.problems.append((name, reason))
