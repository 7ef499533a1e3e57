"""The table of providers: the module for each kind of connection."""

from portico.sso.providers import facebook, google, microsoft, oidc, x
from portico.sso.providers.kinds import OpenId, Plain

PROVIDERS: dict[str, OpenId | Plain] = {
    "microsoft": microsoft.PROVIDER,
    "google": google.PROVIDER,
    "facebook": facebook.PROVIDER,
    "x": x.PROVIDER,
    "oidc": oidc.PROVIDER,
}
