"""Microsoft Entra ID and personal accounts, v2.0 endpoint.

Source: MicrosoftDocs/entra-docs, identity-platform (access-tokens, id-token-claims-reference,
optional-claims-reference, migrate-off-email-claim-authorization).
"""

from typing import Any

from portico.people.identities import Identity
from portico.sso.providers.kinds import NotBelieved, OpenId, guid_in, key_in, text_in
from portico.sso.rules import Connection, Person

HOST = "https://login.microsoftonline.com"
MULTI_TENANT = ("organizations", "common")
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant that all personal accounts belong to."""


def discovery(connection: Connection) -> tuple[str, str]:
    """Return the discovery document's URL and issuer, without a tenant if there are several."""
    base = connection.stand_in or HOST
    one = connection.tenants[0] if len(connection.tenants) == 1 else "organizations"
    # Microsoft signs a tenant's guests in only at that tenant's own address, not at `common`.
    issuer = "{tenantid}" if one in MULTI_TENANT else one
    return f"{base}/{one}/v2.0/.well-known/openid-configuration", f"{base}/{issuer}/v2.0"


def issuer_of(template: str, claims: dict[str, Any]) -> str:
    """Return the issuer that these claims must have: the template with their own tenant."""
    tenant = guid_in(claims, "tid", reason="no-tenant")
    return template.replace("{tenantid}", tenant)


def read(connection: Connection, claims: dict[str, Any]) -> Person:
    """Read the claims of an id token whose issuer has been compared with its tenant."""
    tenant = guid_in(claims, "tid", reason="no-tenant")
    object_id = guid_in(claims, "oid", reason="no-subject")
    allowed = set(connection.tenants)
    is_listed = tenant in allowed
    is_organization = tenant != PERSONAL_TENANT and "organizations" in allowed
    if not (is_listed or is_organization or "common" in allowed):
        raise NotBelieved("tenant-not-allowed")
    # Whoever runs a tenant can enter any address in `email` (nOAuth). The address counts only if
    # Microsoft says that the tenant owns the domain, or if the team itself listed this tenant.
    # `xms_edov` comes as a boolean, a number or text.
    vouched = claims.get("xms_edov")
    owns_domain = type(vouched) in (bool, int, str) and vouched in (True, "1", "true", "True")
    # Whoever had a personal account's address then confirmed it, once. People keep the account
    # when they leave the company.
    is_personal = tenant == PERSONAL_TENANT
    return Person(
        # `sub` differs from app to app, and `oid` may repeat across tenants: use tenant and `oid`.
        Identity(connection.id, key_in(claims, "iss"), f"{tenant}.{object_id}"),
        name=text_in(claims, "name"),
        email=text_in(claims, "email"),
        email_is_verified=(owns_domain or is_listed) and not is_personal,
        tenant=tenant,
        object_id=object_id,
    )


PROVIDER = OpenId(
    scope="openid profile email",
    discovery=discovery,
    read=read,
    token_auth="client_secret_post",  # noqa: S106 - the name of a method
    more=lambda _: {"prompt": "select_account"},
)
