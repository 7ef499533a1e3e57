"""FLT-08: keys and secrets are away, or are none, when an environment starts."""

from typing import Any

import pytest

from portico.aws.clients import READ_TIMEOUT, REPEAT_AFTER
from portico.aws.keys import derive
from portico.codes.rules import derive_code
from tests.faults import trouble as what
from tests.faults.test_doors import the_page_loads
from tests.faults.trouble import LASTS, Fault, Step
from tests.faults.visits import PUBLIC_KEY, SECRET, SIGN, VISITS, Visit
from tests.support.doors import door, stream_record
from tests.support.driver import OK, Portal

A_VERSION = "0" * 36
TWO_ATTEMPTS = 2 * READ_TIMEOUT + REPEAT_AFTER + 0.1
"""Seconds: both unanswered, with the short wait between them and not the SDK's own second."""

NO_SECRET: dict[str, Fault] = {
    "out-of-reach": what.never_arrives,
    "silent": what.hangs,
    "gone": what.answers("ResourceNotFoundException"),
    "not-granted": what.answers("AccessDeniedException"),
    "not-readable": what.answers("DecryptionFailure"),
    "broken": what.answers("InternalServiceError"),
    "empty": what.gives(SecretString="", VersionId=A_VERSION),
    "blank": what.gives(SecretString=" ", VersionId=A_VERSION),
    "cut": what.gives(SecretString="k" * 31, VersionId=A_VERSION),
    "bytes": what.gives(SecretBinary="AAAA", VersionId=A_VERSION),
    "nothing": what.gives(VersionId=A_VERSION),
}
"""What Secrets Manager may say instead of the secret."""

NO_KEY: dict[str, Fault] = {
    "out-of-reach": what.never_arrives,
    "silent": what.hangs,
    "gone": what.answers("NotFoundException"),
    "switched-off": what.answers("DisabledException"),
    "doomed": what.answers("KMSInvalidStateException"),
    "not-granted": what.answers("AccessDeniedException"),
    "throttled": what.throttles,
    "broken": what.answers("KMSInternalException"),
}
"""What KMS may say instead of signing, or of handing out the public key."""

BY_NAME = {visit.name: visit for visit in VISITS}


def table(operation: str, faults: dict[str, Fault], name: str, *, fast: str = "") -> list[Any]:
    """Every fault of one call of a visit."""
    return [
        pytest.param(
            BY_NAME[name],
            Step(operation),
            fault,
            id=f"{name}-{operation.partition('.')[2]}-{said}",
            marks=() if said == fast else pytest.mark.slow,
        )
        for said, fault in faults.items()
    ]


def some(faults: dict[str, Fault], *names: str) -> dict[str, Fault]:
    return {name: faults[name] for name in names}


STARTS = [
    *table(SECRET, NO_SECRET, "typing", fast="empty"),
    *table(SECRET, some(NO_SECRET, "silent", "empty"), "guessing"),
    *table(SECRET, some(NO_SECRET, "silent", "empty"), "refreshing"),
    *table(SIGN, NO_KEY, "typing", fast="silent"),
    *table(SIGN, some(NO_KEY, "silent", "switched-off"), "refreshing"),
    *table(PUBLIC_KEY, some(NO_KEY, "silent", "switched-off"), "reading"),
    *table(PUBLIC_KEY, some(NO_KEY, "out-of-reach"), "signing-out"),
]


