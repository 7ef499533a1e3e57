"""How far trips to a provider get, counted for all of them; the log line says whose trip it was."""

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit


def count(door: str, step: str, *, workspace_id: str, connection: str) -> None:
    """Count one *step*, e.g. ``sso-started``, of a trip through *door*.

    Workspace and connection are fields of the log line and no dimensions: every set of dimensions
    is a metric that is paid for, and their number must not grow with the workspaces.
    """
    with single_metric(name=step, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="service", value=door)
        metric.add_metadata(key="connection", value=f"{workspace_id}/{connection}")
        metric.add_metadata(key="step", value=step)
