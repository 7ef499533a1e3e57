"""Tell the page of a personal link what became of the code's mail.

Nobody else is told. Whether a mail arrived says whether somebody has the address, so a shared link's
code is answered like one that is no more. Four questions a mail, and none after a code was typed:
one write decides and counts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portico.aws.tables import IS_THERE, ConditionFailed, Rows
from portico.aws.values import Row
from portico.clock import SYSTEM, Clock, epoch
from portico.codes.challenge import Challenge, id_of
from portico.codes.store import IS_ALIVE, IS_SAME_ORIGIN, challenge_key
from portico.deliveries.causes import Cause
from portico.deliveries.mail_tags import SUPPRESSED, delivery_key
from portico.deliveries.ses_events import DeliveryState
from portico.errors import ChallengeClosed, CrossSite, PorticoError, TooManyRequests
from portico.events import Caller
from portico.ids import fingerprint
from portico.links.rules import ACCOUNT_LINK
from portico.mail.letters import Purpose

MOST_QUESTIONS = 4
"""About one mail. The page asks when the resend wait is over, after 45, 75 and 120 seconds."""


class MailNews(StrEnum):
    """What a contact is told of a mail, in words that say what to do."""

    ON_ITS_WAY = "on-its-way"
    """Nothing was heard yet. Also of a mail that stays back for a reason that is not theirs."""
    DELAYED = "delayed"
    DELIVERED = "delivered"
    CAME_BACK = "came-back"
    MAILBOX_FULL = "mailbox-full"
    HELD_BACK = "held-back"
    """Mails to the address came back, so none goes out for now."""


_BY_STATE = {
    DeliveryState.DELAYED: MailNews.DELAYED,
    DeliveryState.DELIVERED: MailNews.DELIVERED,
    DeliveryState.BOUNCED: MailNews.CAME_BACK,
    DeliveryState.REJECTED: MailNews.CAME_BACK,
    # Who reports a mail as spam has it.
    DeliveryState.COMPLAINED: MailNews.DELIVERED,
}


def news_of(*, withheld: str | None, delivery: Row | None) -> MailNews:
    """Return what is told of a mail.

    Args:
        withheld: why the sender kept it back, if it did. Of the reasons only that mails came back is
            told: the others are about the link or the contact, or end by themselves.
        delivery: what its mail server answered, if it has.
    """
    if withheld is not None and withheld.startswith(SUPPRESSED):
        return MailNews.HELD_BACK
    if delivery is None:
        return MailNews.ON_ITS_WAY
    news = _BY_STATE[DeliveryState(delivery["state"])]
    if news is MailNews.CAME_BACK and delivery.get("cause") == Cause.MAILBOX_FULL:
        return MailNews.MAILBOX_FULL
    return news


@dataclass(frozen=True, slots=True)
class MailTold:
    """The answer."""

    news: MailNews
    questions_left: int

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer."""
        return {"mail": str(self.news), "questions_left": self.questions_left}


@dataclass(frozen=True, slots=True)
class MailQuestions:
    """Takes questions about the newest mail of a challenge: one write, and one read of one row."""

    table: str
    clock: Clock = SYSTEM

    def ask(self, challenge: str, caller: Caller) -> MailTold:
        """Count one question, and answer it.

        Raises:
            ChallengeClosed: there is no such challenge, it is over, or no personal link began it.
            TooManyRequests: four were answered about this mail, or a code was typed.
            CrossSite: the request's origin is not the one that asked for the code.
            TryLater: the table is out of reach.
        """
        id_ = id_of(challenge)
        rows = Rows(self.table, f"{id_.workspace_id}#")
        now = self.clock.now()
        of_personal_link = "attribute_not_exists(email) AND purpose = :sign_in AND link <> :account"
        has_questions_left = "(attribute_not_exists(questions) OR questions < :most)"
        try:
            row = rows.update(
                *challenge_key(id_),
                "SET questions = if_not_exists(questions, :zero) + :one REMOVE event",
                f"{IS_THERE} AND {IS_SAME_ORIGIN} AND {IS_ALIVE} AND {of_personal_link} "
                f"AND attempts = :zero AND {has_questions_left}",
                {
                    ":zero": 0,
                    ":one": 1,
                    ":most": MOST_QUESTIONS,
                    ":now": epoch(now),
                    ":origin": caller.origin or "",
                    ":sign_in": Purpose.SIGN_IN.value,
                    ":account": ACCOUNT_LINK,
                },
            )
        except ConditionFailed as failed:
            raise self._why_not(failed.row, caller) from None
        caller.may_read()
        n = row["generation"]
        # Read also of a mail that was kept back: the time must not tell why.
        delivery = rows.get(*delivery_key(id_.workspace_id, fingerprint(str(id_)), n))
        news = news_of(withheld=row.get(f"withheld_{n}"), delivery=delivery)
        return MailTold(news, MOST_QUESTIONS - int(row["questions"]))

    def _why_not(self, row: Row | None, caller: Caller) -> PorticoError:
        if row is None:
            return ChallengeClosed("expired")
        challenge = Challenge.from_row(row)
        if challenge.origin != caller.origin:
            return CrossSite()
        caller.may_read()
        began_it = challenge.is_personal and challenge.link != ACCOUNT_LINK
        is_over = self.clock.now() >= min(challenge.expires_at, challenge.code_ends_at)
        if is_over or not began_it or challenge.purpose != Purpose.SIGN_IN:
            return ChallengeClosed("expired")
        return TooManyRequests(None)
