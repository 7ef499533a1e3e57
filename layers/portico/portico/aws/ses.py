"""SES: hand over a mail, and say what its refusal means."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from portico.aws.clients import client, reason
from portico.errors import TryLater

# What SES says of one address, or of the mail itself.
_OF_THE_ADDRESS = frozenset({"BadRequestException", "InvalidParameterValue"})

# SES will not take these, however often they are sent within the minutes that a code has:
# the address, the sender's identity, our own rights, or the whole account is refused.
FINAL = _OF_THE_ADDRESS | {
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
PASSING = frozenset(
    {"LimitExceededException", "SendingPausedException", "TooManyRequestsException"}
)
"""What may be over before the code is: the mail is tried again, and ends among the dead letters.
Errors that are named in neither set are as good as these."""


@dataclass(eq=False)
class MailRefused(Exception):
    """SES answered, and did not take the mail. *final*: it never will."""

    reason: str
    final: bool

    @property
    def is_of_address(self) -> bool:
        """Say whether the address may be to blame, and not whoever sends."""
        return self.reason in _OF_THE_ADDRESS


def send_email(message: bytes, *, sender: str, to: str, configuration_set: str) -> str:
    """Hand one finished message to SES and return its id.

    Raises:
        MailRefused: SES said no; the mail is certainly not out.
        TryLater: no answer; the mail may be out.
    """
    try:
        answer = client("sesv2", patient=True).send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": message}},
            ConfigurationSetName=configuration_set,
        )
    except ClientError as error:
        code = reason(error)
        raise MailRefused(code, final=code in FINAL) from error
    except Exception as error:
        raise TryLater(cause=f"sesv2.send_email: {type(error).__name__}") from error
    return str(answer["MessageId"])
