"""Alarms and the dashboard: each leads to a section of docs/operate.md, and counts what is counted."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from portico.edge.problems import PROBLEMS
from tests.docs.test_docs import anchors, in_code
from tests.support.template import ROOT, doors, resolved, resources, template

ALARMS = resources("AWS::CloudWatch::Alarm")
OURS = "Portico/${AWS::StackName}"
PAGE = (ROOT / "docs" / "operate.md").read_text()

OF_DOORS = {"answered", "resent", *(kind.counted_as for kind in PROBLEMS.values())}
RFC_6749 = {"invalid_request", "invalid_client", "invalid_grant", "invalid_scope"}
"""Errors of its section 5.2."""
OF_RECORDS = {
    "send_mail": {"mailed", "queued", "failed", "done-before"},
    "record_trail": {"recorded", "repeated", "failed"},
}
"""What the doors count beside what the code spells out (docs/operate.md, Logs and metrics)."""


def dashboard() -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = json.loads(body())["widgets"]
    return widgets


def body() -> str:
    """The dashboard of a production stack, which has one alarm more."""
    (board,) = resources("AWS::CloudWatch::Dashboard").values()
    text, more = board["DashboardBody"]["Fn::Sub"]
    for name, value in more.items():
        text = text.replace(f"${{{name}}}", resolved(value, {"Stage": "prod"})["Fn::Sub"])
    return str(text)


def lines(widget: dict[str, Any]) -> Iterator[list[Any]]:
    """The metrics of a widget; those that are searched for are not among them."""
    yield from (each for each in widget["properties"]["metrics"] if isinstance(each[0], str))


def counted_by_us() -> list[tuple[str, str]]:
    """Each of our own metrics that somebody looks at: its door and its name."""
    found = [
        (line[3], line[1])
        for widget in dashboard()
        if widget["type"] == "metric"
        for line in lines(widget)
        if line[0] == OURS
    ]
    for alarm in ALARMS.values():
        for each in alarm.get("Metrics", [{"MetricStat": {"Metric": alarm}}]):
            metric = each.get("MetricStat", {}).get("Metric", {})
            if metric.get("Namespace") == {"Fn::Sub": OURS}:
                (dimension,) = metric["Dimensions"]
                found.append((dimension["Value"], metric["MetricName"]))
    return found


def names_of(door: str) -> set[str]:
    if door == "send_mail":
        reasons = in_code(r', "([a-z-]+)", at=') | in_code(r'return "([a-z]+(?:-[a-z]+)+)"')
        return OF_RECORDS[door] | {f"withheld-{each}" for each in reasons}
    if door in OF_RECORDS:
        return OF_RECORDS[door]
    closed = in_code(r'ChallengeClosed\("([a-z]+)"\)')
    # Whoever asks as an OpenID client is counted by what came of it.
    asked = in_code(r', "(granted|shown|refused|portal-not-known)"\)')
    refused = {f"{how}{error}" for how in in_code(r'f"(refused-)\{') for error in RFC_6749}
    named = {f"challenge-closed-{each}" for each in closed}
    return OF_DOORS | named | {"authorize": asked, "token": refused}.get(door, set())


class TestAnAlarm:
    @pytest.mark.parametrize("name", ALARMS)
    def test_leads_to_its_own_section(self, name):
        description = ALARMS[name]["AlarmDescription"]
        tie = re.search(r" See docs/operate\.md#(\S+)\Z", description)

        assert tie
        assert tie[1] == name.lower()
        section = PAGE.partition(f"\n### {name}\n")[2].partition("\n#")[0]
        # What it means, where to look, what to do.
        assert len(section.split()) > 20, name

    def test_has_no_section_that_outlived_it(self):
        assert set(re.findall(r"\n### (\w+Alarm)\n", PAGE)) == set(ALARMS)

    @pytest.mark.parametrize("name", ALARMS)
    def test_tells_the_topic_when_it_begins_and_when_it_is_over(self, name):
        chosen = [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}]

        assert ALARMS[name]["AlarmActions"] == ALARMS[name]["OKActions"] == chosen


class TestTheDashboard:
    def test_shows_every_alarm(self):
        (widget,) = [each for each in dashboard() if each["type"] == "alarm"]

        assert set(widget["properties"]["alarms"]) == {f"${{{name}.Arn}}" for name in ALARMS}

    def test_has_a_section_for_every_group(self):
        titles = [each["properties"]["markdown"] for each in dashboard() if each["type"] == "text"]
        ties = [re.search(r" See docs/operate\.md#(\S+)\Z", each) for each in titles]

        assert len(ties) == 6
        assert all(tie and tie[1] in anchors(PAGE) for tie in ties)

    def test_begins_with_the_funnel(self):
        funnel = next(each for each in dashboard() if each["type"] == "metric")

        assert [(line[3], line[1]) for line in lines(funnel)] == [
            ("resolve_link", "answered"),
            ("request_code", "answered"),
            ("send_mail", "mailed"),
            ("verify_code", "answered"),
        ]

    def test_names_nothing_that_is_not_there(self):
        named = set(re.findall(r"\$\{(\w+)(?:\.\w+)?\}", body()))

        assert named <= template()["Resources"].keys()

    def test_searches_the_dimensions_that_trips_have(self):
        searched = [
            line[0]["expression"]
            for widget in dashboard()
            if widget["type"] == "metric"
            for line in widget["properties"]["metrics"]
            if isinstance(line[0], dict)
        ]

        assert len(searched) == 4
        for each in searched:
            dimensions = re.findall(r"\{Portico/\$\{AWS::StackName\},([\w,]+)\}", each)
            assert dimensions in (["service"], ["connection,service"])


class TestAMetric:
    @pytest.mark.parametrize(("door", "name"), sorted(set(counted_by_us())))
    def test_that_is_looked_at_is_counted(self, door, name):
        assert door in doors()
        assert name in names_of(door)
