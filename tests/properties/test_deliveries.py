"""Whatever order SES's events come in, and however often: one end (MAI-03)."""

import os
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from local import ses_events
from local.ses_events import Event, SentMail
from portico.aws.keys import ring
from portico.deliveries.mail_tags import MailTags
from portico.deliveries.ses_events import RANK_OF_STATE, DeliveryState
from tests.support.doors import door, queue_record
from tests.support.driver import Portal

ANN = "ann@example.com"
STATES = {
    "delivery": DeliveryState.DELIVERED,
    "delay": DeliveryState.DELAYED,
    "bounce": DeliveryState.BOUNCED,
    "complaint": DeliveryState.COMPLAINED,
    "reject": DeliveryState.REJECTED,
}
MAILS = ("acme", "acme", "globex")
"""The workspace of each mail. All are to one address."""

type Told = tuple[int, str, timedelta]


def told() -> st.SearchStrategy[list[Told]]:
    soon = st.integers(1, 90_000).map(lambda seconds: timedelta(seconds=seconds))
    one = st.tuples(st.sampled_from(range(len(MAILS))), st.sampled_from(sorted(STATES)), soon)
    return st.lists(one, min_size=1, max_size=5)


def mail(portal: Portal, n: int) -> SentMail:
    tags = MailTags(MAILS[n], f"{n:012}", 1, portal.ann.id, 30)
    key = ring(os.environ["CODE_SECRET"]).current().delivery
    # A day apart, and a bit: some bounces come of mails that were on their way, and some do not.
    at = portal.now.replace(microsecond=0) + timedelta(hours=25 * n)
    return SentMail(f"ses-{n}", ANN, tags.signed(key=key, to=ANN), at)


def event(portal: Portal, one: Told) -> Event:
    n, kind, after = one
    if kind == "reject":
        return ses_events.rejected(mail(portal, n))
    return ses_events.OUTCOMES[kind](mail(portal, n), after=after)  # type: ignore[call-arg]


def kept(portal: Portal) -> list[tuple[str, dict[str, Any]]]:
    """All that the door writes, but what it only counts."""
    kinds = ("#delivery#", "#suppressed#", "-unknown#", "#refus")
    heads = [row for row in portal.rows("people") if row["sk"] == "head" and "strikes" in row]
    return [
        *(("people", row) for row in heads),
        *(
            (table, row)
            for table in ("sign-in", "people")
            for row in portal.rows(table)
            if any(kind in row["pk"] for kind in kinds)
        ),
    ]


def end_of(portal: Portal, events: list[Event]) -> list[Any]:
    for each in events:
        answer = door("record_delivery").handler({"Records": [queue_record(each)]}, None)
        assert answer["batchItemFailures"] == []
    found = kept(portal)
    for table, row in found:
        if row["sk"] == "head":
            portal.writes(table, {k: v for k, v in row.items() if k != "strikes"})
        else:
            portal.removes(table, row)
        if row["pk"].startswith("-unknown#"):
            # It stays for three days after what came last; its entries are compared by their times.
            del row["expires_at"], row["ttl"]
    return sorted(found, key=str)


class TestEventsOfAFewMails:
    """MAI-03."""

    def test_end_the_same_in_any_order_and_repeated(self, always, portal):
        portal.neighbour()

        @always(
            told().flatmap(lambda them: st.tuples(st.just(them), st.permutations(them + them[:3]))),
            of_rows=True,
        )
        def is_one_end(orders):
            (one, first), (_, second) = [
                (order, end_of(portal, [event(portal, each) for each in order])) for order in orders
            ]
            assert first == second
            for _, row in first:
                if "#delivery#" in row["pk"]:
                    happened = {
                        STATES[kind] for n, kind, _ in one if row["pk"].endswith(f"{n:012}")
                    }
                    assert row["state"] in happened
                    assert RANK_OF_STATE[DeliveryState(row["state"])] == max(
                        RANK_OF_STATE[each] for each in happened
                    )
