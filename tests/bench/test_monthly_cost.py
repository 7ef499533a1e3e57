"""What docs/first-day.md says of a month's bill is what the bench reckons."""

import pytest

from bench import monthly_cost
from bench.cost import LINES
from tests.support.template import ROOT, doors, resources
from tests.template.test_operating import counted_by_us

PAGE = """
<!-- bench:cost -->

| dollars per million | sign-ins by code | monthly contacts |
|---|---|---|
| HTTP API | 3.00 | 38.00 |
| **all but the mail** | 3.00 | 1,038.00 |
| SES | 100.00 | 2,000.00 |

<!-- /bench:cost -->
"""


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def dollars(what: str) -> float:
    (line,) = [each for each in monthly_cost.standing() if what in each.what]
    return line.dollars


class TestAMonthsBill:
    def test_is_on_the_page_as_it_is_reckoned(self):
        shown = text("first-day.md").partition("<!-- bench:month -->\n")[2]
        shown = shown.partition("<!-- /bench:month -->")[0]

        assert shown.strip() == monthly_cost.table(text("performance.md")).strip(), (
            "run: .venv/dev/bin/python -m bench month"
        )

    def test_takes_half_a_monthly_contact_for_each_sign_in(self):
        lines = monthly_cost.by_use(PAGE)

        # The sums of others are no lines of their own.
        assert [each.what for each in lines] == ["HTTP API, by use", "SES, by use"]
        assert [each.of(100_000) for each in lines] == pytest.approx([1.90, 100.00])
        assert [each.of(0) for each in lines] == [0, 0]

    def test_has_every_line_of_what_a_sign_in_costs(self):
        lines = {each.what for each in monthly_cost.by_use(text("performance.md"))}

        assert lines == {f"{each}, by use" for each in LINES if not each.startswith("**")}

    def test_has_metrics_for_nobody_at_nothing(self):
        (line,) = [each for each in monthly_cost.standing() if "metrics of its own" in each.what]

        assert line.of(0) == 0
        assert line.of(1_000) == line.of(100_000) > 0

    def test_adds_up(self):
        rows = [
            line.split(" | ") for line in monthly_cost.table(PAGE).splitlines() if " | " in line
        ]
        numbers = [
            [float(cell.rstrip(" |").replace(",", "")) for cell in row[1:]] for row in rows[1:]
        ]

        *lines, total = numbers
        assert total == pytest.approx(
            [sum(column) for column in zip(*lines, strict=True)], abs=0.05
        )


class TestWhatStandsThere:
    def test_is_counted_in_the_template(self):
        # One of the two slots of signing keys is in use, but for the days of a rotation.
        assert len(resources("AWS::KMS::Key")) == 2
        assert dollars("signing key") == 1.00
        assert dollars("secret") == pytest.approx(
            0.40 * len(resources("AWS::SecretsManager::Secret"))
        )
        assert dollars("dashboard") == pytest.approx(
            3.0 * len(resources("AWS::CloudWatch::Dashboard"))
        )
        # Lambda asks an empty queue a quarter of a million times and more, a month and poller.
        assert dollars("asking 3 queues") == pytest.approx(0.78, abs=0.005)

    def test_has_each_metric_that_an_alarm_looks_at(self):
        alarms = resources("AWS::CloudWatch::Alarm").values()
        compared = sum(
            len([m for m in a["Metrics"] if "MetricStat" in m]) for a in alarms if "Metrics" in a
        )
        simple = sum("MetricName" in each for each in alarms)

        assert compared > 0
        assert dollars("alarms that look at") == pytest.approx(0.10 * (simple + compared))


class TestTheMetricsOfAMonth:
    def test_are_those_that_somebody_looks_at_and_one_of_every_function(self):
        names = monthly_cost.metric_names()

        assert set(counted_by_us()) <= names
        assert {function for function, _ in names} == doors().keys()
        assert dollars("metrics of its own") == pytest.approx(0.30 * len(names))


class TestThePages:
    @pytest.mark.parametrize("name", ["performance.md", "deploy.md"])
    @pytest.mark.parametrize(
        "price",
        [
            monthly_cost.METRIC,
            monthly_cost.SECRET,
            monthly_cost.ALARM,
            monthly_cost.DASHBOARD,
            monthly_cost.KEY,
        ],
    )
    def test_name_what_costs_by_the_month(self, name, price):
        assert f"{price:.2f}" in text(name)
        assert "first-day.md#what-a-month-costs" in text(name)
