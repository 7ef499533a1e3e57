"""What each door reads from its environment, once, at its import.

Names are those of template.yaml; a test compares the two.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


class SettingMissing(RuntimeError):
    """A door was deployed without a variable it needs: better no door than a wrong one."""


class SettingTooShort(RuntimeError):
    """A door was deployed with a secret that can be guessed."""


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Variables whose upper-case names are the fields' names; an empty one counts as absent."""

    @classmethod
    def variables(cls) -> set[str]:
        """Return the names of the environment variables."""
        return {each.name.upper() for each in fields(cls)}

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables.

        Raises:
            SettingMissing: one that may not be empty is.
            SettingTooShort: the edge secret is there, and can be guessed.
        """
        values = {each.name: environ.get(each.name.upper(), "") for each in fields(cls)}
        for name in sorted(values.keys() - OPTIONAL):
            if not values[name]:
                raise SettingMissing(name.upper())
        if 0 < len(values.get("edge_secret", "")) < SHORTEST_EDGE_SECRET:
            raise SettingTooShort("EDGE_SECRET")
        return cls(**values)


def log_level(environ: Mapping[str, str]) -> int:
    """Return the level below which a door's own log says nothing, e.g. ``logging.WARNING``.

    It is ``LogLevel`` of the template. Lambda's own level is open for metrics, which are log lines
    too, so it must not decide here. Where somebody has raised it above ours, Lambda drops what
    stands between the two, and so do we.
    """
    known = logging.getLevelNamesMapping()
    ours = known.get(environ.get("POWERTOOLS_LOG_LEVEL", ""), logging.INFO)
    return max(ours, known.get(environ.get("AWS_LAMBDA_LOG_LEVEL", ""), logging.NOTSET))


OPTIONAL = frozenset({"edge_secret", "issuer", "provider_loopback"})
"""Parameters a cloud team may leave empty."""

SHORTEST_EDGE_SECRET = 32
"""Characters. Whoever guesses it says from which network they come, and budgets count networks."""


@dataclass(frozen=True, slots=True)
class HttpSettings(DoorSettings):
    """Variables of every door that answers requests."""

    issuer: str
    """``https://<own domain>``: who signs, and where the page lives. Empty: the host that
    API Gateway answers for."""
    edge_secret: str
    """Proves that CloudFront's viewer address is CloudFront's; empty: never believe it."""


@dataclass(frozen=True, slots=True)
class ResolveLinkSettings(HttpSettings):
    """Variables of POST /v1/links/resolve."""

    people_table: str


@dataclass(frozen=True, slots=True)
class RequestCodeSettings(HttpSettings):
    """Variables of POST /v1/codes and /v1/codes/resend."""

    people_table: str
    sign_in_table: str


@dataclass(frozen=True, slots=True)
class VerifyCodeSettings(HttpSettings):
    """Variables of POST /v1/codes/verify."""

    people_table: str
    sign_in_table: str
    code_secret: str
    """ARN of the secret that the code and refresh keys are derived from."""
    signing_keys: str
    """KMS key ARNs, comma-separated: the first signs, all are published."""


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
    """The address codes are mailed from; its domain is the SES identity."""
    configuration_set: str
    daily_quota: str
    """Mails that SES sends for this account in 24 hours: strangers may cause a tenth of them."""
    retry_queue: str
    """URL of the queue for what the stream handler could not finish."""


@dataclass(frozen=True, slots=True)
class RecordTrailSettings(DoorSettings):
    """Variables of the trail's writer."""

    trail_table: str


@dataclass(frozen=True, slots=True)
class StartSsoSettings(HttpSettings):
    """Variables of POST /v1/sso/start."""

    people_table: str
    sign_in_table: str
    code_secret: str
    signing_keys: str
    """KMS key ARNs: who connects one more account shows an access token."""
    connection_secrets: str
    """Where client secrets lie: ``portico/<stack>/connection``, then workspace and connection."""
    provider_loopback: str
    """``open`` on a laptop, whose fake providers answer on loopback; empty everywhere else."""


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
    "start_sso": StartSsoSettings,
    "finish_sso": FinishSsoSettings,
    "authorize": AuthorizeSettings,
    "token": TokenSettings,
    "userinfo": UserInfoSettings,
    "end_session": EndSessionSettings,
    "revoke": RevokeSettings,
    "send_mail": SendMailSettings,
    "record_trail": RecordTrailSettings,
    "sign_in_page": SignInPageSettings,
}
