"""Sixty answers of mail servers, as they stand in logs and in the servers' own documentation."""

from datetime import UTC, datetime

import pytest

from local import ses_events
from local.ses_events import SentMail
from portico.deliveries.causes import Cause, cause_of
from portico.deliveries.ses_events import SesEvent

MAIL = SentMail("ses-1", "ann@example.com", {}, datetime(2026, 11, 29, 14, tzinfo=UTC))
SAMPLES = {
    Cause.NO_SUCH_MAILBOX: (
        (
            "550-5.1.1 The email account that you tried to reach does not exist. Please try "
            "550-5.1.1 double-checking the recipient's email address for typos"
        ),
        (
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@example.com not found by SMTP "
            "address lookup"
        ),
        (
            "550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in virtual mailbox "
            "table"
        ),
        "550 5.1.1 User unknown",
        "554 delivery error: dd This user doesn't have a yahoo.com account",
        "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)",
        "550 No such user here",
        "511 5.1.1 <ann@example.com> user unknown, not our customer",
        "550 5.1.1 invalid recipient",
        (
            "Amazon SES has suppressed sending to this address because it has a recent history of "
            "bouncing as an invalid address"
        ),
    ),
    Cause.MAILBOX_OFF: (
        (
            "550-5.2.1 The email account that you tried to reach is disabled. Learn more at "
            "https://support.google.com/mail/?p=DisabledUser"
        ),
        (
            "554 30 Sorry, your message to ann@example.com cannot be delivered. This mailbox is disabled "
            "(554.30)"
        ),
        "550 5.2.1 ann@example.com account is inactive",
        "450 4.2.1 The user's account has been suspended",
        "553 5.3.0 <ann@example.com>... account expired",
        "552 1 Requested mail action aborted, mailbox locked",
    ),
    Cause.MAILBOX_FULL: (
        (
            "452-4.2.2 The email account that you tried to reach is over quota. Please direct the "
            "recipient to https://support.google.com/mail/?p=OverQuotaTemp"
        ),
        "552-5.2.2 The recipient's inbox is out of storage space and inactive",
        "552 5.2.2 Mailbox full",
        "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
        "452 4.3.1 Insufficient system storage",
        "552 5.7.0 user quota exceeded, try again later",
    ),
    Cause.NO_SUCH_DOMAIN: (
        "Unable to lookup DNS for example.invalid",
        "550 5.4.4 Invalid domain name: domain not found",
        "550 5.4.310 DNS domain example.invalid does not exist",
        "550 Unrouteable address",
        "556 5.1.10 Recipient address has a null MX",
    ),
    Cause.SERVER_OUT_OF_REACH: (
        "Unable to connect: connection timed out after 300 seconds",
        "421 4.4.2 Connection dropped due to SocketError",
        "421 4.3.2 Service not available, closing transmission channel",
        "Connection refused by mx.example.com",
        "454 4.7.0 TLS not available due to local problem",
    ),
    Cause.TAKEN_FOR_SPAM: (
        "550 5.7.1 Message rejected as spam by Content Filtering",
        "550-5.7.1 Gmail has detected that this message is likely unsolicited mail",
        "554 5.7.1 [P4] Message blocked due to spam content in the message",
        "554 5.6.0 Message contains a virus",
        "550 High probability of spam",
    ),
    Cause.SENDER_DISTRUSTED: (
        "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
        "554 5.7.1 Our system has detected that the reputation of your IP is low",
        "550-5.7.1 [192.0.2.1] very low reputation of the sending domain",
        (
            "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent; part of their network is "
            "on our block list (S3150)"
        ),
        "553 Mail rejected: host listed in a DNSBL",
    ),
    Cause.SENDER_UNPROVED: (
        (
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail "
            "requires all senders to authenticate with either SPF or DKIM"
        ),
        "550 5.7.1 Email rejected per DMARC policy for acme.test",
        "550 5.7.23 SPF validation error",
        "550 5.7.509 Access denied, sending domain acme.test does not pass DMARC verification",
        "550 5.7.20 No passing DKIM signature found",
    ),
    Cause.TOO_FAST: (
        "421-4.7.28 Our system has detected an unusual rate: rate limited",
        (
            "450 4.2.0 <ann@example.com>: Recipient address rejected: Greylisted, see "
            "http://postgrey.example"
        ),
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
        (
            "450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents "
            "additional messages"
        ),
        "451 4.7.500 Server busy. Please try again later",
        "421 too many connections from your host",
    ),
    Cause.NOT_ALLOWED: (
        (
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; "
            "delivery restricted"
        ),
        "550 5.7.1 Relaying denied",
        "554 5.7.1 <ann@example.com>: Relay access denied",
        "550 5.7.0 Message rejected due to local policy",
        "550 5.4.1 Recipient address rejected: Access denied",
    ),
    Cause.UNCLEAR: ("550 Mail refused, call the postmaster",),
}


