"""``portico link`` over HTTP, with a key."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.command import Told
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from cli.remote import refusal_of_one
from cli.remote_contacts import RemoteContacts
from portico.clock import moment

if TYPE_CHECKING:
    from portico_team import Portico
    from portico_team.contract import LinkOfWorkspace

KEYS_MAKE_PERSONAL = "Say whose: a key makes personal links, with --contact WHO."


@dataclass(frozen=True, slots=True)
class RemoteLinks:
    """The links of a workspace, as its routes tell of them."""

    told: Told
    portico: "Portico"

    def create(self, who: str | None, **asked: Any) -> tuple[dict[str, Any], str, str]:
        """Make a personal link; return it, its token and its URL.

        Raises:
            Refusal: there is no such contact, or it leads nowhere.
        """
        if who is None:
            raise NotUnderstood(KEYS_MAKE_PERSONAL)
        contact = self._id_of(who)
        wanted: Any = {name: value for name, value in asked.items() if value is not None}
        answered: list[Any] = self.portico.add_links({"links": [{"contact": contact, **wanted}]})[
            "links"
        ]
        (made,) = answered
        if "problem" in made:
            raise refusal_of_one(made["problem"], who)
        return row_of(made["link"], self.portico.workspace), made["token"], made["url"]

    def all(self, who: str | None, *, ended: bool) -> list[dict[str, Any]]:
        """Return all links, of everybody or of one contact, or those that are alive."""
        contact = self._id_of(who) if who else None
        found = self.portico.list_links(contact=contact, ended=ended, limit=100)
        return [row_of(each, self.portico.workspace) for each in found]

    def show(self, id_: str, *, most: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return a link, and the newest sign-ins by it.

        Raises:
            Refusal: there is no such link.
        """
        from portico_team.contract import NotFound

        here = self.portico.workspace
        try:
            read = self.portico.read_link(id_, limit=most)
        except NotFound:
            raise Refusal(f"There is no link {id_} in {here}.") from None
        uses = [{**each, "email": None, "at": moment(each["at"])} for each in read["uses"]]
        return row_of(read["link"], here), uses

    def _id_of(self, who: str) -> str:
        return who if "@" not in who else str(RemoteContacts(self.told, self.portico).of(who)["id"])

    def rotate(
        self, id_: str, *, overlap_days: int, days: int | None
    ) -> tuple[dict[str, Any], dict[str, Any], str, str]:
        """Put another link in the place of one; return both, the token and the URL.

        Raises:
            Refusal: there is no such living link, or it was rotated before.
        """
        from portico_team.contract import NotFound, Taken

        asked: Any = {"overlap_days": overlap_days} | ({"days": days} if days else {})
        here = self.portico.workspace
        try:
            made = self.portico.rotate_link(id_, asked)
        except NotFound:
            raise Refusal(f"There is no living link {id_} in {here}.") from None
        except Taken:
            raise Refusal(f"Link {id_} was rotated before: portico link list {here}") from None
        return (
            row_of(made["link"], here),
            row_of(made["replaced"], here),
            made["token"],
            made["url"],
        )

    def revoke(self, id_: str) -> dict[str, Any]:
        """End a link.

        Raises:
            Refusal: there is no such link.
        """
        from portico_team.contract import NotFound

        here = self.portico.workspace
        try:
            return row_of(self.portico.revoke_link(id_)["link"], here)
        except NotFound:
            raise Refusal(f"There is no link {id_} in {here}.") from None


def row_of(link: "LinkOfWorkspace", workspace_id: str) -> dict[str, Any]:
    """Return a link by the names that answers of this command have."""
    row: dict[str, Any] = dict(link)
    row |= {"workspace": workspace_id, "destination": row.pop("to"), "front": row.pop("entrance")}
    times = {name: row[name] for name in row if name.endswith("_at") and row[name] is not None}
    return row | {name: moment(at) for name, at in times.items()}


def short(row: dict[str, Any]) -> dict[str, Shown]:
    """Return a line of a list of links."""
    expires: datetime | None = row["expires_at"]
    return {
        "label": row["label"],
        "id": row["id"],
        "state": row["state"],
        "for": _whose(row),
        "to": row["destination"],
        "expires": f"{expires:%Y-%m-%d}" if expires else "never",
    }


def _whose(row: dict[str, Any]) -> str:
    if row["front"]:
        return f"everybody, at /{row['workspace']}"
    # Who has no address yet is named by their id.
    whom = row["email_hint"] or row["contact"] or "everybody"
    return f"portal {row['portal']}" if row["portal"] else whom
