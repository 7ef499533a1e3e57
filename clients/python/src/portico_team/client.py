"""The client of one workspace."""

from portico_team.contract import Routes
from portico_team.transport import Transport


class Portico(Routes):
    """Portico's API for the team of one workspace, with a key.

    A key belongs to one workspace, so the client does.
    """

    def __init__(self, url: str, key: str, *, patience: float = 60.0) -> None:
        """Make the client. Nothing is sent yet.

        Args:
            url: where Portico is, e.g. ``https://signin.example.com``.
            key: ``ptk_acme_…``. Take it from the environment or a file of yours alone, never from
                a command line.
            patience: seconds that waiting between the tries of one request may take in all.

        Raises:
            Unwelcome: the address or the key can be none.
        """
        super().__init__(Transport(url, key, patience))

    @property
    def workspace(self) -> str:
        """The workspace that the key belongs to."""
        return self.transport.workspace