def read(answer: str, **more: str) -> SesEvent:
    told = {"kind": "Permanent/General", "status": "", **more}
    event = SesEvent.read(
        ses_events.bounced(MAIL, f"smtp; {answer}", kind=told["kind"], status=told["status"])
    )
    assert event is not None
    return event


class TestTheServersWords:
    def test_are_sixty_and_a_dozen_causes(self):
        assert sum(map(len, SAMPLES.values())) == 60
        assert len(Cause) == 12
        assert SAMPLES.keys() | {Cause.REPORTED} == set(Cause)

    @pytest.mark.parametrize(
        ("cause", "answer"),
        [(cause, answer) for cause, answers in SAMPLES.items() for answer in answers],
        ids=[f"{cause}-{n}" for cause, answers in SAMPLES.items() for n in range(len(answers))],
    )
    def test_are_read_as_their_cause(self, cause, answer):
        assert cause_of(read(answer)) is cause


class TestWithoutWords:
    @pytest.mark.parametrize(
        ("kind", "status", "cause"),
        [
            ("Permanent/NoEmail", "", Cause.NO_SUCH_MAILBOX),
            ("Permanent/Suppressed", "", Cause.NO_SUCH_MAILBOX),
            ("Transient/MailboxFull", "", Cause.MAILBOX_FULL),
            ("Transient/ContentRejected", "", Cause.TAKEN_FOR_SPAM),
            ("Permanent/General", "5.1.1", Cause.NO_SUCH_MAILBOX),
            ("Permanent/General", "5.2.1", Cause.MAILBOX_OFF),
            ("Transient/General", "4.4.1", Cause.SERVER_OUT_OF_REACH),
            ("Permanent/General", "5.7.1", Cause.NOT_ALLOWED),
            ("Undetermined/Undetermined", "", Cause.UNCLEAR),
        ],
    )
    def test_it_is_what_ses_found_and_then_the_code(self, kind, status, cause):
        assert cause_of(read("", kind=kind, status=status)) is cause

    @pytest.mark.parametrize(
        ("kind", "cause"),
        [
            ("MailboxFull", Cause.MAILBOX_FULL),
            ("SpamDetected", Cause.TAKEN_FOR_SPAM),
            ("IPFailure", Cause.SENDER_DISTRUSTED),
            ("TransientCommunicationFailure", Cause.SERVER_OUT_OF_REACH),
            ("RecipientServerError", Cause.SERVER_OUT_OF_REACH),
            ("Undetermined", Cause.UNCLEAR),
        ],
    )
    def test_a_delay_is_what_ses_found(self, kind, cause):
        event = SesEvent.read(ses_events.delayed(MAIL, "", kind=kind, status=""))

        assert event is not None
        assert cause_of(event) is cause

    def test_a_complaint_is_reported_whatever_it_says(self):
        event = SesEvent.read(ses_events.complained(MAIL))

        assert event is not None
        assert cause_of(event) is Cause.REPORTED
