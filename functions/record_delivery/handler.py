"""What SES tells of mails, from the queue and from the bus: what became of them."""

import os

from portico.deliveries.recorder import Deliveries
from portico.edge.batches import Intake
from portico.settings import RecordDeliverySettings

settings = RecordDeliverySettings.read(os.environ)
deliveries = Deliveries.from_settings(settings)
handler = Intake("record_delivery", deliveries.record)
