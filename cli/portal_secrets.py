"""What can be said of the client secrets of a portal: one thing at a time."""

from cli.refusals import NotUnderstood


def demand_one_way(*, new: bool, retire: bool, public: bool) -> None:
    """Check that a portal that keeps no secret is to get and to retire none.

    Raises:
        NotUnderstood: it is.
    """
    if public and (new or retire):
        raise NotUnderstood(
            "--public keeps no secret: leave out --new-secret and --retire-old-secret."
        )
