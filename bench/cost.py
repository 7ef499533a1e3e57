"""Dollars per million sign-ins, from the counted calls and the list prices of AWS.

Prices are those of us-east-1, without free tiers and discounts, as listed in November 2026.
They leave out storage (a sign-in's rows are deleted after a day), backups, a WAF and data transfer.
``bench/monthly_cost.py`` has what is paid by the month, such as keys, secrets, alarms and metrics.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.flows import Flow
from tests.support.template import doors

MILLION = 1e6

API_REQUEST = 1.00 / MILLION
"""An HTTP API request, the first 300 million. aws.amazon.com/api-gateway/pricing"""
LAMBDA_REQUEST = 0.20 / MILLION
"""aws.amazon.com/lambda/pricing"""
LAMBDA_GB_SECOND = 0.0000133334
"""On arm64. aws.amazon.com/lambda/pricing"""
WRITE_UNIT = 0.625 / MILLION
"""On demand, since November 2024. aws.amazon.com/dynamodb/pricing/on-demand"""
READ_UNIT = 0.125 / MILLION
"""On demand, since November 2024. aws.amazon.com/dynamodb/pricing/on-demand"""
SIGNATURE = 0.03 / 10_000
"""A request with an RSA 2048 key; other asymmetric keys are 0.15. aws.amazon.com/kms/pricing"""
LOG_BYTE = 0.50 / 1e9
"""Ingested. aws.amazon.com/cloudwatch/pricing"""
MAIL = 0.10 / 1000
"""A message through SES, without dedicated addresses. aws.amazon.com/ses/pricing"""
TOPIC_REQUEST = 0.50 / MILLION
"""A message that SES publishes to a topic. aws.amazon.com/sns/pricing"""
QUEUE_REQUESTS = 3 * 0.40 / MILLION
"""Into a queue, out of it, and done with. aws.amazon.com/sqs/pricing"""
IN_TROUBLE = 0.05
"""The share of mails of which SES tells something by the topic. It is assumed, and rather high: above
it, SES reviews an account."""
COGNITO_CONTACT = 0.015
"""A monthly active user of Cognito's Essentials, beyond the free ones.
aws.amazon.com/cognito/pricing"""

CORE_MB, MEMORY_MB, HASHING_MB = 1769, 512, 1024
"""A function has a whole core at 1,769 MB and its share of one below.
docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
HASHING = {"password", "wrong password", "forgot", "reset", "sign up"}
"""Flows of the function that hashes and therefore has more memory."""
BARE_CALL = 0.0005
"""Seconds of a whole core for one bare GetItem by boto3. CPU figures are multiples of it."""
WAITS = {"dynamodb": 0.005, "kms": 0.010, "sesv2": 0.060, "provider": 0.200}
"""Seconds that a function waits for an answer. They are assumed, and rather high. Parallel calls
count as if they ran one after the other."""
LOG_LINE = 26
"""Bytes that CloudWatch Logs charges for each event in addition to its text."""
ACCESS_LINE = 330
"""Bytes of the gateway's own line about a request, in the format of template.yaml."""

SHARDS = 4
"""An on-demand table begins with four partitions, and each has its own shard in the stream."""
MONTH_SECONDS = 30 * 24 * 3600.0

SIGN_IN = {"resolve": 1, "request": 1, "send": 1, "verify": 1}
"""Flows of one sign-in by code, on a portal's page or the hosted one, after the page is open."""
BY_PASSWORD = {"resolve": 1, "password": 1}
ELSEWHERE = {"authorize, page": 1, "authorize": 1, "token": 1}
"""Flows that a portal on another site adds to any sign-in."""
PAGE = {"page": 1}
REFRESH = {"refresh": 1}
REFRESH_ELSEWHERE = {"token, refresh": 1}
MONTH = {"resolve": 2, "request": 2, "send": 2, "verify": 2, "page": 2, "refresh": 30}
"""One contact's month: two sign-ins on the hosted page, thirty refreshes."""


MIXES = (SIGN_IN, BY_PASSWORD, ELSEWHERE, PAGE, REFRESH, REFRESH_ELSEWHERE, MONTH)


@dataclass(frozen=True)
class Bill:
    """The cost of some flows in dollars, line by line."""

    gateway: float
    functions: float
    tables: float
    signatures: float
    logs: float
    mail: float

    @property
    def all_but_mail(self) -> float:
        """The sum without the mail, which we can influence."""
        return self.gateway + self.functions + self.tables + self.signatures + self.logs

    def times(self, number: float) -> "Bill":
        """Return the bill of *number* times as much."""
        return Bill(*(each * number for each in vars(self).values()))


