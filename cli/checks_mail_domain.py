"""The doctor's checks of one mail domain: SES's identity, and what DNS says of it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cli.dns_lookup import NoAnswer
from cli.findings import ATTENTION, BROKEN, MAKE_IDENTITY, OK, Check, Unanswered, ask

SEE = "docs/deploy.md#mail"

type Answers = Iterator[tuple[str, str] | tuple[str, str, str]]
type Lookup = Callable[[str, str], list[str]]
"""Of a name and a kind, the records."""
type Told = Callable[[str], dict[str, Any]]


def identity_of(domain: str) -> dict[str, Any]:
    """Return what SES says of its identity.

    Raises:
        Unanswered: SES does not say, or has none.
    """
    return ask("sesv2", "get_email_identity", EmailIdentity=domain)


def checks(domain: str, region: str, lookup: Lookup, told: Told = identity_of) -> list[Check]:
    """Return the checks of one domain.

    Args:
        domain: the domain, in its ASCII form.
        region: SES's.
        lookup: how to ask DNS.
        told: how to ask SES for an identity; raises ``Unanswered``.
    """
    whole = (
        ("identity", partial(_identity, domain, told)),
        ("DKIM", partial(_dkim, domain, lookup, told)),
        ("MAIL FROM", partial(_mail_from, domain, region, lookup, told)),
        ("SPF", partial(_spf, domain, lookup)),
        ("DMARC", partial(_dmarc, domain, lookup)),
    )
    return [Check(f"{name} of {domain}", SEE, partial(_looked_at, work)) for name, work in whole]


def _looked_at(work: Callable[[], Answers]) -> Answers:
    try:
        yield from work()
    except NoAnswer as none:
        yield ATTENTION, f"not looked at: {none}"
    except Unanswered as none:
        # That it is not there is said once, of the identity itself.
        if none.reason != "NotFoundException":
            raise
        yield ATTENTION, "not looked at: SES has no such identity"


def _identity(domain: str, told: Told) -> Answers:
    try:
        found = told(domain)
    except Unanswered as none:
        if none.reason != "NotFoundException":
            raise
        yield (
            BROKEN,
            f"SES has none: {MAKE_IDENTITY} {domain}",
        )
        return
    if found.get("VerifiedForSendingStatus"):
        yield OK, "SES has verified it"
    else:
        yield BROKEN, "SES has not verified it: it waits for the records of DKIM"


def _dkim(domain: str, lookup: Lookup, told: Told) -> Answers:
    dkim = told(domain).get("DkimAttributes", {})
    tokens = dkim.get("Tokens", [])
    if not dkim.get("SigningEnabled", True):
        yield BROKEN, "signing is switched off: mail is taken for spam"
    missing = False
    for token in tokens if dkim.get("SigningAttributesOrigin", "AWS_SES") == "AWS_SES" else []:
        name, target = f"{token}._domainkey.{domain}", f"{token}.dkim.amazonses.com"
        found = lookup(name, "CNAME")
        if target not in found:
            missing = True
            instead = f", and not {found[0]}" if found else ""
            yield BROKEN, f"DNS lacks: {name} CNAME {target}{instead}"
    if dkim.get("Status") == "SUCCESS" and not missing:
        yield OK, "signs"
    elif not missing:
        status = str(dkim.get("Status", "unknown")).lower().replace("_", " ")
        yield ATTENTION, f"does not sign yet ({status}): SES looks again by itself, for three days"


def _mail_from(domain: str, region: str, lookup: Lookup, told: Told) -> Answers:
    own = told(domain).get("MailFromAttributes", {})
    name = own.get("MailFromDomain") or f"bounce.{domain}"
    host = f"feedback-smtp.{region}.amazonses.com"
    if not own.get("MailFromDomain"):
        yield (
            ATTENTION,
            (
                "none: SPF passes for SES and not for you. aws sesv2 "
                f"put-email-identity-mail-from-attributes --email-identity {domain} "
                f"--mail-from-domain {name} --behavior-on-mx-failure USE_DEFAULT_VALUE"
            ),
        )
    hosts = [each.partition(" ")[2] for each in lookup(name, "MX")]
    if hosts != [host]:
        state = BROKEN if own.get("MailFromDomain") else ATTENTION
        yield state, f"DNS lacks, and nothing beside it: {name} MX 10 {host}"
    senders = [each for each in lookup(name, "TXT") if each.lower().startswith("v=spf1")]
    if not any("include:amazonses.com" in each.lower() for each in senders):
        state = BROKEN if own.get("MailFromDomain") else ATTENTION
        yield state, f'DNS lacks: {name} TXT "v=spf1 include:amazonses.com ~all"'
    elif hosts == [host] and own.get("MailFromDomainStatus") == "SUCCESS":
        yield OK, f"is {name}"


def _spf(domain: str, lookup: Lookup) -> Answers:
    found = [each for each in lookup(domain, "TXT") if each.lower().split(" ")[0] == "v=spf1"]
    if len(found) > 1:
        yield BROKEN, f"{len(found)} records, of which receivers take none: leave one of them"
    elif not found:
        yield OK, "none, which is right where nobody else mails from here: MAIL FROM has its own"
    elif found[0].lower().split()[-1] in ("+all", "all"):
        yield (
            BROKEN,
            f"lets everybody mail in your name ({found[0][-4:].strip()}): end it with ~all",
        )
    else:
        yield OK, found[0]


def _dmarc(domain: str, lookup: Lookup) -> Answers:
    place, found = domain, _policies(domain, lookup)
    while not found and place.count(".") > 1:
        place = place.partition(".")[2]
        found = _policies(place, lookup)
    if not found:
        line = f'_dmarc.{domain} TXT "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"'
        yield ATTENTION, f"none: anybody can mail codes in your name. DNS lacks: {line}"
        return
    if len(found) > 1:
        yield BROKEN, f"{len(found)} records at _dmarc.{place}, of which receivers take none"
        return
    tags = {}
    for part in found[0].lower().split(";"):
        tag, _, value = part.partition("=")
        tags[tag.strip()] = value.strip()
    policy = tags.get("p", "")
    if place != domain:
        policy = tags.get("sp", policy)
    at = "" if place == domain else f", at {place}"
    if policy in ("quarantine", "reject"):
        yield OK, f"p={policy}{at}"
    elif policy == "none":
        yield ATTENTION, f"p=none{at}: it only reports. Go to quarantine when the reports are fine"
    else:
        yield BROKEN, f"says no policy{at}: {found[0]}"


def _policies(domain: str, lookup: Lookup) -> list[str]:
    found = lookup(f"_dmarc.{domain}", "TXT")
    return [each for each in found if each.lower().replace(" ", "").startswith("v=dmarc1")]
