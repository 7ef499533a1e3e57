"""Metrics, which the terminal of `make run` does not show."""

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from local.silent_metrics import silent_metrics


def counts(times: int) -> None:
    metrics = Metrics(namespace="Portico/local", service="test")
    for _ in range(times):
        metrics.add_metric("answered", MetricUnit.Count, 1)
    metrics.flush_metrics()
    with single_metric("started", MetricUnit.Count, 1, namespace="Portico/local"):
        pass


class TestMetrics:
    def test_are_printed_by_a_door(self, capsys):
        counts(1)

        assert capsys.readouterr().out.count('"_aws"') == 2

    def test_are_not_printed_however_many_there_are(self, capsys):
        with silent_metrics():
            counts(250)

        assert capsys.readouterr().out == ""

    def test_are_forgotten_once_they_would_have_been_printed(self, capsys):
        with silent_metrics():
            counts(7)
        counts(1)

        assert '"answered":[1.0]' in capsys.readouterr().out.replace(" ", "")

    def test_that_another_door_has_flushed_are_no_warning(self):
        # All doors of one process share what is counted, and two may answer at once.
        with silent_metrics():
            counts(1)
            Metrics(namespace="Portico/local", service="test").flush_metrics()
