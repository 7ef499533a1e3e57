"""The sources whose records come by files, counted up to a bound."""

from dataclasses import dataclass
from itertools import batched

from portico.aws.queries import places_listed
from portico.aws.tables import MOST_AT_ONCE, get_many
from portico.directory.store import SCIM_SOURCE, Directory, record_key, records_listed_in

MOST_ENTRIES_READ = 10_000
"""Entries of the index that one count reads: 1.5 MB. Those of the sync are among them."""
MOST_RECORDS_READ = 1000
"""Records that one count reads: ten calls of BatchGetItem."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """How many records one source has."""

    source: str
    active: int
    inactive: int


def file_sources(directory: Directory) -> tuple[list[FileSource], bool]:
    """Count the records of each source but the sync, and say whether they are all.

    Raises:
        TryLater: DynamoDB is out of reach.
    """
    id_ = directory.workspace_id
    listed, is_all = places_listed(directory.rows, records_listed_in(id_), most=MOST_ENTRIES_READ)
    synced = record_key(id_, SCIM_SOURCE, "")[0]
    of_files = [each for each in listed if not each["pk"].startswith(synced)]
    counts: dict[str, list[int]] = {}
    for some in batched(of_files[:MOST_RECORDS_READ], MOST_AT_ONCE, strict=False):
        keys = [(directory.rows, each["pk"], each["sk"]) for each in some]
        for row in get_many(keys, consistent=False, only=["source", "active"]):
            if row:
                counts.setdefault(row["source"], [0, 0])[row["active"] is not True] += 1
    found = [FileSource(source, *both) for source, both in sorted(counts.items())]
    return found, is_all and len(of_files) <= MOST_RECORDS_READ
