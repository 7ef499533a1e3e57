"""The streams of the tables: write what happened into the Trail, once."""

import os
from typing import Any

from portico.edge.records import each
from portico.settings import RecordTrail
from portico.trail.flow import Recorder

settings = RecordTrail.read(os.environ)
trail = Recorder.from_settings(settings)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Record the event that rides on each changed row."""
    return each(event["Records"], trail.record)
