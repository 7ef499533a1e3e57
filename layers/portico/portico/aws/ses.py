"""SES: hand over a mail, and say what its refusal means."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from portico.aws.clients import client, reason
from portico.errors import TryLater

# SES will not take these, however often they are sent within the minutes that a code has:
# the address, the sender's identity, or the whole account is refused.
_FINAL = frozenset(
    {
        "MessageRejected",
        "BadRequestException",
        "InvalidParameterValue",
        "MailFromDomainNotVerifiedException",
        "AccountSuspendedException",
    }
)


@dataclass(eq=False)
class MailRefused(Exception):
    """SES answered, and did not take the mail. *final*: it never will."""

    reason: str
    final: bool


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
        raise MailRefused(code, final=code in _FINAL) from error
    except Exception as error:
        raise TryLater(cause=f"sesv2.send_email: {type(error).__name__}") from error
    return str(answer["MessageId"])
