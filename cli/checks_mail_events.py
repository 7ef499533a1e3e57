"""The doctor's checks of what SES tells of mails: a mail of which nothing is heard counts as delivered."""

import json
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from cli.findings import BROKEN, NOT_HERE, OK, Check, Patient, Unanswered, ask

SEE = "docs/deliveries.md#when-ses-tells-nothing"
TROUBLE = ("BOUNCE", "COMPLAINT", "DELIVERY_DELAY", "REJECT")
"""What SES has to tell the topic."""
ARRIVALS = ("DELIVERY",)
"""What SES has to tell the event bus."""
DEFAULT_BUS = ":event-bus/default"
RULE = "RecordDeliveryArrived"
"""The rule of the event bus, as SAM names it after the function and its event in template.yaml."""
UNSEEN = "no page says that a mail has arrived, and the brake sees only mails that came back"
DELIVERED = "every mail counts as delivered"

SEND = "sqs:sendmessage"

type Answers = Iterator[tuple[str, str]]


def checks(patient: Patient) -> list[Check]:
    """Return the checks of one stack: what SES is asked to tell, and who hears it."""
    if not {"ConfigurationSet", "MailTopic", "DeliveryQueue"} <= patient.outputs.keys():
        # Of before 0.5.0, which its version says.
        return []
    topic, queue = patient.outputs["MailTopic"], patient.outputs["DeliveryQueue"]
    return [
        Check("mail events", SEE, partial(_told, patient, topic)),
        Check("mail topic", SEE, partial(_heard, topic, queue)),
        Check("mail rights", SEE, partial(_may, topic, queue)),
        Check("mail arrivals", SEE, partial(_arrived, patient)),
    ]


def _told(patient: Patient, topic: str) -> Answers:
    ours = patient.outputs["ConfigurationSet"]
    used = _used_by_sender(patient) or ours
    if used != ours:
        # The topic takes nothing of another set, and the rule of the bus looks for ours.
        yield (
            BROKEN,
            (
                f"mails go out by the configuration set {used}, of which nothing is heard, and not "
                f"by {ours}: {DELIVERED}. Change CONFIGURATION_SET of SendMail back"
            ),
        )
        return
    try:
        answer = ask("sesv2", "get_configuration_set_event_destinations", ConfigurationSetName=ours)
    except Unanswered as none:
        if none.reason != "NotFoundException":
            raise
        yield BROKEN, f"there is no configuration set {ours}: SES refuses every mail"
        return
    working = [each for each in answer.get("EventDestinations", []) if each.get("Enabled")]
    to_topic = [each for each in working if each.get("SnsDestination", {}).get("TopicArn") == topic]
    to_bus = [
        each
        for each in working
        if each.get("EventBridgeDestination", {}).get("EventBusArn", "").endswith(DEFAULT_BUS)
    ]
    lost, unseen = _missing(TROUBLE, to_topic), _missing(ARRIVALS, to_bus)
    if lost:
        yield (
            BROKEN,
            (
                f"{lost} of {ours}: the stack's topic is not told. Such a mail counts as delivered, "
                "and nothing is held against its address"
            ),
        )
    if unseen:
        yield (
            BROKEN,
            f"{unseen} of {ours}: the event bus is not told: {UNSEEN}",
        )
    if not lost and not unseen:
        yield OK, "SES tells of arrivals and of trouble"


def _used_by_sender(patient: Patient) -> str:
    """Return the set that mails go out by; empty: these credentials may not see it."""
    sender = patient.of("Lambda::Function").get("SendMail", "")
    if not sender:
        return ""
    # What is called is the alias's version; $LATEST may be another.
    called = [
        each
        for each in patient.of("Lambda::Alias").values()
        if each.rpartition(":")[0].endswith(f":{sender}")
    ]
    row = ask("lambda", "get_function_configuration", FunctionName=(called or [sender])[0])
    variables: dict[str, str] = row.get("Environment", {}).get("Variables", {})
    return variables.get("CONFIGURATION_SET", "")


def _missing(wanted: Iterable[str], destinations: list[dict[str, Any]]) -> str:
    has = {kind for each in destinations for kind in each.get("MatchingEventTypes", [])}
    return ", ".join(sorted(set(wanted) - has))


