"""Alarms and the dashboard: each leads to a section of docs/operate.md, and counts what is counted."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from portico.edge.problems import PROBLEMS
from tests.docs.test_docs import anchors, in_code
from tests.support.template import ROOT, doors, folder, resolved, resources, template

ALARMS = resources("AWS::CloudWatch::Alarm")
OURS = "Portico/${AWS::StackName}"
PAGE = (ROOT / "docs" / "operate.md").read_text()

OF_DOORS = {"answered", "resent", *(kind.counted_as for kind in PROBLEMS.values())}
RFC_6749 = {"invalid_request", "invalid_client", "invalid_grant", "invalid_scope"}
"""Errors of its section 5.2."""
OF_RECORDS = {
    "send_mail": {
        "mailed",
        "mailed-for-account",
        "mailed-notice",
        "queued",
        "failed",
        "done-before",
    },
    "record_delivery": {
        "delivered",
        "delayed",
        "bounced",
        "rejected",
        "complained",
        "repeated",
        "late",
        "foreign",
        "not-understood",
        "failed",
    },
    "record_trail": {"recorded", "repeated", "failed"},
    "sign_out_portals": {"queued", "nobody", "told", "not-wanted", "failed"},
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
        reasons |= in_code(r'StrangersCount\(\(\), "([a-z-]+)"')
        return OF_RECORDS[door] | {f"withheld-{each}" for each in reasons}
    if door in OF_RECORDS:
        return OF_RECORDS[door]
    closed = in_code(r'ChallengeClosed\("([a-z]+)"\)')
    # Whoever asks as an OpenID client is counted by what came of it.
    asked = in_code(r', "(granted|shown|refused|portal-not-known)"\)')
    refused = {f"{how}{error}" for how in in_code(r'f"(refused-)\{') for error in RFC_6749}
    named = {f"challenge-closed-{each}" for each in closed}
    trips = {"start_sso": {"sso-started"}, "finish_sso": {"sso-arrived"}}
    of_its_own = {"authorize": asked, "token": refused, **trips}
    return OF_DOORS | named | of_its_own.get(door, set())


def rings(name: str, **counted: float | None) -> bool:
    """Work an alarm's expression out, as CloudWatch does; ``None``: nothing was counted."""
    alarm = ALARMS[name]
    (expression,) = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
    spelled = re.sub(r"\b(AND|OR)\b", lambda word: word[0].lower(), expression)
    names: dict[str, Any] = {
        "IF": lambda condition, yes, no: yes if condition else no,
        "FILL": lambda value, instead: instead if value is None else value,
    }
    value = eval(spelled, {"__builtins__": {}}, names | counted)  # noqa: S307  # of our own file
    return bool(value >= alarm["Threshold"])


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
    def test_repeats_no_figure_of_a_rule_that_may_change(self, name):
        # Figures of caps stand in docs/operate.md, which is read beside the rules. What the alarm
        # itself compares with is spelled out, and 5xx is no figure.
        said = ALARMS[name]["AlarmDescription"].partition(" See docs/")[0]

        assert re.findall(r"\b\d+\b", said) == []

    @pytest.mark.parametrize("name", ALARMS)
    def test_tells_the_topic_when_it_begins_and_when_it_is_over(self, name):
        chosen = [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}]

        assert ALARMS[name]["AlarmActions"] == ALARMS[name]["OKActions"] == chosen


