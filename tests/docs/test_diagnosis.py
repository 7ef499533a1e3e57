"""docs/diagnosis.md has every cause (portico/diagnosis/findings.py)."""

import re

from portico.diagnosis.findings import FindingCause
from tests.docs.test_docs import page


def test_the_page_has_every_cause_once_in_its_table():
    table = page("diagnosis.md").partition("## The causes")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    told = [cause for row in rows for cause in re.findall(r"`([a-z-]+)`", row)]

    assert sorted(told) == sorted(each.value for each in FindingCause)