def _heard(topic: str, queue: str) -> Answers:
    ours = next((each for each in _subscriptions(topic) if _is_of(each, queue)), None)
    if ours is None:
        yield BROKEN, f"the topic does not tell the queue {_name(queue)}: {DELIVERED}"
        return
    arn = ours.get("SubscriptionArn", "")
    # SNS says in words why there is no ARN: PendingConfirmation, Deleted.
    if not arn.startswith("arn:"):
        yield BROKEN, f"the subscription of the queue is not confirmed ({arn}): {DELIVERED}"
        return
    attributes = ask("sns", "get_subscription_attributes", SubscriptionArn=arn)["Attributes"]
    changed = False
    if attributes.get("RawMessageDelivery") != "true":
        changed = True
        yield BROKEN, f"the topic wraps each event, so none is understood: {DELIVERED}"
    # One that was taken away is an empty one.
    if attributes.get("FilterPolicy", "") not in ("", "{}"):
        changed = True
        yield BROKEN, "the subscription of the queue has a filter, which leaves events out"
    if not changed:
        yield OK, "tells the queue"


def _may(topic: str, queue: str) -> Answers:
    said = ask("sns", "get_topic_attributes", TopicArn=topic).get("Attributes", {})
    ses_may = _lets(said.get("Policy", ""), "ses.amazonaws.com", "sns:publish")
    if not ses_may:
        yield BROKEN, f"the topic's policy does not let SES publish: {DELIVERED}"
    said = ask("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=["Policy"])
    sns_may = _lets(said.get("Attributes", {}).get("Policy", ""), "sns.amazonaws.com", SEND)
    if not sns_may:
        yield BROKEN, f"the policy of the queue does not let the topic send: {DELIVERED}"
    if ses_may and sns_may:
        yield OK, "SES may tell the topic, and the topic the queue"


def _lets(policy: str, service: str, action: str) -> bool:
    """Say whether a resource's policy lets a service do it, as far as no condition decides."""
    said = [
        (each.get("Effect"), "Condition" in each)
        for each in _listed(json.loads(policy or "{}").get("Statement"))
        if _is_for(each.get("Principal"), service)
        and any(fnmatchcase(action, one.lower()) for one in _listed(each.get("Action")))
    ]
    # What is denied under a condition, such as without TLS, may let SES through.
    return any(effect == "Allow" for effect, _ in said) and ("Deny", False) not in said


def _is_for(principal: Any, service: str) -> bool:
    services = principal.get("Service") if isinstance(principal, dict) else principal
    return bool({service, "*"} & set(_listed(services)))


def _listed(value: Any) -> list[Any]:
    """Return what IAM takes as one or as a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _arrived(patient: Patient) -> Answers:
    rule = patient.of("Events::Rule").get(RULE)
    if rule is None:
        yield NOT_HERE if patient.emulated else BROKEN, f"the stack has no rule {RULE}: {UNSEEN}"
        return
    try:
        state = ask("events", "describe_rule", Name=rule).get("State")
        targets = ask("events", "list_targets_by_rule", Rule=rule).get("Targets", [])
    except Unanswered as none:
        if none.reason != "ResourceNotFoundException":
            raise
        yield BROKEN, f"there is no rule {rule} on the event bus: {UNSEEN}"
        return
    function = patient.of("Lambda::Function").get("RecordDelivery", "")
    if not str(state).startswith("ENABLED"):
        yield BROKEN, f"the rule {rule} is switched off: {UNSEEN}"
    elif not any(f":function:{function}" in each["Arn"] for each in targets):
        yield BROKEN, f"the rule {rule} does not wake RecordDelivery: {UNSEEN}"
    else:
        yield OK, "the event bus wakes RecordDelivery"


def _subscriptions(topic: str) -> Iterator[dict[str, str]]:
    more: dict[str, str] = {}
    while True:
        answer = ask("sns", "list_subscriptions_by_topic", TopicArn=topic, **more)
        yield from answer.get("Subscriptions", [])
        if not answer.get("NextToken"):
            return
        more = {"NextToken": answer["NextToken"]}


def _is_of(subscription: dict[str, str], queue: str) -> bool:
    """Say whether a subscription tells a queue, which a stack's outputs name by its URL."""
    account, name = queue.rsplit("/", 2)[-2:]
    endpoint = subscription.get("Endpoint", "")
    return subscription.get("Protocol") == "sqs" and endpoint.endswith(f":{account}:{name}")


def _name(queue: str) -> str:
    return queue.rpartition("/")[2]
