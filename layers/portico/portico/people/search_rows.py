"""Search rows: a team finds a contact by their address, and by the words of their name.

A contact has a row for the address and one for each of up to three words, written in the
transaction of the head. The head keeps what they are made of as ``found_by``, so that whoever
changes it knows which rows are there, even if a later version folds words in another way.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portico.aws.tables import ALWAYS, Parts, Rows
from portico.people.rules import Contact

MOST_WORDS = 3
"""Of a name: the first two and the last. Each is a row more in every transaction."""
LONGEST_WORD = 32
"""Characters of a word that is found. Nobody types more of one."""
ADDRESSES = "@"
"""Stands for the first letter in the partition of all addresses, which is the list of contacts."""

# Letters that Unicode does not take apart, as people type them who do not have them.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_APOSTROPHES = re.compile("['`\u00b4\u02bc\u2018\u2019]")


def words_of(text: str) -> list[str]:
    """Return the different words of *text* in the form in which they are compared.

    ``"Zoë O’Brien-Łuk"`` is ``["zoe", "obrien", "luk"]``.
    """
    # Twice, because small letters may be made of parts where the capital is not, and the reverse.
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain)
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    letters = _APOSTROPHES.sub("", letters.translate(_PLAIN))
    # Separators, signs and what nobody sees end a word. Marks do not: in Hindi they are vowels.
    spaced = "".join(" " if unicodedata.category(c)[0] in "ZPSC" else c for c in letters)
    return list(dict.fromkeys(each[:LONGEST_WORD] for each in spaced.split()))


def found_by(email: str, name: str) -> list[str]:
    """Return what a contact is found by: the address, then the words of the name.

    Of more than three words it is the first two and the last, which is the family's name in most
    countries, or the first in some.
    """
    words = words_of(name)
    if len(words) > MOST_WORDS:
        words = [*words[: MOST_WORDS - 1], words[-1]]
    return [email, *words]


def search_partition(workspace_id: str, word: str | None) -> str:
    """Return the partition key of a word's rows; ``None``: of those of all addresses."""
    return f"{workspace_id}#find#{ADDRESSES if word is None else word[0]}"


def search_keys(contact: Contact, by: Sequence[str]) -> list[tuple[str, str]]:
    """Return the keys of the rows that *by* asks for, the address's first."""
    return [
        (search_partition(contact.workspace_id, each if number else None), f"{each}#{contact.id}")
        for number, each in enumerate(by)
    ]


def contact_in(sk: str) -> str:
    """Return the contact's id from the sort key of a search row."""
    return sk.rpartition("#")[2]


def moving(rows: Rows, contact: Contact, before: Sequence[str], after: Sequence[str]) -> Parts:
    """Return the parts of a transaction that lead from one :func:`found_by` to another.

    None of them refuses. The head's part must make sure that *before* is what is there.
    """
    old, new = search_keys(contact, before), search_keys(contact, after)
    gone = [key for key in old if key not in new]
    come = [key for key in new if key not in old]
    return {
        **{f"found no more {sk}": rows.deleting(pk, sk, ALWAYS) for pk, sk in gone},
        **{f"found {sk}": rows.putting({"pk": pk, "sk": sk}, ALWAYS) for pk, sk in come},
    }


@dataclass(frozen=True, slots=True)
class Renaming:
    """What a change of name adds to the write of the head, and beside it."""

    sets: str = ""
    """Of the update expression, with a comma at its end."""
    condition: str = ""
    """Of the head's condition: the rows are those that were read. It begins with ``AND``."""
    values: dict[str, Any] = field(default_factory=dict)
    parts: Parts = field(default_factory=dict)


def renaming(rows: Rows, contact: Contact, name: str | None) -> Renaming:
    """Return what a change to *name* does to a contact's search rows; ``None``: the name stays.

    A contact from before search rows gets none by this. The upgrade writes them.
    """
    if name is None:
        return Renaming()
    if contact.found_by is None:
        return Renaming(condition=" AND attribute_not_exists(found_by)")
    after = found_by(contact.email, name)
    if after == contact.found_by:
        return Renaming()
    return Renaming(
        "found_by = :found_by, ",
        " AND found_by = :was_found_by",
        {":found_by": after, ":was_found_by": contact.found_by},
        moving(rows, contact, contact.found_by, after),
    )


def readdressing(rows: Rows, contact: Contact, email: str) -> Renaming:
    """Return what a change of address does to a contact's search rows.

    It replaces the address alone, so that the contact may change their name at the same moment.
    """
    if contact.found_by is None:
        return Renaming(condition=" AND attribute_not_exists(found_by)")
    was, words = contact.found_by[0], contact.found_by[1:]
    return Renaming(
        "found_by[0] = :email, ",
        " AND found_by[0] = :was_found_by",
        {":was_found_by": was},
        moving(rows, contact, [was, *words], [email, *words]),
    )


def vanishing(rows: Rows, contact: Contact) -> Renaming:
    """Return what the end of a contact does to their search rows. The head loses ``found_by``."""
    if contact.found_by is None:
        return Renaming(condition=" AND attribute_not_exists(found_by)")
    return Renaming(
        condition=" AND found_by = :was_found_by",
        values={":was_found_by": contact.found_by},
        parts=moving(rows, contact, contact.found_by, ()),
    )
