"""Whatever the console sends is tried in the middle (tests/browser/test_console_forms.py), or by a test of its own."""

import re
from pathlib import Path

from tests.browser.test_console_forms import FORMS, PRESSES
from tests.page.test_console import MODULES

BROWSER = Path(__file__).parents[1] / "browser"

READS = "reads only"
"""It writes nothing, so there is nothing to be done twice."""
LEADS = "leads to a form or a press that has a row"

FORMS_SENT: dict[str, str] = {
    "connection-forms.changeConnection": "connection",
    "connection-forms.newConnection": "new-connection",
    "connection-forms.newSecret": "connection-secret",
    "contact-address.changeAddress": "address",
    "contact-erasure.eraseContact": "erase",
    "contact-edit.editContact": "edit",
    "contacts.search": READS,
    "directory-person.findPerson": READS,
    "find.addContact": "add",
    "find.findContact": READS,
    "import.chooseFile": "test_console_import:test_csl_02_pressed_twice_on_a_slow_network_begins_once",
    "keys.newKey": "new-key",
    "log-export.exportPanel": READS,
    "log-filter.filterForm": READS,
    "merge.chooseOther": READS,
    "new-link.newLink": "new-link new-personal-link",
    "new-link.rotateLink": "replace-link",
    "portals.editPortal": "portal",
    "portals.newPortal": "new-portal",
    "settings.changeSettings": "settings ways directory-rule sign-up sessions open look",
    "team.changeRole": "role",
    "team.newMember": "new-member",
    "team.teamWays": "team-ways",
}
"""Each form, by the function that makes it: its rows, or a test of its own."""
PRESSES_SENT: dict[str, str] = {
    "changes.reviewUndo.undo": "undo",
    "closed.tellClosed.open": LEADS,
    "confirmations.confirm.pressed": "confirm-address test_console_team:test_csl_02_confirmed_already_is_said_to_be",
    "connection-changes.review.go": "connection switch-connection connection-on remove-connection",
    "connections.confirm.press": "confirm-connection",
    "connections.test.run": "test-connection",
    "contact-data.exporting.pressed": READS,
    "contact.mail.lift": "lift",
    "contact.refs.pressed": "detach",
    "contact.sessions.all": "end-sessions",
    "contact.sessions.pressed": "end-session",
    "contact.switching.pressed": "deactivate reactivate",
    "directory-held.heldPanel.pressed": "test_console_directory:test_csl_02_who_was_let_leave_by_a_lost_answer_is_out",
    "find.findContact.look": READS,
    "findings.endingOf.press": "finding",
    "import-report.refusedRows.save": READS,
    "import-report.showReport.go": "test_console_import:test_csl_02_pressed_twice_on_a_slow_network_begins_once",
    "import.goOn.cancel": "test_console_import:test_csl_02_cancelled_with_a_lost_answer_is_said_to_be",
    "keys.todo.revoke": "revoke-key",
    "keys.todo.rotate": "key-secret",
    "link-rows.todo.revoke": "revoke-link",
    "logo-change.changeLogo.away": "remove-logo",
    "logo-change.changeLogo.use": "logo",
    "logs.list.on": READS,
    "merge.mergeContacts.go": "merge",
    "merge.mergeNow.undo": "undo-merge",
    "merge.undoMerge.undo": "undo-merge",
    "new-link.asPicture.show": READS,
    "portals.showPortal.remove": "remove-portal",
    "portals.showPortal.retire": "old-secret",
    "portals.showPortal.rotate": "portal-secret",
    "portals.showPortal.turn": "portal-off",
    "settings.review.go": "settings",
    "settings.undoable.undo": "undo",
    "team.todo.remove": "take-off",
}
"""Each press, by the function that makes its button, and the button's name there."""
SENT_FOR: dict[str, str] = {
    "directory-held.send": "directory-held.heldPanel.pressed",
    "findings.remedy": "findings.endingOf.press",
    "import-run.begin": "import.chooseFile",
    "import-run.next": "import.chooseFile",
    "import.cancelling": "import.goOn.cancel",
    "merge.asked": "merge.mergeContacts.go",
    "merge.undoNow": "merge.undoMerge.undo",
    "portals.patch": "portals.showPortal.turn",
    "settings.undoChange": "settings.undoable.undo",
}
"""What asks for a form or a press, in a function of its own."""
READ_BY = {
    "/contacts/find", "/diagnosis", "/directory/people/find", "/mail-preview", "/touched", "/trail/export", "/trail/list", "/trail/overview",
}  # fmt: skip
"""Routes that are asked by a body, because an address or a filter is in it, and that change nothing."""
LISTED = "pages.gather"
"""It asks for lists."""

FUNCTION = re.compile(r"^(?:export )?(?:async )?function (\w+)", re.MULTILINE)
PRESS = re.compile(r"\bpress\((\w+),")
FORM = re.compile(r"\bform\(place, \{")
ASK = re.compile(r"""\bask\((?:"(?!GET")(\w+)"|(?!")\w+), ([^,)\n]+)""")


def found(what: re.Pattern[str]) -> list[tuple[str, re.Match[str]]]:
    """Every place of the screens' modules, with the function it stands in."""
    rows = []
    for name, text in MODULES.items():
        if name in ("api.js", "form.js", "place.js"):
            continue
        for match in what.finditer(text):
            inside = [each[1] for each in FUNCTION.finditer(text, 0, match.start())]
            rows.append((f"{name.removesuffix('.js')}.{inside[-1]}", match))
    return rows


class TestWhatTheConsoleSends:
    def test_is_a_form_or_a_press_that_is_known_here(self):
        forms = [where for where, _ in found(FORM)]
        presses = [f"{where}.{match[1]}" for where, match in found(PRESS)]

        assert sorted(forms) == sorted(FORMS_SENT)
        assert sorted(presses) == sorted(PRESSES_SENT)

    def test_csl_02_is_tried_in_the_middle(self):
        rows = {each.name for each in [*FORMS, *PRESSES]}
        named = " ".join([*FORMS_SENT.values(), *PRESSES_SENT.values()])
        named = named.replace(READS, "").replace(LEADS, "")
        tests = [each.split(":") for each in named.split() if ":" in each]

        assert {each for each in named.split() if ":" not in each} == rows
        for file, test in tests:
            assert f"def {test}(" in (BROWSER / f"{file}.py").read_text()

    def test_is_sent_by_nothing_else(self):
        known = {*FORMS_SENT, *(each.rpartition(".")[0] for each in PRESSES_SENT)}
        assert set(SENT_FOR.values()) <= {*FORMS_SENT, *PRESSES_SENT}

        writes = {where for where, match in found(ASK) if match[2].strip('"`') not in READ_BY}

        assert len(writes) > 20
        assert writes - known - {LISTED} == set(SENT_FOR)

    def test_goes_by_one_way_alone(self):
        # Whoever asks by other means is seen by none of these. The preview reads the page.
        others = {name for name, text in MODULES.items() if re.search(r"\bfetch\(|XMLHttpRequest|sendBeacon", text)}  # fmt: skip

        assert others == {"api.js", "preview.js"}
        assert re.findall(r"\.open\(\"(\w+)\"", MODULES["preview.js"]) == ["GET"]
