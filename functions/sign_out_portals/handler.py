"""The stream of the Trail, and the queue: tell portals on other sites who is signed out."""

import os

from portico.backchannel.portal_sign_outs import PortalSignOuts
from portico.edge.batches import Intake
from portico.settings import SignOutPortalsSettings

settings = SignOutPortalsSettings.read(os.environ)
sign_outs = PortalSignOuts.from_settings(settings)
handler = Intake("sign_out_portals", sign_outs.handle)
