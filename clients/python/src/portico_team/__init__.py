"""Portico's API for the team of one workspace: the routes that take a key.

``Portico(url, key)`` is the client. Its methods, their bodies and answers, and the exceptions are
made of the API's description (``contract.py``).
"""

from portico_team.client import Portico
from portico_team.errors import OutOfReach, PorticoError, Problem
from portico_team.pages import Walk
from portico_team.transport import Unwelcome

__all__ = ["OutOfReach", "Portico", "PorticoError", "Problem", "Unwelcome", "Walk"]