class TestAnEnvironmentThatStarts:
    @pytest.mark.parametrize(("visit", "step", "fault"), STARTS)
    def test_flt_08_without_them_says_try_later_and_uses_nothing_up(
        self, portal, trouble, watch, environments, heard, visit: Visit, step: Step, fault: Fault
    ):
        send = visit.prepare(portal)
        attempts = [row["attempts"] for row in challenges(portal)]
        environments()
        heard()
        trouble.meets(step, fault, LASTS)
        began = watch.now

        failed = [send() for _ in range(3)]

        assert trouble.has_struck
        assert [answer.problem for answer in failed] == [(503, "try-later")] * 3
        assert {answer.headers["retry-after"] for answer in failed} == {"2"}
        assert [answer.cookies for answer in failed] == [[]] * 3
        assert watch.now - began <= 3 * TWO_ATTEMPTS
        assert "ServerErrorsAlarm" in heard(*failed).alarms()
        assert the_page_loads(portal)
        assert [row["attempts"] for row in challenges(portal)] == attempts
        trouble.mend()
        # The very environment that found nothing goes on.
        assert send().status == visit.status

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["opening", "asking", "asking-again"])
    def test_flt_08_needs_none_of_them_to_ask_for_a_code(self, portal, wire, environments, name):
        send = BY_NAME[name].prepare(portal)
        environments()
        for operation in (SECRET, SIGN, PUBLIC_KEY):
            wire.cut(operation)

        assert send().status == BY_NAME[name].status

    @pytest.mark.parametrize("secret", ["", pytest.param("k" * 31, marks=pytest.mark.slow)])
    def test_flt_08_takes_no_code_that_an_empty_secret_makes(
        self, portal, trouble, environments, secret
    ):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        made = derive_code(
            derive(secret.encode(), version=A_VERSION[:8]).code,
            challenge=portal.browser.challenge,
            purpose="sign_in",
            generation=1,
        )
        environments()
        said = what.gives(SecretString=secret, VersionId=A_VERSION)
        trouble.meets(Step(SECRET), said, LASTS)

        assert portal.browser.types(made).problem == (503, "try-later")

        trouble.mend()
        assert portal.browser.types(made).status == 401
        assert portal.session_rows() == []

    @pytest.mark.parametrize(
        "name",
        [pytest.param(n, marks=pytest.mark.slow) for n in ("silent", "empty", "not-granted")],
    )
    def test_flt_08_mails_nothing_without_the_secret_and_the_true_code_with_it(
        self, portal, trouble, environments, queues, heard, name
    ):
        portal.browser.asks_for_a_code()
        environments()
        heard()
        trouble.meets(Step(SECRET), NO_SECRET[name], LASTS)
        record = stream_record(portal.challenge_row())
        answer = door("send_mail").handler({"Records": [record]}, None)

        assert answer == OK
        assert (portal.mails, queues.waiting) == ([], 1)
        assert heard().counted()["send_mail", "queued"] == 1
        trouble.mend()
        portal.forward(seconds=35)
        queues.hand_in()
        assert len(portal.mails) == 1
        assert portal.browser.types_the_mailed_code().status == 200


MALFORMED: dict[str, Any] = {
    "office_networks": ["the office"],
    "areas": "tickets",
    "request_flows": 7,
    "portal_url": None,
    "portal_origins": 7,
    "locale": 7,
    "logo": 7,
    "accent_color": 7,
    "sender_name": 7,
    "inbound_addresses": 7,
    "connections": "entra",
    "directory_rule": 7,
    "portal_enabled": "no",
    "code_method": "no",
    "session_idle_seconds": "8 hours",
    "trail_days": "long",
}


class TestAMalformedSetting:
    @pytest.mark.parametrize(
        "setting",
        [pytest.param(each, marks=pytest.mark.slow) for each in MALFORMED],
    )
    def test_flt_08_stops_its_own_workspace_at_most(self, portal, queues, setting):
        other = portal.neighbour()
        other.adds("Bob Baker", "bob@example.com")
        ann, bob = portal.browser, other.browser
        ann.signs_in()
        bob.signs_in("bob@example.com")
        portal.forward(minutes=1)
        home = next(row for row in portal.rows("people") if row["pk"] == "acme#workspace")
        portal.writes("people", home | {setting: MALFORMED[setting]})

        of_acme = [ann.opens_the_link(), ann.asks_for_a_code(), ann.refreshes(), ann.signs_out()]
        of_globex = [bob.opens_the_link(), bob.asks_for_a_code("bob@example.com")]
        records = [stream_record(each) for each in challenges(portal) if each.get("mail")]
        delivered = door("send_mail").handler({"Records": records}, None)
        of_globex += [bob.types_the_mailed_code(), bob.refreshes(), bob.signs_out()]

        assert {answer.status for answer in of_acme} <= {200, 202, 204, 503}
        assert [answer.status for answer in of_globex] == [200, 202, 200, 200, 204]
        assert delivered == OK
        portal.writes("people", home)
        assert ann.opens_the_link().status == 200

    @pytest.mark.parametrize("rule", ["sso-only", pytest.param("", marks=pytest.mark.slow)])
    def test_flt_08_of_the_directory_lets_nobody_in_by_a_code(self, portal, rule):
        portal.browser.asks_for_a_code()
        home = next(row for row in portal.rows("people") if row["pk"] == "acme#workspace")
        portal.writes("people", home | {"directory_rule": rule})
        portal.delivers_mail()

        assert portal.mails == []
        assert portal.browser.asks_for_a_code().problem == (403, "sign-in-method-off")


def challenges(portal: Portal) -> list[dict[str, Any]]:
    return [row for row in portal.rows("sign-in") if row["sk"] == "challenge"]
