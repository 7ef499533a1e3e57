"""Post a logout token to the address that a portal registered."""

from requests import Session

from portico.sso.transport import ProviderAway, mount

USER_AGENT = "portico"


class NotTold(Exception):
    """The portal was not told. The argument says why, and has nothing of its answer but a status."""


def tell(url: str, token: str, *, loopback: bool) -> None:
    """Post *token* to a portal. Of the answer only the status is read (section 2.5).

    Raises:
        NotTold: the address is not public, nobody answers there in time, or the status is no success.
    """
    with Session() as http:
        mount(http, loopback=loopback, reads_answers=False)
        try:
            answer = http.post(
                url,
                data={"logout_token": token},
                headers={"user-agent": USER_AGENT, "accept": "*/*"},
                allow_redirects=False,
            )
        except ProviderAway as away:
            raise NotTold(str(away)) from None
    if not 200 <= answer.status_code < 300:
        raise NotTold(f"status {answer.status_code}")
