"""The ways in which a fake provider can misbehave, each with a name."""

from dataclasses import dataclass

OPENID = ("microsoft", "google", "oidc")
PLAIN = ("facebook", "x")
KINDS = (*OPENID, *PLAIN)

ORDINARY = ""
FAULTS = ("slow", "drip", "error-500", "html", "huge", "bomb", "loop")
"""Faults that any endpoint of a provider can have."""
PLACES = ("token", "keys", "discovery", "user")
"""The endpoints that can have a fault."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to misbehave."""

    name: str
    about: str
    kinds: tuple[str, ...] = KINDS


MODES = (
    Mode("deny", "the person presses Cancel"),
    Mode("error", "the provider answers with an error of its own"),
    Mode("no-email", "no email address"),
    Mode("unverified-email", "an address that nobody verified", OPENID),
    Mode("text-false", 'email_verified is the text "false"', ("google", "oidc")),
    Mode("text-true", 'email_verified is the text "true"', ("google", "oidc")),
    Mode("foreign-tenant", "a foreign tenant with this person's address", ("microsoft",)),
    Mode("tenant-mismatch", "issuer of one tenant, tid of another", ("microsoft",)),
    Mode("no-tenant", "no tid at all", ("microsoft",)),
    Mode("consumer-key", "signed by the key of personal accounts", ("microsoft",)),
    Mode("slow", "the answer takes a minute"),
    Mode("drip", "the answer comes byte by byte"),
    Mode("error-500", "answers 500"),
    Mode("html", "answers with a web page"),
    Mode("huge", "answers with 20 MB"),
    Mode("bomb", "answers with 20 MB, packed into 20 KB"),
    Mode("loop", "redirects for ever"),
    Mode("refused", "refuses the code"),
    Mode("problem", "refuses the code, in words that are no OAuth error"),
    Mode("no-access-token", "answers without an access token"),
    Mode("no-id-token", "answers without an id token", OPENID),
    Mode("wrong-nonce", "the nonce of another sign-in", OPENID),
    Mode("no-nonce", "no nonce", OPENID),
    Mode("no-subject", "nobody at all"),
    Mode("wrong-audience", "made for another client", OPENID),
    Mode("azp-only", "made for another client, and presented by us", OPENID),
    Mode("extra-audience", "made for us and another client", OPENID),
    Mode("extra-audience-azp", "made for us and another client, that one presents it", OPENID),
    Mode("wrong-issuer", "issued by somebody else", OPENID),
    Mode("expired", "expired five minutes ago", OPENID),
    Mode("early", "issued ten minutes from now", OPENID),
    Mode("ahead", "issued thirty seconds from now, as clocks differ", OPENID),
    Mode("unsigned", "not signed", OPENID),
    Mode("wrong-key", "signed with a key that was never published", OPENID),
    Mode("hmac", "signed with the public key, as if it were a secret", OPENID),
    Mode("new-key", "a new key, published under a new name", OPENID),
    Mode("same-kid", "a new key, published under the old name", OPENID),
    Mode("wrong-at-hash", "bound to another access token", OPENID),
    Mode("wrong-answer-issuer", "the answer names another issuer", OPENID),
    Mode("no-answer-issuer", "the answer does not name its issuer", OPENID),
    Mode("other-user", "userinfo is of somebody else", OPENID),
    Mode("discovery-issuer", "the discovery document names another issuer", OPENID),
)


def modes_of(kind: str) -> list[Mode]:
    """Return the modes that a provider of this kind has."""
    return [each for each in MODES if kind in each.kinds]
