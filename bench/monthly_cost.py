"""The monthly cost: a fixed part, and a part for each sign-in.

The fixed part is counted in template.yaml, for a production stack with default parameters. The cost
of a sign-in comes from the table of ``bench/cost.py`` in docs/performance.md. Prices are those of
us-east-1, without free tiers, as listed in November 2026. They leave out storage, backups, a
firewall, a hosted zone and data transfer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.cost import MONTH, MONTH_SECONDS
from portico.edge.problems import PROBLEMS
from tests.support.template import doors, holds, resources, template

METRIC = 0.30
"""A custom metric of the first 10,000, charged for the hours in which it is counted. A name with
its dimensions is one metric. aws.amazon.com/cloudwatch/pricing"""
ALARM = 0.10
"""A metric that an alarm watches. aws.amazon.com/cloudwatch/pricing"""
DASHBOARD = 3.00
"""aws.amazon.com/cloudwatch/pricing"""
KEY = 1.00
"""aws.amazon.com/kms/pricing"""
SECRET = 0.40
"""aws.amazon.com/secrets-manager/pricing"""
QUEUE_REQUEST = 0.40 / 1e6
"""aws.amazon.com/sqs/pricing"""
POLLS = 5 * MONTH_SECONDS / 20
"""Lambda's requests to an empty queue in a month: five at once, of twenty seconds each.
docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""

BESIDES = (
    f"Besides: {SECRET:.2f} for each single sign-on connection, whose client secret is a secret of "
    f"its own; {KEY:.2f} for a second signing key, while one takes the other's place; {METRIC:.2f} "
    "for every further kind of refusal or fault that is counted all month."
)
"""Costs that depend on a team's setup, or on what goes wrong."""

SIGN_INS = (0, 1_000, 100_000)
PRODUCTION = {"Stage": "prod"}
NAMESPACE = "Portico/${AWS::StackName}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a month's bill."""

    what: str
    dollars: float
    idle: float | None = None
    """The cost if nobody signs in, if it differs."""
    each: bool = False
    """Whether *dollars* are for one sign-in."""

    def of(self, sign_ins: int) -> float:
        """Return the dollars of a month with this many sign-ins."""
        if sign_ins == 0 and self.idle is not None:
            return self.idle
        return self.dollars * (sign_ins if self.each else 1)


def standing() -> list[Line]:
    """Return the lines that hardly depend on use."""
    keys, secrets = _there("AWS::KMS::Key"), _there("AWS::SecretsManager::Secret")
    watching = sum(map(_metrics_of, _there("AWS::CloudWatch::Alarm")))
    boards = _there("AWS::CloudWatch::Dashboard")
    polled = [each for each in _triggers() if each["Type"] == "SQS"]
    names = len(metric_names())
    return [
        Line(f"KMS: {_so_many(keys, 'signing key')}", len(keys) * KEY),
        Line(f"Secrets Manager: {_so_many(secrets, 'secret')}", len(secrets) * SECRET),
        Line(f"CloudWatch: alarms that look at {watching} metrics", watching * ALARM),
        Line(f"CloudWatch: {_so_many(boards, 'dashboard')}", len(boards) * DASHBOARD),
        # A metric costs nothing while nothing is counted.
        Line(f"CloudWatch: {names} metrics of its own", names * METRIC, idle=0.0),
        Line(f"SQS: asking {_so_many(polled, 'queue')}", len(polled) * POLLS * QUEUE_REQUEST),
    ]


def by_use(performance: str) -> list[Line]:
    """Return the cost of each sign-in, from the table in the text of docs/performance.md.

    It is half of a monthly contact's cost: one page view, one code, and fifteen refreshes.
    """
    million = 1e6 * MONTH["verify"]
    return [
        Line(f"{label}, by use", dollars / million, each=True)
        for label, dollars in _monthly_contacts(performance).items()
        if not label.startswith("**")
    ]


def table(performance: str) -> str:
    """Return the Markdown table of monthly bills."""
    lines = [*standing(), *by_use(performance)]
    head = " | ".join(f"{n:,} sign-ins" for n in SIGN_INS)
    rows = [f"| dollars a month | {head} |", "|---|" + "---|" * len(SIGN_INS)]
    rows += [f"| {each.what} | {_cells(each.of(n) for n in SIGN_INS)} |" for each in lines]
    sums = (sum(each.of(n) for each in lines) for n in SIGN_INS)
    rows.append(f"| **all of it** | {_cells(sums)} |")
    return "\n".join([*rows, "", BESIDES]) + "\n"


def metric_names() -> set[tuple[str, str]]:
    """Return the metrics that an ordinary month counts: function and name.

    They are the metrics that the dashboard and the alarms name. For a function of which those name
    only faults, one more counts its successes.
    """
    watched = {*_on_dashboards(), *_in_alarms()}
    faults = {kind.counted_as for kind in PROBLEMS.values()}
    well = {function for function, name in watched if name not in faults}
    return watched | {(function, "") for function in doors().keys() - well}


def _on_dashboards() -> Iterator[tuple[str, str]]:
    line = re.compile(rf'\["{re.escape(NAMESPACE)}", "([\w-]+)", "service", "(\w+)"')
    for board in resources("AWS::CloudWatch::Dashboard").values():
        text = board["DashboardBody"]["Fn::Sub"][0]
        yield from ((function, name) for name, function in line.findall(text))


def _in_alarms() -> Iterator[tuple[str, str]]:
    for alarm in _there("AWS::CloudWatch::Alarm"):
        for each in alarm.get("Metrics", [{"MetricStat": {"Metric": alarm}}]):
            metric = each.get("MetricStat", {}).get("Metric", {})
            if metric.get("Namespace") == {"Fn::Sub": NAMESPACE}:
                (dimension,) = metric["Dimensions"]
                yield dimension["Value"], metric["MetricName"]


def _metrics_of(alarm: Mapping[str, Any]) -> int:
    return sum("MetricStat" in each for each in alarm.get("Metrics", [])) or 1


def _there(kind: str) -> list[dict[str, Any]]:
    """Return the properties of a production stack's resources of one type."""
    given = {name: str(each.get("Default", "")) for name, each in template()["Parameters"].items()}
    return [
        each.get("Properties", {})
        for each in template()["Resources"].values()
        if each["Type"] == kind
        and ("Condition" not in each or holds(each["Condition"], given | PRODUCTION))
    ]


def _triggers() -> list[dict[str, Any]]:
    return [each for function in doors().values() for each in function["Events"].values()]


def _monthly_contacts(performance: str) -> dict[str, float]:
    found = performance.partition("<!-- bench:cost -->")[2].partition("<!-- /bench:cost -->")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in found.splitlines()
        if line.startswith("|")
    ]
    column = rows[0].index("monthly contacts")
    return {row[0]: float(row[column].replace(",", "")) for row in rows[2:]}


def _so_many(things: list[dict[str, Any]], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _cells(dollars: Iterator[float]) -> str:
    return " | ".join(f"{each:,.2f}" for each in dollars)
