"""How far trips to a provider get, counted for each connection."""

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit


def count(step: str, *, workspace_id: str, connection: str) -> None:
    """Count one *step*, e.g. ``sso-started``, of a connection that is really there.

    Every pair of workspace and connection is a metric that is paid for, so a name that
    only came along with a request must never get here.
    """
    with single_metric(name=step, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="connection", value=f"{workspace_id}/{connection}")
