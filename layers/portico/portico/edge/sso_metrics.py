"""Count how far trips to a provider get. The log line says which workspace and connection."""

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit


def count(door: str, step: str, *, workspace_id: str, connection: str) -> None:
    """Count one *step*, e.g. ``sso-started``, of a trip through *door*.

    Workspace and connection are fields of the log line, not dimensions. Each set of dimensions is
    a metric that costs money, and their number must not grow with the workspaces.
    """
    with single_metric(name=step, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="service", value=door)
        metric.add_metadata(key="connection", value=f"{workspace_id}/{connection}")
        metric.add_metadata(key="step", value=step)