class TestAnAlarmOfASmallDeployment:
    @pytest.mark.parametrize(
        "name",
        [
            "MailDeadLettersAlarm",
            "TrailDeadLettersAlarm",
            "SignOutDeadLettersAlarm",
            "DeliveryDeadLettersAlarm",
        ],
    )
    def test_rings_for_any_dead_letter(self, name):
        alarm = ALARMS[name]
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (0, 1)

    def test_rings_for_any_mail_that_ses_refuses_for_good(self):
        alarm = ALARMS["MailRefusedAlarm"]
        assert alarm["MetricName"] == "withheld-mail-refused"
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)

    @pytest.mark.parametrize(
        ("errors", "answers", "heard"),
        [(1, 10, True), (1, 50, True), (1, 51, False), (4, 4, True), (0, 10, False)],
    )
    def test_rings_for_a_share_of_5xx(self, errors, answers, heard):
        assert rings("ErrorShareAlarm", errors=errors, answers=answers) == heard

    @pytest.mark.parametrize(
        ("mailed", "verified", "heard"),
        [(20, 3, True), (20, 4, False), (19, None, False), (20, None, True)],
    )
    def test_tells_codes_that_nobody_types(self, mailed, verified, heard):
        assert rings("CodesUnusedAlarm", mailed=mailed, verified=verified) == heard


class TestAnAlarmOfAnUpdate:
    """Gradual deployment is taken back by these (tests/template/test_versions.py)."""

    @pytest.mark.parametrize(
        ("counted", "heard"),
        [
            ({}, False),
            ({"requested": 30, "mailed": 30, "verified": 25}, False),
            ({"requested": 12, "mailed": 10, "verified": 3}, True),
            ({"requested": 12, "mailed": 10, "verified": 4}, False),
            ({"requested": 12, "mailed": 10}, True),
            ({"requested": 9, "mailed": 9}, False),
            ({"requested": 20}, True),
            ({"requested": 19}, False),
            ({"requested": 20, "mailed": 1}, False),
            ({"started": 10, "arrived": 3}, True),
            ({"started": 10}, True),
            ({"started": 10, "arrived": 4}, False),
        ],
    )
    def test_rings_where_people_are_lost_on_the_way(self, counted, heard):
        stages = dict.fromkeys(("requested", "mailed", "verified", "started", "arrived"))

        assert rings("FunnelAlarm", **stages | counted) == heard

    def test_counts_what_daily_doors_answer_and_what_they_cannot(self):
        summed = [each["MetricStat"]["Metric"] for each in ALARMS["DoorsFailAlarm"]["Metrics"][1:]]
        named = {(each["MetricName"], str(each["Dimensions"][0]["Value"])) for each in summed}
        answering = {"ResolveLink", "RequestCode", "VerifyCode", "Session"}

        assert named == {
            *(("try-later", folder(name)) for name in answering | {"Token"}),
            *(("Errors", str({"Ref": name})) for name in answering | {"SendMail"}),
        }
        # Of one alarm. Source: CloudWatch's quotas.
        assert len(summed) <= 10

    @pytest.mark.parametrize("name", ["FunnelAlarm", "DoorsFailAlarm"])
    def test_names_no_gateway_which_names_what_the_alarm_may_stop(self, name):
        assert "HttpApi" not in json.dumps(ALARMS[name])


class TestTheDashboard:
    def test_is_named_by_its_region_since_the_account_has_each_name_once(self):
        (board,) = resources("AWS::CloudWatch::Dashboard").values()
        assert board["DashboardName"] == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}

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

    def test_searches_by_door_alone(self):
        searched = [
            line[0]["expression"]
            for widget in dashboard()
            if widget["type"] == "metric"
            for line in widget["properties"]["metrics"]
            if isinstance(line[0], dict)
        ]

        assert len(searched) == 2
        for each in searched:
            dimensions = re.findall(r"\{Portico/\$\{AWS::StackName\},([\w,]+)\}", each)
            assert dimensions == ["service"]

    def test_tells_connections_apart_by_the_log_since_metrics_are_paid_for(self):
        (widget,) = [each for each in dashboard() if each["type"] == "log"]
        query = widget["properties"]["query"]

        assert re.findall(r"\$\{(\w+)\}", query) == ["StartSsoLog", "FinishSsoLog"]
        assert "by connection, step" in query


class TestAMetric:
    @pytest.mark.parametrize(("door", "name"), sorted(set(counted_by_us())))
    def test_that_is_looked_at_is_counted(self, door, name):
        assert door in doors()
        assert name in names_of(door)
