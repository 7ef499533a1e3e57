"""Why somebody came back from a provider and was not let in, and what to do, as a team reads it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SsoRefusal:
    """One of the trail's reasons for ``sso.refused``, in words."""

    why: str
    """Part of a sentence, without its full stop."""
    then: str
    """Sentences; ``{workspace}``, ``{connection}`` and ``{who}`` stand for their names."""


_CHECK_DIRECTORY = "See who has a match, and why not: portico directory check {workspace}"
_TEST = "Test the connection: portico connection test {workspace} {connection}"
_TRY_AGAIN = "They open the link again and sign in."
_NOT_BELIEVED = (
    f"{_TEST}. If it passes, the provider's administrator looks at the application's settings."
)
_SWITCHED_OFF = SsoRefusal(
    "the connection was switched off meanwhile",
    "To offer it again: portico connection on {workspace} {connection}",
)

REASONS = {
    "answer": SsoRefusal(
        "the provider refused, and said: {word}",
        f"If the word is not clear, ask the provider's administrator. {_TEST}",
    ),
    "answer: access_denied": SsoRefusal("they pressed Cancel at the provider", _TRY_AGAIN),
    "answer: user_cancelled_login": SsoRefusal("they pressed Cancel at the provider", _TRY_AGAIN),
    "answer: consent_required": SsoRefusal(
        "they did not allow the provider to pass on their name and address",
        "They sign in again and allow it, or the provider's administrator allows it for everybody.",
    ),
    "no-code": SsoRefusal("the provider's answer had no code in it", _NOT_BELIEVED),
    "no-user": SsoRefusal("the provider did not say who they are", _NOT_BELIEVED),
    "no-subject": SsoRefusal("the provider named no account of theirs", _NOT_BELIEVED),
    "no-tenant": SsoRefusal("the provider named no tenant of their account", _NOT_BELIEVED),
    "no-access-token": SsoRefusal("the provider's answer had no access token", _NOT_BELIEVED),
    "no-id-token": SsoRefusal("the provider's answer had no ID token", _NOT_BELIEVED),
    "for-somebody-else": SsoRefusal(
        "the provider's answers named two different accounts", _NOT_BELIEVED
    ),
    "id-token": SsoRefusal(
        "the provider's ID token is not valid ({word}): its signature, issuer, audience or time",
        f"{_TEST}. A provider's clock that is off by more than a minute causes this too.",
    ),
    "key-of-another-issuer": SsoRefusal(
        "the provider's ID token is signed with a key of another issuer", _NOT_BELIEVED
    ),
    "answer-without-issuer": SsoRefusal(
        "the answer did not name the provider that it must name", _NOT_BELIEVED
    ),
    "answer-of-another-issuer": SsoRefusal(
        "the answer came from another provider than the one they went to",
        f"If it happens again, somebody may be mixing up providers on purpose. {_TEST}",
    ),
    "code-refused": SsoRefusal(
        "the provider refused our request for its tokens: the client secret has expired or is "
        "wrong, or the redirect URI is not registered",
        f"{_TEST}. See docs/operate.md, Renewing a client secret.",
    ),
    "misconfigured": SsoRefusal("the connection is not set up as the provider needs it", _TEST),
    "tenant-not-allowed": SsoRefusal(
        "their account belongs to a tenant that the connection does not list",
        "See its tenants: portico connection list {workspace}",
    ),
    "hosted-domain": SsoRefusal(
        "their account belongs to a domain that the connection does not list",
        "See its domains: portico connection list {workspace}",
    ),
    "not-in-directory": SsoRefusal("no directory record lets them in", _CHECK_DIRECTORY),
    "directory-record-inactive": SsoRefusal("their directory record is inactive", _CHECK_DIRECTORY),
    "directory-record-changed": SsoRefusal(
        "an import changed their directory record in that moment",
        f"{_TRY_AGAIN} If it happens again: portico directory check {{workspace}}",
    ),
    "in-directory-but-no-contact": SsoRefusal(
        "there is a directory record, but no contact with its address",
        'To add one: portico contact add {workspace} --name "…" --email ADDRESS',
    ),
    "another-contact": SsoRefusal(
        "the personal link that they opened is another contact's",
        "Send them their own: portico link create {workspace} --contact {who}",
    ),
    "contact-inactive": SsoRefusal(
        "the contact is deactivated",
        "To let them in again: portico contact activate {workspace} {who}",
    ),
    "contact-changed": SsoRefusal(
        "the contact was deactivated or signed out everywhere in that moment",
        f"{_TRY_AGAIN} If that fails: portico contact show {{workspace}} {{who}}",
    ),
    "session-ended": SsoRefusal(
        "they were signed out while they connected an account",
        "They sign in and connect it again.",
    ),
    "too-many-changes": SsoRefusal(
        "their ways in were changed as often as they may be within an hour",
        "They connect the account in an hour.",
    ),
    "identity-taken-back": SsoRefusal(
        "the account was connected after a change of address that was undone",
        "They sign in another way, and connect it again on their account page.",
    ),
    "identity-of-another-contact": SsoRefusal(
        "the account has become another contact's meanwhile",
        "The other contact disconnects it on their account page, or they use another account.",
    ),
    "already-linked": SsoRefusal(
        "the account is connected to another contact",
        "The other contact disconnects it on their account page, or they use another account.",
    ),
    "connection-off": _SWITCHED_OFF,
    "portal-unavailable": SsoRefusal(
        "the portal was switched off or paused meanwhile",
        "See whether it is on, or paused: portico workspace show {workspace}",
    ),
    "invalid-portal-link": SsoRefusal(
        "the link was revoked or had expired",
        "See the links, and make a new one: portico link list {workspace} --all",
    ),
    "key-rotated-twice": SsoRefusal(
        "the secret was rotated twice while they were at the provider", _TRY_AGAIN
    ),
    "sso-expired": SsoRefusal(
        "the same answer came twice, or too late",
        f"{_TRY_AGAIN} A browser's Back button causes this.",
    ),
    "away": SsoRefusal(
        "the provider, or something of ours, was out of reach",
        f"{_TRY_AGAIN} If it happens again: portico connection test {{workspace}} {{connection}}",
    ),
}
"""By the trail's word; of a word with a colon, such as ``id-token: …``, by what is before it."""


def refusal_for(reason: str) -> SsoRefusal:
    """Return the words for a reason of the trail; a reason that is not known stands for itself."""
    kind, _, word = reason.partition(": ")
    found = REASONS.get(reason) or REASONS.get(kind)
    if found is None:
        return SsoRefusal(reason or "?", "See docs/operate.md, Why can't Ann get in?")
    return SsoRefusal(found.why.format(word=word), found.then)