def bill(
    mix: Mapping[str, float],
    flows: Mapping[str, Flow],
    cpu: Mapping[str, float],
    *,
    a_month: float = MILLION,
) -> Bill:
    """Return the cost of *mix*.

    Args:
        mix: how often each flow happens.
        flows: the recorded flows.
        cpu: the CPU time of each flow, as a multiple of a bare GetItem's.
        a_month: how many of *mix* happen in a month.
    """
    events = sum(flows[name].streamed * n for name, n in mix.items())
    whole = {**mix, "trail": events} if events else mix
    starts = {**whole, "trail": events / events_a_start(events * a_month)} if events else mix
    requests = sum(n for name, n in whole.items() if is_request(flows[name]))
    # The recorder writes one line of metrics for a whole batch.
    logged = sum(log_bytes(flows[name]) * n for name, n in starts.items())
    return Bill(
        gateway=requests * API_REQUEST,
        functions=sum(
            starts[name] * LAMBDA_REQUEST
            + n * billed_seconds(name, flows[name], cpu[name]) * memory(name) * LAMBDA_GB_SECOND
            for name, n in whole.items()
        ),
        tables=sum(
            n * (flows[name].writes * WRITE_UNIT + flows[name].reads * READ_UNIT)
            for name, n in whole.items()
        ),
        signatures=sum(n * flows[name].calls["kms"] for name, n in whole.items()) * SIGNATURE,
        logs=logged * LOG_BYTE,
        mail=sum(n * flows[name].calls["sesv2"] for name, n in whole.items()) * MAIL,
    )


def deliveries(flows: Mapping[str, Flow], cpu: Mapping[str, float]) -> float:
    """Return what it costs to know what became of one mail, in dollars.

    Of a mail that arrived, the bus tells, which costs nothing. What went wrong comes over the topic
    and the queue, and we assume that each comes alone.
    """
    trouble = bill({"came back": IN_TROUBLE}, flows, cpu).all_but_mail
    told = IN_TROUBLE * (TOPIC_REQUEST + QUEUE_REQUESTS)
    return bill({"arrived": 1}, flows, cpu).all_but_mail + trouble + told


def listed_writes() -> float:
    """Return how often one sign-in by a code writes its row of the trail's list.

    It is two batches: what was asked for and mailed, and what was typed. Where the window opened
    long enough before, the mail comes in a batch of its own.
    """
    return 2 + 1 / window() * (1 - 1 / events_a_start(3 * MILLION))


def listing() -> float:
    """Return what the trail's list costs for one sign-in by a code, in dollars."""
    writes = listed_writes()
    waiting = WAITS["dynamodb"] + 2 * BARE_CALL * CORE_MB / MEMORY_MB
    return writes * (WRITE_UNIT + waiting * MEMORY_MB / 1024 * LAMBDA_GB_SECOND)


def window() -> float:
    """Return the seconds for which the trail's recorder collects events."""
    sources = doors()["record_trail"]["Events"].values()
    return float(max(each["Properties"]["MaximumBatchingWindowInSeconds"] for each in sources))


def events_a_start(events: float) -> float:
    """Return how many of a month's events one start of the recorder handles.

    We assume that events come at random, evenly over day and night. One event opens a window, and
    further events of its shard fall into it. In reality there are more, because the events of one
    sign-in come together and a day has busy hours.
    """
    return 1 + events / MONTH_SECONDS / SHARDS * window()


def memory(name: str) -> float:
    """Return the memory, in gigabytes, of a flow's function."""
    return HASHING_MB / 1024 if name in HASHING else MEMORY_MB / 1024


def is_request(flow: Flow) -> bool:
    """Say whether a flow came through the gateway."""
    return "routeKey" in flow.event


def billed_seconds(name: str, flow: Flow, cpu: float) -> float:
    """Return how long Lambda charges for one flow."""
    computing = cpu * BARE_CALL * CORE_MB / (memory(name) * 1024)
    return computing + sum(WAITS.get(service, 0.0) * n for service, n in flow.calls.items())


def log_bytes(flow: Flow) -> int:
    """Return the bytes of logs that one flow is charged for."""
    access = ACCESS_LINE + LOG_LINE if is_request(flow) else 0
    return flow.logged + flow.lines * LOG_LINE + access


LINES = {
    "HTTP API": "gateway",
    "Lambda": "functions",
    "DynamoDB": "tables",
    "KMS": "signatures",
    "logs": "logs",
    "**all but the mail**": "all_but_mail",
    "SES": "mail",
}


def table(flows: Mapping[str, Flow], cpu: Mapping[str, float]) -> str:
    """Return the Markdown table."""
    bills = [bill(mix, flows, cpu).times(MILLION) for mix in MIXES]
    lines = [
        (
            "| dollars per million | sign-ins by code | by password | into a portal elsewhere, besides "
            "| openings of the page | refreshes | of portals elsewhere | monthly contacts |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for line, attribute in LINES.items():
        cells = " | ".join(f"{getattr(each, attribute):,.2f}" for each in bills)
        lines.append(f"| {line} | {cells} |")
    lines += [
        "",
        (
            f"To know what became of a million mails, one in {1 / IN_TROUBLE:.0f} of them in trouble, is "
            f"{deliveries(flows, cpu) * MILLION:.2f} dollars besides."
        ),
    ]
    month = bills[-1]
    cognito = COGNITO_CONTACT * MILLION
    lines += [
        "",
        (
            f"A million monthly contacts (two sign-ins on the hosted page and thirty refreshes each) "
            f"are {cognito:,.0f} dollars at Cognito Essentials' list price: "
            f"{cognito / month.all_but_mail:.0f} times as much, mail aside; "
            f"{cognito / (month.all_but_mail + month.mail):.0f} times with our mail in it."
        ),
    ]
    return "\n".join(lines) + "\n"
