"""The streams of the tables: write what happened into the Trail, once."""

import os

from portico.edge.batches import Intake
from portico.settings import RecordTrailSettings
from portico.trail.store import Recorder

settings = RecordTrailSettings.read(os.environ)
trail = Recorder.from_settings(settings)
handler = Intake("record_trail", trail.record, together=trail.list)
