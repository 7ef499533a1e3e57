"""What the mailbox page tells of mails that were held back."""

from local.withheld import KEPT, WithheldMails, read
from tests.support.doors import stream_record

WITHHELD = {
    "id": "evt_1",
    "name": "code.withheld",
    "at": "2026-11-21T12:05:00.000+00:00",
    "by": "contact",
    "detail": {
        "reason": "mailbox-budget",
        "generation": "1",
        "most": "4",
        "window": "hour",
        "until": "2026-11-21T12:40:00+00:00",
        "has_kept": "yes",
    },
}


def record(event=WITHHELD, **row):
    return stream_record({"pk": "acme#challenge#x", "sk": "challenge", "event": event, **row})


def to(one):
    found = read(one)
    return found and found["to"]


class TestAMailThatWasHeldBack:
    def test_says_why_and_what_to_do(self):
        assert read(record(email="ann@example.com")) == {
            "id": "evt_1",
            "at": "2026-11-21T12:05:00.000+00:00",
            "workspace": "acme",
            "to": "ann@example.com",
            "why": (
                "the mailbox has used up its four mails of the hour that anybody may ask for, "
                "until 2026-11-21 12:40 UTC"
            ),
            "then": (
                "Wait until 2026-11-21 12:40 UTC, or make a personal link, for which some mails are "
                "kept: portico link create acme --contact ann@example.com"
            ),
        }

    def test_of_nobody_leads_to_the_list_of_contacts(self):
        none = record(WITHHELD | {"detail": {"reason": "not-a-contact"}}, email="bob@example.com")

        found = read(none)

        assert found is not None
        assert found["why"] == "no contact had this primary email"
        assert found["then"].endswith("portico contact list acme")

    def test_names_whoever_it_is_for(self):
        of_link = {"id": "ct_1", "email": "ann@example.com"}

        assert to(record(contact=of_link)) == "ann@example.com"
        assert to(record(contact={"id": "ct_1"})) == "ct_1"
        assert to(record(contact="ct_1")) == "ct_1"
        assert to(record(contact_id="ct_1")) == "ct_1"

    def test_is_no_other_event(self):
        assert read(record(WITHHELD | {"name": "code.mailed"})) is None
        assert read({"dynamodb": {}}) is None


class TestTheMailsThatWereHeldBack:
    def test_are_told_once_and_oldest_first(self):
        mails = WithheldMails()
        other = record(WITHHELD | {"id": "evt_2"})

        mails.take({"Records": [record(), other]})
        mails.take({"Records": [record()]})

        assert [each["id"] for each in mails.all()] == ["evt_1", "evt_2"]

    def test_are_the_newest(self):
        mails = WithheldMails()

        for n in range(KEPT + 1):
            mails.take({"Records": [record(WITHHELD | {"id": f"evt_{n}"})]})

        assert (mails.all()[0]["id"], len(mails.all())) == ("evt_1", KEPT)
