"""What the doctor says of a mail domain, with one record wrong at a time."""

from typing import Any

import pytest

from cli.checks_mail_domain import checks
from cli.dns_lookup import NoAnswer
from cli.findings import Unanswered

HOST = "feedback-smtp.eu-west-1.amazonses.com"
WELL: dict[tuple[str, str], list[str]] = {
    ("abc._domainkey.example.com", "CNAME"): ["abc.dkim.amazonses.com"],
    ("def._domainkey.example.com", "CNAME"): ["def.dkim.amazonses.com"],
    ("bounce.example.com", "MX"): [f"10 {HOST}"],
    ("bounce.example.com", "TXT"): ["v=spf1 include:amazonses.com ~all"],
    ("example.com", "TXT"): ["google-site-verification=x", "v=spf1 include:_spf.example.net ~all"],
    ("_dmarc.example.com", "TXT"): ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"],
}
IDENTITY: dict[str, Any] = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {
        "SigningEnabled": True,
        "Status": "SUCCESS",
        "SigningAttributesOrigin": "AWS_SES",
        "Tokens": ["abc", "def"],
    },
    "MailFromAttributes": {
        "MailFromDomain": "bounce.example.com",
        "MailFromDomainStatus": "SUCCESS",
    },
}


def findings(changed: Any = None, *, domain: str = "example.com", **identity: Any) -> list[Any]:
    records: dict[tuple[str, str], list[str]] = WELL | (changed or {})

    def lookup(name: str, kind: str) -> list[str]:
        found = records.get((name, kind), [])
        if found == ["?"]:
            raise NoAnswer("192.0.2.53 does not answer")
        return found

    told = lambda _: IDENTITY | identity  # noqa: E731
    return [
        found for check in checks(domain, "eu-west-1", lookup, told) for found in check.findings()
    ]


def wrong(changed: Any = None, **more: Any) -> list[tuple[str, str]]:
    return [
        (each.state, f"{each.what}: {each.said}")
        for each in findings(changed, **more)
        if each.state != "ok"
    ]


class TestADomainThatIsWell:
    def test_is_ok_in_five_lines(self):
        assert wrong() == []
        assert len(findings()) == 5


DMARC = ("_dmarc.example.com", "TXT")


class TestARecord:
    @pytest.mark.parametrize(
        ("place", "records", "state", "said"),
        [
            (
                ("def._domainkey.example.com", "CNAME"), [], "broken",
                "DNS lacks: def._domainkey.example.com CNAME def.dkim.amazonses.com",
            ),
            (
                ("def._domainkey.example.com", "CNAME"), ["old.example.net"], "broken",
                "def.dkim.amazonses.com, and not old.example.net",
            ),
            (
                ("bounce.example.com", "MX"), ["10 mx.example.com"], "broken",
                f"nothing beside it: bounce.example.com MX 10 {HOST}",
            ),
            (
                ("bounce.example.com", "TXT"), [], "broken",
                'bounce.example.com TXT "v=spf1 include:amazonses.com ~all"',
            ),
            (("example.com", "TXT"), ["v=spf1 -all", "v=spf1 ~all"], "broken", "2 records"),
            (("example.com", "TXT"), ["v=spf1 +all"], "broken", "everybody"),
            (
                DMARC, [], "attention",
                '_dmarc.example.com TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"',
            ),
            (DMARC, ["v=DMARC1; p=none"], "attention", "it only reports"),
            (DMARC, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "broken", "2 records"),
            (DMARC, ["v=DMARC1; rua=mailto:x@example.com"], "broken", "no policy"),
            (DMARC, ["?"], "attention", "not looked at: 192.0.2.53 does not answer"),
        ],
        ids=[f"case-{n}" for n in range(11)],
    )  # fmt: skip
    def test_that_is_wrong_is_said_with_the_line_to_paste(self, place, records, state, said):
        ((found, text),) = wrong({place: records})

        assert found == state
        assert said in text

    def test_may_be_absent_where_mail_from_has_its_own_spf(self):
        assert wrong({("example.com", "TXT"): []}) == []

    def test_of_dmarc_may_be_the_parents(self):
        parents = {
            ("bounce.example.com", "MX"): [f"10 {HOST}"],
            ("abc._domainkey.mail.example.com", "CNAME"): ["abc.dkim.amazonses.com"],
            ("def._domainkey.mail.example.com", "CNAME"): ["def.dkim.amazonses.com"],
        }
        said = [e.said for e in findings(parents, domain="mail.example.com") if "DMARC" in e.what]
        assert said == ["p=reject, at example.com"]

        lax = parents | {DMARC: ["v=DMARC1; p=reject; sp=none"]}
        ((state, text),) = wrong(lax, domain="mail.example.com")
        assert state == "attention"
        assert "p=none, at example.com" in text


class TestAnIdentity:
    def test_that_is_not_there_is_said_with_the_command(self):
        def told(_):
            raise Unanswered("sesv2:get_email_identity", "NotFoundException")

        whole = checks("example.com", "eu-west-1", lambda *_: [], told)
        first, dkim, mail_from, *_ = [found for check in whole for found in check.findings()]

        assert first.state == "broken"
        assert "aws sesv2 create-email-identity --email-identity example.com" in first.said
        # What hangs on it is no fault of its own.
        assert {dkim.state, mail_from.state} == {"attention"}
        assert dkim.said == mail_from.said == "not looked at: SES has no such identity"

    def test_that_is_not_verified_is_broken(self):
        ((state, text),) = wrong(VerifiedForSendingStatus=False)
        assert (state, "waits for the records" in text) == ("broken", True)

    def test_whose_dkim_waits_wants_attention(self):
        ((state, text),) = wrong(DkimAttributes=IDENTITY["DkimAttributes"] | {"Status": "PENDING"})
        assert (state, "(pending)" in text) == ("attention", True)

    def test_without_mail_from_is_said_with_command_and_lines(self):
        bare: Any = {("bounce.example.com", "MX"): [], ("bounce.example.com", "TXT"): []}

        found = wrong(bare, MailFromAttributes={})

        assert {state for state, _ in found} == {"attention"}
        assert "put-email-identity-mail-from-attributes" in found[0][1]
        assert f"bounce.example.com MX 10 {HOST}" in found[1][1]
