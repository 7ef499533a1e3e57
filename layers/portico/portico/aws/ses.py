"""SES: send a mail, and say what a refusal means."""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from portico.aws.clients import reason, send
from portico.errors import TryLater

# Errors about one address, or about the mail itself.
_OF_THE_ADDRESS = frozenset({"BadRequestException", "InvalidParameterValue"})

# Errors that no repeat mends within a code's lifetime: SES refuses the address, the sender's
# identity, our own rights or the whole account.
FINAL_REFUSALS = _OF_THE_ADDRESS | {
    "AccessDenied",
    "AccessDeniedException",
    "AccountSuspendedException",
    "MailFromDomainNotVerifiedException",
    "MessageRejected",
    # The configuration set or the identity is gone.
    "NotFoundException",
    # A new account whose SES was never opened.
    "OptInRequired",
    "SubscriptionRequiredException",
}
PASSING_REFUSALS = frozenset(
    {"LimitExceededException", "SendingPausedException", "TooManyRequestsException"}
)
"""Errors that may pass while the code is still good. The mail is tried again, and ends as a dead
letter. An error that is in neither set is treated like these."""


@dataclass(eq=False)
class MailRefused(Exception):
    """SES refused the mail. *final*: it would refuse it every time."""

    reason: str
    final: bool

    @property
    def is_of_address(self) -> bool:
        """Say whether the address may be at fault, rather than the sender."""
        return self.reason in _OF_THE_ADDRESS


def send_email(
    message: bytes, *, sender: str, to: str, configuration_set: str, tags: Mapping[str, str]
) -> str:
    """Hand one finished message to SES and return its id.

    Args:
        message: the whole message.
        sender: the address that it comes from.
        to: the one address that it goes to.
        configuration_set: the set whose destinations hear what becomes of it.
        tags: what SES says again with every event about it. No header of the mail has it.

    Raises:
        MailRefused: SES said no; the mail is certainly not out.
        TryLater: no answer; the mail may be out.
    """
    try:
        answer = send(
            "sesv2",
            "send_email",
            patient=True,
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": message}},
            ConfigurationSetName=configuration_set,
            EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
        )
    except ClientError as error:
        code = reason(error)
        raise MailRefused(code, final=code in FINAL_REFUSALS) from error
    except Exception as error:
        raise TryLater(cause=f"sesv2.send_email: {type(error).__name__}") from error
    return str(answer["MessageId"])
