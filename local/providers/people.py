"""The accounts at the fake providers, and what each provider says about them.

The members have the providers' own names, so that nothing has to translate them for the doors.
"""

from dataclasses import dataclass, field
from typing import Any

ACME_TENANT = "11111111-1111-4111-8111-111111111111"
"""The company's own Microsoft tenant."""
FOREIGN_TENANT = "66666666-6666-4666-8666-666666666666"
"""Somebody else's tenant. Whoever runs it may enter any address in its accounts."""
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal Microsoft accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one provider."""

    key: str
    name: str
    claims: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    """A description for the page."""

    @property
    def email(self) -> str:
        """The account's address, if the provider has one."""
        return str(self.claims.get("email") or self.claims.get("confirmed_email") or "")


def object_id(number: int) -> str:
    """Return the object id of Microsoft's account *number*."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _microsoft(
    key: str, name: str, number: int, tenant: str, email: str, about: str = "", **more: Any
) -> Account:
    claims = {"tid": tenant, "oid": object_id(number), "preferred_username": email, "email": email}
    return Account(key, name, claims | more, about)


def _google(key: str, name: str, number: int, email: str, about: str = "", **more: Any) -> Account:
    claims = {"sub": f"1000000000000000{number:05d}", "email": email, "email_verified": True}
    return Account(key, name, claims | more, about)


def _oidc(key: str, name: str, number: int, email: str, about: str = "", **more: Any) -> Account:
    claims = {"sub": f"user-{number}", "email": email, "email_verified": True}
    return Account(key, name, claims | more, about)


ACCOUNTS: dict[str, tuple[Account, ...]] = {
    "microsoft": (
        _microsoft("ann", "Ann Archer", 1, ACME_TENANT, "ann@example.com", xms_edov=True),
        _microsoft("ben", "Ben Okafor", 2, ACME_TENANT, "ben@example.com", xms_edov=True),
        _microsoft("chloe", "Chloé Durand", 3, ACME_TENANT, "chloe@example.com", xms_edov=True),
        _microsoft(
            "nobody",
            "Nils Nobody",
            4,
            ACME_TENANT,
            "nobody@example.com",
            "no contact anywhere",
            xms_edov=True,
        ),
        _microsoft("erik", "Erik Outside", 5, ACME_TENANT, "erik@example.com", xms_edov=True),
        _microsoft(
            "mallory",
            "Mallory Ann",
            1,
            FOREIGN_TENANT,
            "ann@example.com",
            "a foreign tenant, Ann's address and object id",
        ),
        _microsoft(
            "pat", "Pat Private", 9, PERSONAL_TENANT, "pat@example.com", "a personal account"
        ),
    ),
    "google": (
        _google("ann", "Ann Archer", 1, "ann@example.com", hd="example.com"),
        _google("ben", "Ben Okafor", 2, "ben@example.com", hd="example.com"),
        _google("chloe", "Chloé Durand", 3, "chloe@example.com", hd="example.com"),
        _google("erik", "Erik Outside", 7, "erik@example.com", hd="example.com"),
        _google("gina", "Gina Mail", 4, "gina@gmail.com", "a gmail.com address"),
        _google("nobody", "Nils Nobody", 5, "nobody@example.com", "no contact", hd="example.com"),
        _google(
            "mallory", "Mallory Ann", 6, "ann@example.com", "Ann's address, and no hosted domain"
        ),
    ),
    "facebook": (
        Account("ann", "Ann Archer", {"id": "300000000000001", "email": "ann@example.com"}),
        Account("ben", "Ben Okafor", {"id": "300000000000002"}, "gave no address"),
        Account("cem", "Cem Kaya", {"id": "300000000000003"}, "gave no address"),
    ),
    "x": (
        Account("ann", "Ann Archer", {"id": "4000001", "confirmed_email": "ann@example.com"}),
        Account("ben", "Ben Okafor", {"id": "4000002"}, "gave no address"),
        Account("cem", "Cem Kaya", {"id": "4000003"}, "gave no address"),
    ),
    "oidc": (
        _oidc("ann", "Ann Archer", 1, "ann@example.com"),
        _oidc("ben", "Ben Okafor", 2, "ben@example.com"),
        _oidc("chloe", "Chloé Durand", 3, "chloe@example.com"),
        _oidc("nobody", "Nils Nobody", 4, "nobody@example.com", "no contact anywhere"),
    ),
}
