"""The environment variables of each door, read once, when the door is imported.

The names are those of template.yaml. A test compares the two.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


class SettingMissing(RuntimeError):
    """A door lacks a variable that it needs. It must not start with a wrong default."""


class SettingTooShort(RuntimeError):
    """A door has a secret that is short enough to guess."""


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Variables named like the fields, in upper case. An empty variable counts as absent."""

    @classmethod
    def variables(cls) -> set[str]:
        """Return the names of the environment variables."""
        return {each.name.upper() for each in fields(cls)}

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables.

        Raises:
            SettingMissing: a required variable is absent or empty.
            SettingTooShort: the edge secret is short enough to guess.
        """
        values = {each.name: environ.get(each.name.upper(), "") for each in fields(cls)}
        for name in sorted(values.keys() - OPTIONAL):
            if not values[name]:
                raise SettingMissing(name.upper())
        if 0 < len(values.get("edge_secret", "")) < SHORTEST_EDGE_SECRET:
            raise SettingTooShort("EDGE_SECRET")
        return cls(**values)


def log_level(environ: Mapping[str, str]) -> int:
    """Return the level of a door's own log, e.g. ``logging.WARNING``.

    It is ``LogLevel`` of the template. Lambda's own level lets metrics pass, which are log lines
    too, so it must not decide here. If somebody raises it above ours, Lambda drops the lines
    between the two levels, and so do we.
    """
    known = logging.getLevelNamesMapping()
    ours = known.get(environ.get("POWERTOOLS_LOG_LEVEL", ""), logging.INFO)
    return max(ours, known.get(environ.get("AWS_LAMBDA_LOG_LEVEL", ""), logging.NOTSET))


OPTIONAL = frozenset({"edge_secret", "issuer", "provider_loopback"})
"""Variables that a cloud team may leave empty."""

SHORTEST_EDGE_SECRET = 32
"""Characters. A guesser could forge the network that budgets count."""


@dataclass(frozen=True, slots=True)
class HttpSettings(DoorSettings):
    """Variables of every door that answers requests."""

    issuer: str
    """``https://<own domain>``: the issuer of tokens, and the page's origin. If empty, the host
    that API Gateway answers for."""
    edge_secret: str
    """Proves that CloudFront set the viewer address. If empty, we never trust that header."""


@dataclass(frozen=True, slots=True)
class ResolveLinkSettings(HttpSettings):
    """Variables of POST /v1/links/resolve."""

    people_table: str


@dataclass(frozen=True, slots=True)
class RequestCodeSettings(HttpSettings):
    """Variables of POST /v1/codes, /v1/codes/resend, /v1/codes/mail and /v1/links/renew."""

    people_table: str
    sign_in_table: str


@dataclass(frozen=True, slots=True)
class VerifyCodeSettings(HttpSettings):
    """Variables of POST /v1/codes/verify."""

    people_table: str
    sign_in_table: str
    code_secret: str
    """ARN of the secret from which we derive the code and refresh keys."""
    signing_keys: str
    """KMS key ARNs, comma-separated. The first one signs, and we publish all."""


@dataclass(frozen=True, slots=True)
class SessionSettings(HttpSettings):
    """Variables of the session door."""

    people_table: str
    sign_in_table: str
    code_secret: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class PasswordSettings(HttpSettings):
    """Variables of the password door."""

    people_table: str
    sign_in_table: str
    code_secret: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class ManageContactsSettings(HttpSettings):
    """Variables of /v1/workspaces/{workspace}/contacts."""

    people_table: str
    sign_in_table: str
    trail_table: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class ManageWorkspaceSettings(HttpSettings):
    """Variables of /v1/workspaces."""

    people_table: str
    sign_in_table: str
    trail_table: str
    signing_keys: str
    connection_secrets: str
    provider_loopback: str


@dataclass(frozen=True, slots=True)
class ManageLinksSettings(HttpSettings):
    """Variables of the door of links and sessions."""

    people_table: str
    sign_in_table: str
    trail_table: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class SyncDirectorySettings(HttpSettings):
    """Variables of /scim/v2."""

    people_table: str
    sign_in_table: str


@dataclass(frozen=True, slots=True)
class DiagnoseSettings(HttpSettings):
    """Variables of the door of diagnoses."""

    people_table: str
    sign_in_table: str
    trail_table: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class AccountSettings(HttpSettings):
    """Variables of the account door."""

    people_table: str
    sign_in_table: str
    trail_table: str
    code_secret: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class SendMailSettings(DoorSettings):
    """Variables of the sender."""

    people_table: str
    sign_in_table: str
    code_secret: str
    mail_from: str
    """The sender address of mails. Its domain is the SES identity."""
    configuration_set: str
    daily_quota: str
    """Mails that SES sends for this account in 24 hours. Strangers may cause a tenth of them."""
    retry_queue: str
    """URL of the queue for mails that the stream handler could not finish."""


@dataclass(frozen=True, slots=True)
class RecordDeliverySettings(DoorSettings):
    """Variables of the door that records what became of mails."""

    people_table: str
    sign_in_table: str
    code_secret: str


@dataclass(frozen=True, slots=True)
class RecordTrailSettings(DoorSettings):
    """Variables of the door that writes the trail."""

    trail_table: str


@dataclass(frozen=True, slots=True)
class SignOutPortalsSettings(DoorSettings):
    """Variables of the door that tells portals who is signed out."""

    people_table: str
    sign_in_table: str
    signing_keys: str
    """KMS key ARNs, comma-separated. The first one signs."""
    token_issuer: str
    """The issuer of tokens. No request tells this door its host."""
    sign_out_queue: str
    """URL of the queue for portals to tell."""
    provider_loopback: str
    """``open`` on a laptop, where sample portals are told at loopback; otherwise empty."""


@dataclass(frozen=True, slots=True)
class StartSsoSettings(HttpSettings):
    """Variables of POST /v1/sso/start."""

    people_table: str
    sign_in_table: str
    code_secret: str
    signing_keys: str
    """KMS key ARNs, to check the access token of a contact who connects another account."""
    connection_secrets: str
    """Prefix of client secrets: ``portico/<stack>/connection``, then workspace and connection."""
    provider_loopback: str
    """``open`` on a laptop, where fake providers answer on loopback; otherwise empty."""


@dataclass(frozen=True, slots=True)
class FinishSsoSettings(HttpSettings):
    """Variables of GET /v1/sso/{connection}/callback."""

    people_table: str
    sign_in_table: str
    code_secret: str
    connection_secrets: str
    provider_loopback: str


@dataclass(frozen=True, slots=True)
class AuthorizeSettings(HttpSettings):
    """Variables of /oauth2/authorize."""

    people_table: str
    sign_in_table: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class TokenSettings(HttpSettings):
    """Variables of POST /oauth2/token."""

    people_table: str
    sign_in_table: str
    code_secret: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class UserInfoSettings(HttpSettings):
    """Variables of /oauth2/userinfo."""

    people_table: str
    sign_in_table: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class EndSessionSettings(HttpSettings):
    """Variables of /oauth2/end_session."""

    people_table: str
    sign_in_table: str
    signing_keys: str


@dataclass(frozen=True, slots=True)
class RevokeSettings(HttpSettings):
    """Variables of POST /oauth2/revoke."""

    people_table: str
    sign_in_table: str


@dataclass(frozen=True, slots=True)
class SignInPageSettings(HttpSettings):
    """Variables of the hosted page."""

    people_table: str


ALL: dict[str, type[DoorSettings]] = {
    "resolve_link": ResolveLinkSettings,
    "request_code": RequestCodeSettings,
    "verify_code": VerifyCodeSettings,
    "session": SessionSettings,
    "password": PasswordSettings,
    "account": AccountSettings,
    "manage_workspace": ManageWorkspaceSettings,
    "manage_contacts": ManageContactsSettings,
    "manage_links": ManageLinksSettings,
    "sync_directory": SyncDirectorySettings,
    "diagnose": DiagnoseSettings,
    "start_sso": StartSsoSettings,
    "finish_sso": FinishSsoSettings,
    "authorize": AuthorizeSettings,
    "token": TokenSettings,
    "userinfo": UserInfoSettings,
    "end_session": EndSessionSettings,
    "revoke": RevokeSettings,
    "send_mail": SendMailSettings,
    "record_delivery": RecordDeliverySettings,
    "record_trail": RecordTrailSettings,
    "sign_out_portals": SignOutPortalsSettings,
    "sign_in_page": SignInPageSettings,
}
