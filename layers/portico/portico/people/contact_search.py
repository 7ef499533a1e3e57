"""Lists of contacts, a page at a time: all of them, or those that a text finds.

A page costs one read of search rows, or two beside each other, and one of heads, however many
contacts there are. Each contact is on exactly one page if what finds them does not change meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import merge

from portico.aws.parallel import in_parallel
from portico.aws.queries import page_within
from portico.aws.values import Row
from portico.errors import InvalidRequest
from portico.people.addresses import normalise
from portico.people.rules import Contact
from portico.people.search_rows import contact_in, search_partition, words_of
from portico.people.store import People, head_key, search_mark_key

MOST_ON_A_PAGE = 99
"""One call reads their heads, and whether the search rows are complete."""
LONGEST_SOUGHT = 100
"""Characters."""


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some contacts, in the order of what finds them."""

    contacts: list[Contact]
    ends_with: str | None
    """Where the next page begins: after this. ``None``: this is the last one."""
    is_complete: bool
    """Whether all contacts of the workspace can be found. If not, ``portico upgrade`` is due."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a typed text looks for: addresses that begin with it, and names that have its words."""

    address: str | None
    """The beginning of an address; ``None``: the text is none."""
    words: Sequence[str]
    """Beginnings of words of a name, the longest first."""

    @classmethod
    def typed(cls, text: str) -> "Sought":
        """Read a text.

        Raises:
            InvalidRequest: there is nothing in it to look for, or too much.
        """
        address = text.strip().lower()
        if not 0 < len(address) <= LONGEST_SOUGHT:
            raise InvalidRequest("text", f"1 to {LONGEST_SOUGHT} characters")
        words = sorted(words_of(text), key=len, reverse=True)
        if "@" in address:
            return cls(address, ())
        return cls(None if " " in address else address, words)

    def rows_of(self, contact: Contact) -> list[str]:
        """Return the sort keys of the contact's search rows that it finds."""
        email, *words = contact.found_by or [""]
        found = [email] if self.address and email.startswith(self.address) else []
        if self.words and all(any(w.startswith(each) for w in words) for each in self.words):
            found += [each for each in words if each.startswith(self.words[0])]
        return [f"{each}#{contact.id}" for each in found]


@dataclass(frozen=True, slots=True)
class ContactSearch:
    """Finds contacts of one workspace."""

    people: People

    def at(self, email: str) -> Contact | None:
        """Return who has this whole address, or who had it last and nobody has it now.

        Raises:
            InvalidRequest: it is no address.
        """
        wanted = normalise(email)
        pointer = self.people.pointers([wanted])[wanted]
        id_ = pointer.contact or pointer.former
        return self.people.contact(id_) if id_ else None

    def all(self, *, after: str = "", limit: int) -> ContactPage:
        """Read one page of all contacts, by address: of *limit*, and of `MOST_ON_A_PAGE` at most."""
        limit = min(limit, MOST_ON_A_PAGE)
        rows, last = self._page(None, "", after, limit)
        return self._shown(rows, last is not None, lambda each: [f"{each.email}#{each.id}"])

    def matching(self, sought: Sought, *, after: str = "", limit: int) -> ContactPage:
        """Read one page of the contacts that a text finds, by what finds them.

        With several words a page may have fewer contacts than *limit*, and more may follow. It has
        `MOST_ON_A_PAGE` at most.
        """
        limit, asked = min(limit, MOST_ON_A_PAGE), []
        if sought.address is not None:
            asked.append(partial(self._page, None, sought.address, after, limit))
        if sought.words:
            word = sought.words[0]
            asked.append(partial(self._page, word, word, after, limit))
        beside = [in_parallel(each) for each in asked[1:]]
        answers = [each() for each in asked[:1]] + [each.result() for each in beside]
        lists = [rows for rows, _ in answers]
        # Behind the end of a list that goes on nothing is known of it.
        ends = [last for _, last in answers if last is not None]
        known = [
            row
            for row in merge(*lists, key=lambda row: str(row["sk"]))
            if not ends or row["sk"] <= min(ends)
        ]
        has_more = bool(ends) or len(known) > limit
        return self._shown(known[:limit], has_more, sought.rows_of)

    def _page(
        self, word: str | None, starting: str, after: str, limit: int
    ) -> tuple[list[Row], str | None]:
        if after and not after.startswith(starting):
            if after > starting:
                return [], None
            after = ""
        pk = search_partition(self.people.workspace_id, word)
        return page_within(self.people.rows, pk, starting=starting, after=after, size=limit)

    def _shown(
        self, rows: Sequence[Row], has_more: bool, rows_of: Callable[[Contact], list[str]]
    ) -> ContactPage:
        id_ = self.people.workspace_id
        ids = list(dict.fromkeys(contact_in(each["sk"]) for each in rows))
        keys = [head_key(id_, each) for each in ids]
        mark, *heads = self.people.read(search_mark_key(id_), *keys)
        found = {each: Contact.from_row(row) for each, row in zip(ids, heads, strict=True) if row}
        contacts = []
        for row in rows:
            contact = found.get(contact_in(row["sk"]))
            # A contact whom several rows find is shown by the first of them alone. The row of
            # one who has changed in this moment finds them no more.
            theirs = rows_of(contact) if contact and contact.found_by else []
            if contact and theirs and row["sk"] == min(theirs):
                contacts.append(contact)
        return ContactPage(
            contacts, rows[-1]["sk"] if rows and has_more else None, mark is not None
        )
