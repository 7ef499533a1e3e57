"""Who may come in where a directory decides: DIR-01, and the way in behind glass
(people/directory_rule.py, sso/match.py)."""

import dataclasses

import pytest

from local.providers.people import ACME_TENANT, FOREIGN_TENANT, object_id
from portico.aws.tables import transact
from portico.directory.record_import import DirectoryImport
from portico.directory.record_match import RecordMatch, RecordMatches
from portico.directory.scim.group_walk import GroupReckoning
from portico.directory.scim.sync import DirectorySync
from portico.directory.store import Directory
from tests.directory.scim.conftest import USERS, Client, made_by_hand, person

REFUSED = ("e", "not-in-directory")


@pytest.fixture(params=["match_required", "sso_only"])
def rule(request, connected, portal):
    portal.sets(directory_rule=request.param)
    return request.param


def seen(answer):
    return (answer.mark, answer.told)


class TestARuleThatNobodyKnows:
    def test_needs_a_record_as_the_strictest_does(self, connected, portal):
        row = next(each for each in portal.rows("people") if each.get("portal_url"))
        portal.writes("people", row | {"directory_rule": "future_rule"})

        assert seen(portal.browser.signs_in_with("google")) == REFUSED
        assert portal.session_rows() == []
        connected.lists("ann@example.com")
        assert portal.browser.signs_in_with("google").cookie("__Host-portico-acme")


class TestAMatch:
    def test_by_tenant_and_object_id_lets_in(self, rule, connected, portal):
        connected.lists(
            "a.archer@elsewhere.example", tenant=ACME_TENANT, object_id=object_id(1), emails=()
        )

        assert portal.browser.signs_in_with("microsoft").cookie("__Host-portico-acme")

    def test_by_a_vouched_address_lets_in(self, rule, connected, portal):
        connected.lists("ann@example.com")

        assert portal.browser.signs_in_with("google").cookie("__Host-portico-acme")

    def test_is_needed(self, rule, connected, portal):
        assert seen(portal.browser.signs_in_with("google")) == REFUSED
        assert portal.session_rows() == []

    def test_is_needed_of_an_identity_that_is_linked_already_too(self, connected, portal):
        portal.browser.signs_in_with("google")
        portal.sets(directory_rule="sso_only")

        assert seen(portal.another_browser().signs_in_with("google")) == REFUSED

    def test_with_an_inactive_record_is_none(self, rule, connected, portal):
        connected.lists("ann@example.com", active=False)

        assert seen(portal.browser.signs_in_with("google")) == REFUSED

    def test_by_object_id_comes_first_and_an_inactive_one_refuses(self, rule, connected, portal):
        # The object id is Ann's own and inactive; somebody else was given her address.
        connected.lists("old", tenant=ACME_TENANT, object_id=object_id(1), emails=(), active=False)
        connected.lists("ann@example.com")

        assert seen(portal.browser.signs_in_with("microsoft")) == REFUSED

    def test_by_the_object_id_of_another_tenant_is_none(self, connected, portal):
        portal.sets(directory_rule="match_required")
        connected.connect("microsoft", tenants=["organizations"], vouches_for=["example.com"])
        connected.lists("ann", tenant=ACME_TENANT, object_id=object_id(1), emails=())
        connected.has(
            "microsoft", "twin", tid=FOREIGN_TENANT, oid=object_id(1), email="ann@example.com"
        )

        assert seen(portal.browser.signs_in_with("microsoft", "twin")) == REFUSED

    @pytest.mark.parametrize("mode", ["unverified-email", "text-false", "no-email"])
    def test_by_an_address_that_nobody_vouches_for_is_none(self, rule, connected, portal, mode):
        connected.lists("ann@example.com")
        portal.browser.starts_sso("oidc")

        assert seen(portal.browser.comes_back("ann", mode)) == REFUSED

    @pytest.mark.parametrize("connection", ["facebook", "twitter"])
    def test_is_not_got_around_by_a_code(self, rule, connected, portal, connection):
        connected.lists("ann@example.com")

        assert seen(portal.browser.signs_in_with(connection, "ann")) == REFUSED
        assert portal.delivers_mail() == []

    def test_of_another_workspaces_directory_is_none(self, rule, connected, portal):
        connected.lists("ann@example.com", portal=portal.neighbour())

        assert seen(portal.browser.signs_in_with("google")) == REFUSED

    def test_of_nobody_who_is_a_contact_lets_nobody_in(self, rule, connected, portal):
        connected.lists("nobody@example.com")

        came_back = portal.browser.signs_in_with("google", "nobody")

        assert seen(came_back) == ("e", "no-contact")
        assert portal.delivers_mail() == []

    def test_dir_01_that_fails_is_recorded_with_its_reason(self, rule, connected, portal):
        portal.browser.signs_in_with("google")

        (refused,) = [r for r in portal.records_trail() if r["name"] == "sso.refused"]
        assert refused["detail"]["connection"] == "google"
        assert refused["detail"]["reason"] == "not-in-directory"


class TestDir01WhoIsNotInTheDirectory:
    """What is typed is not looked at where the rule decides alone, so each address gets one answer."""

    WHO = ("ann@example.com", "ben@example.com", "nobody@example.org")

    @pytest.fixture
    def asks(self, connected, portal):
        """Ann is a contact and in the directory, Ben is in the directory alone, and nobody is neither."""
        portal.sets(password_method=True, sign_up=True)
        portal.sets(directory_rule="sso_only")
        for email in self.WHO[:2]:
            connected.lists(email)

        def asked(way: str, email: str):
            browser = portal.another_browser()
            match way:
                case "code":
                    return browser.asks_for_a_code(email)
                case "sign-up":
                    return browser.signs_up(email)
                case "reset":
                    return browser.forgets_the_password(email)
                case _:
                    return browser.types_a_password("four tired herons at the weir", email)

        return asked

    @pytest.mark.parametrize("way", ["code", "sign-up", "reset", "password"])
    def test_is_told_what_everybody_is_told(self, portal, asks, wire, way):
        asks(way, self.WHO[0])  # the first finds the door cold
        answers = []
        for email in self.WHO:
            wire.forget()
            answer = asks(way, email)
            told = answer.body | {"instance": "its own"}
            answers.append((answer.status, answer.headers, told, list(wire.operations)))

        assert answers[0] == answers[1] == answers[2]
        assert asks(way, self.WHO[0]).problem == (403, "sign-in-method-off")
        assert portal.delivers_mail() == []

    def test_is_told_plainly_once_single_sign_on_has_proved_who_it_is(self, connected, portal):
        portal.sets(directory_rule="sso_only")
        before = len(portal.rows("people"))

        assert seen(portal.browser.signs_in_with("google", "nobody")) == REFUSED

        (line,) = [r for r in portal.records_trail() if r["name"] == "sso.refused"]
        assert line["detail"]["reason"] == "not-in-directory"
        assert len(portal.rows("people")) == before


class TestWhomADirectoryHasProvisioned:
    """What Entra ID and Okta send of a person, and what their tokens say of the same one."""

    @pytest.fixture
    def directory(self, rule, connected, portal):
        return Client(portal, made_by_hand(portal))

    def entra(self, **more):
        """As the mappings of docs/directory-sync.md have it."""
        body = person("ann.archer@example.com", external=object_id(1), email="ann@example.com")
        return body | more

    def okta(self, **more):
        emails = [{"primary": True, "value": "ann@example.com", "type": "work"}]
        body = person("ann@example.com", external="00u1abcdeFGHIJK2l3m4", emails=emails)
        del body["meta"]
        return body | {"groups": [], "locale": "en-US", "password": "1mz050nq"} | more

    def provisions(self, directory, body):
        answer = directory.sends(f"POST {USERS}", body)
        assert answer.status == 201, answer.body
        return answer.body["id"]

    def comes_in(self, portal, kind, account="ann"):
        answer = portal.another_browser().signs_in_with(kind, account)
        if seen(answer) == REFUSED:
            return False
        return bool(answer.cookie("__Host-portico-acme"))

    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"externalId": "ann.archer"},
            {"emails": [{"type": "work", "value": "Ann@Example.com"}]},
            {"emails": None, "userName": "ann@example.com"},
            {"externalId": None},
        ],
        ids=["object-id", "mail-nickname", "capitals", "user-name-alone", "no-external-id"],
    )
    def test_comes_in_by_entra_id(self, portal, directory, connected, changed):
        # Microsoft's `sub` is another one for each application, and none that a directory knows.
        id_ = self.provisions(directory, self.entra(**changed))

        assert self.comes_in(portal, "microsoft")

        directory.switches(id_, "False")
        assert not self.comes_in(portal, "microsoft")

    @pytest.mark.parametrize("sub", ["00u1abcdeFGHIJK2l3m4", "00u9somebodyELSE0000"])
    def test_comes_in_by_okta(self, portal, directory, connected, sub):
        # Okta's `sub` is the person's id there, which it sends as externalId; not so in an
        # application that has its own subjects.
        connected.has("oidc", "okta", sub=sub, email="ann@example.com", email_verified=True)
        id_ = self.provisions(directory, self.okta())

        assert self.comes_in(portal, "oidc", "okta")

        directory.switches(id_, False)
        assert not self.comes_in(portal, "oidc", "okta")

    def test_is_known_by_the_account_after_a_change_of_address(self, portal, directory, connected):
        portal.sets(directory_contacts=True)
        id_ = self.provisions(directory, self.entra())
        assert self.comes_in(portal, "microsoft")
        moved = {"op": "replace", "value": {'emails[type eq "work"].value': "new@example.com"}}
        assert directory.changes(id_, moved).status == 200
        connected.has(
            "microsoft",
            "ann",
            tid=ACME_TENANT,
            oid=object_id(1),
            email="new@example.com",
            xms_edov=True,
        )

        assert self.comes_in(portal, "microsoft")

        (row,) = [each for each in portal.rows("people") if each["sk"] == "identity"]
        assert row["contact"] == portal.ann.id

    @pytest.mark.parametrize("kind", ["microsoft", "oidc"])
    def test_is_somebody_else_without_an_address_that_the_connection_vouches_for(
        self, portal, directory, connected, kind
    ):
        # An id alone lets nobody in: whoever runs another issuer could make one up.
        body = self.okta() if kind == "oidc" else self.entra()
        self.provisions(directory, body)
        ids = {"oidc": {"sub": body["externalId"]}}
        ids["microsoft"] = {"tid": ACME_TENANT, "oid": object_id(1)}
        connected.has(kind, "bare", **ids[kind])

        assert not self.comes_in(portal, kind, "bare")


class TestDir04GroupsThatLetPeopleIn:
    """Whoever was not reckoned yet by a new rule must be let in by that one and the one before."""

    @pytest.fixture
    def directory(self, rule, connected, portal):
        return Client(portal, made_by_hand(portal))

    @pytest.fixture
    def ann(self, directory):
        return directory.adds("ann@example.com")

    def of_both(self, portal, directory, before, after):
        """Groups that let people in before and after a change that has reached nobody yet."""
        groups = directory.groups("Before", *before), directory.groups("After", *after)
        portal.sets(directory_groups=[groups[0]])
        sync = DirectorySync("people", portal.workspace, "test")
        while not GroupReckoning(sync).go_on():
            pass
        portal.sets(directory_groups=[groups[1]])

    def is_let_in(self, portal):
        came_back = portal.another_browser().signs_in_with("google")
        if seen(came_back) == REFUSED:
            return False
        assert came_back.cookie("__Host-portico-acme")
        return True

    @pytest.mark.parametrize(
        ("is_in", "let_in"),
        [
            ((True, True), True),
            ((True, False), False),
            ((False, True), False),
            ((False, False), False),
        ],
        ids=["both", "before", "after", "neither"],
    )
    def test_let_in_by_both_rules_or_not_at_all(self, portal, directory, ann, is_in, let_in):
        members = ([ann] if each else [] for each in is_in)
        self.of_both(portal, directory, *members)

        assert self.is_let_in(portal) is let_in

    def test_let_in_by_the_rule_of_now_when_all_are_reckoned(self, portal, directory, ann):
        self.of_both(portal, directory, [], [ann])
        GroupReckoning(DirectorySync("people", portal.workspace, "test")).go_on()

        assert self.is_let_in(portal)

    def test_say_nothing_of_whom_a_file_has_listed(self, portal, directory, connected):
        self.of_both(portal, directory, [], [])
        connected.lists("ann@example.com")

        assert self.is_let_in(portal)


class TestDir04WhoIsHeld:
    """The directory rule lets in whom a brake holds, until the moment, and nobody else by them."""

    @pytest.fixture
    def directory(self, rule, connected, portal):
        portal.sets(directory_hold=True)
        return Client(portal, made_by_hand(portal))

    @pytest.fixture
    def ann(self, directory):
        """Ann, the sixth of six who leave."""
        ann = directory.adds("ann@example.com")
        for each in [directory.adds(f"p{n}@example.com") for n in range(5)]:
            directory.switches(each, False)
        return ann

    def comes_back(self, portal):
        return seen(portal.another_browser().signs_in_with("google")) != REFUSED

    def test_comes_in_until_the_moment_and_not_at_it(self, portal, directory, ann):
        assert self.comes_back(portal)
        directory.switches(ann, False)
        found = Directory("people", "acme").get("SCIM", ann)
        until = found and found.held_until
        portal.forward(seconds=(until - portal.now).total_seconds() - 5)
        assert self.comes_back(portal)

        portal.forward(seconds=5)

        assert not self.comes_back(portal)

    def test_comes_in_without_the_group_that_they_have_left(self, portal, directory):
        ann = directory.adds("ann@example.com")
        others = [directory.adds(f"p{n}@example.com") for n in range(5)]
        group = directory.groups("Customers", ann, *others)
        portal.sets(directory_groups=[group])
        sync = DirectorySync("people", portal.workspace, "test")
        while not GroupReckoning(sync).go_on():
            pass
        assert self.comes_back(portal)
        for each in (*others, ann):
            gone = {"op": "remove", "path": f'members[value eq "{each}"]'}
            assert directory.regroups(group, gone).status == 200

        assert self.comes_back(portal)
        portal.forward(hours=2)
        assert not self.comes_back(portal)

    def test_has_come_in_by_their_record_before(self, portal, directory, ann):
        directory.switches(ann, False)

        # The end of the hold would not know of a session that begins by it only now.
        assert not self.comes_back(portal)


class TestAnImportMeanwhile:
    """Between the read of a record and the transaction that begins the session."""

    @pytest.fixture
    def known(self, connected, portal):
        """Ann's account is linked, and her record has let her in."""
        connected.lists("ann@example.com")
        portal.browser.signs_in_with("google")
        portal.browser.signs_out()
        return portal.another_browser()

    def test_rac_05_that_ends_a_record_keeps_a_known_account_out(self, rule, known, portal, wire):
        known.starts_sso("google")
        wire.before("dynamodb.TransactWriteItems", lambda: imports(portal, active=False))

        assert seen(known.comes_back()) == REFUSED
        assert len(portal.session_rows()) == 1

    def test_rac_05_that_ends_a_record_keeps_an_account_out_on_its_first_sign_in(
        self, rule, connected, portal, wire
    ):
        # Nothing leads from the record to Ann but the account that she comes in by.
        theirs = {"tenant": ACME_TENANT, "object_id": object_id(1), "emails": ()}
        connected.lists("ann@example.com", **theirs)
        portal.browser.starts_sso("microsoft")
        wire.before("dynamodb.TransactWriteItems", lambda: imports(portal, active=False))

        assert seen(portal.browser.comes_back()) == REFUSED
        assert portal.session_rows() == []

    def test_rac_05_that_takes_the_address_away_keeps_out_too(self, rule, connected, portal, wire):
        connected.lists("ann@example.com")
        portal.browser.starts_sso("google")
        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: imports(portal, emails=("ann.lee@example.com",)),
        )

        assert seen(portal.browser.comes_back()) == REFUSED

    def test_rac_05_that_gives_the_object_id_another_record_keeps_out_too(
        self, rule, connected, portal, wire
    ):
        theirs = {"tenant": ACME_TENANT, "object_id": object_id(1), "emails": ()}
        connected.lists("ann@example.com", **theirs)
        portal.browser.starts_sso("microsoft")
        other = theirs | {"object_id": object_id(7)}
        wire.before("dynamodb.TransactWriteItems", lambda: imports(portal, **other))

        assert seen(portal.browser.comes_back()) == REFUSED

    def test_rac_05_is_recorded_with_its_reason(self, rule, known, portal, wire):
        known.starts_sso("google")
        wire.before("dynamodb.TransactWriteItems", lambda: imports(portal, active=False))

        known.comes_back()

        (refused,) = [r for r in portal.records_trail() if r["name"] == "sso.refused"]
        assert refused["detail"]["reason"] == "directory-record-changed"

    def test_rac_05_that_changes_nothing_of_the_match_keeps_nobody_out(
        self, rule, known, portal, wire
    ):
        known.starts_sso("google")
        wire.before("dynamodb.TransactWriteItems", lambda: imports(portal, user_name="Ann Lee"))

        assert known.comes_back().cookie("__Host-portico-acme")


class TestWhoeverFirstSignsInDuringAnImport:
    """The import has looked for owners before, and the index tells of new ones seconds later."""

    @pytest.mark.parametrize("directory_rule", ["off", "match_required", "sso_only"])
    def test_rac_06_is_signed_out_by_it(self, connected, portal, wire, directory_rule):
        portal.sets(directory_rule=directory_rule)
        portal.adds("Ben", "ben@elsewhere.example")
        theirs = {"tenant": ACME_TENANT, "object_id": object_id(1), "emails": ()}
        connected.lists("a.archer@elsewhere.example", **theirs)
        gone = record(portal, "a.archer@elsewhere.example", active=False)
        ann = portal.browser
        ann.starts_sso("microsoft")

        # Right before the import's own transaction, when it has found nobody.
        wire.before("dynamodb.TransactWriteItems", ann.comes_back)
        done = DirectoryImport("people", portal.workspace, by="test").take(
            [gone], is_complete=False
        )
        portal.forward(seconds=30)

        assert done.signed_out == [portal.ann.id]
        assert ann.refreshes().status == 401

    def test_rac_06_is_signed_out_by_it_beside_whoever_came_in_before(
        self, connected, portal, wire
    ):
        connected.lists("ann@example.com")
        portal.browser.signs_in_with("google")
        ben = portal.adds("Ben", "ben@elsewhere.example")
        matches, match = RecordMatches("people", "acme"), RecordMatch(record(portal), None)
        coming = matches.letting_in(match, ben.id, asks_match=False, at=portal.now)
        wire.before("dynamodb.TransactWriteItems", lambda: transact({"record": coming}))

        gone = [record(portal, active=False)]
        done = DirectoryImport("people", portal.workspace, by="test").take(gone, is_complete=False)

        assert done.signed_out == sorted([portal.ann.id, ben.id])

    def test_rac_06_is_remembered_by_the_record_however_often_it_is_imported(
        self, connected, portal
    ):
        connected.lists("ann@example.com")
        portal.browser.signs_in_with("google")
        imports(portal, user_name="Ann Lee")
        imports(portal, user_name="Ann Archer", emails=("ann@example.com", "a@example.com"))

        (row,) = [r for r in portal.rows("people") if r["sk"] == "record" and "list" in r]

        assert row["contacts"] == frozenset({portal.ann.id})


def record(portal, email="ann@example.com", **changed):
    found = Directory("people", portal.id).get("csv", email)
    assert found is not None
    return dataclasses.replace(found, **changed)


def imports(portal, **changed):
    """Import Ann's record as it is by now."""
    taking = DirectoryImport("people", portal.workspace, by="test")
    taking.take([record(portal, **changed)], is_complete=False)


class TestACode:
    def test_signs_in_whoever_has_no_match_where_one_is_required(self, connected, portal):
        portal.sets(directory_rule="match_required")

        assert portal.browser.signs_in().status == 200

    @pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.org"])
    def test_dir_01_is_asked_in_vain_under_sso_only(self, connected, portal, email):
        portal.sets(directory_rule="sso_only")

        asked = portal.browser.asks_for_a_code(email)

        assert asked.problem == (403, "sign-in-method-off")
        assert portal.delivers_mail() == []

    def test_of_a_personal_link_is_asked_in_vain_too(self, connected, portal):
        portal.sets(directory_rule="sso_only")

        asked = portal.browser.asks_for_a_code(None, link=portal.personal_link())

        assert asked.problem == (403, "sign-in-method-off")

    def test_that_was_on_its_way_when_the_rule_came_is_not_mailed(self, connected, portal):
        portal.browser.asks_for_a_code()
        portal.sets(directory_rule="sso_only")

        portal.delivers_mail()

        assert portal.mails == []


class TestABreakGlassLink:
    @pytest.fixture
    def glass(self, connected, portal):
        portal.sets(directory_rule="sso_only")
        return portal.personal_link(break_glass=True)

    def test_offers_a_code_where_there_is_none(self, glass, portal):
        opened = portal.browser.opens_the_link(glass)

        assert opened.body["methods"]["code"] is True
        assert opened.body["notices"] == []

    def test_lets_its_contact_in_by_a_code(self, glass, portal):
        portal.browser.asks_for_a_code(None, link=glass)
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["contact"]["id"] == portal.ann.id

    def test_works_once(self, glass, portal):
        portal.browser.asks_for_a_code(None, link=glass)
        portal.delivers_mail()
        portal.browser.types_the_mailed_code()

        again = portal.another_browser().asks_for_a_code(None, link=glass)

        assert again.problem == (404, "invalid-portal-link")
        assert portal.browser.opens_the_link(glass).problem == (404, "invalid-portal-link")

    def test_works_once_for_two_who_ask_at_the_same_time(self, glass, portal):
        other = portal.another_browser()
        codes = []
        for browser in (portal.browser, other):
            browser.asks_for_a_code(None, link=glass)
            portal.delivers_mail()
            codes.append(portal.mailed_code())

        answers = [portal.browser.types(codes[0]), other.types(codes[1])]

        assert [each.status for each in answers] == [200, 410]
        assert len(portal.session_rows()) == 1

    def test_is_not_used_up_by_being_opened_or_asked(self, glass, portal):
        for _ in range(3):
            portal.browser.opens_the_link(glass)
        portal.browser.asks_for_a_code(None, link=glass)

        assert portal.another_browser().opens_the_link(glass).status == 200

    def test_finishes_for_the_same_request_whose_answer_was_lost(self, glass, portal):
        portal.browser.asks_for_a_code(None, link=glass)
        portal.delivers_mail()
        code = portal.mailed_code()

        first = portal.browser.types(code, request_id="one-press")
        second = portal.browser.types(code, request_id="one-press")

        assert [first.status, second.status] == [200, 200]
        assert len(portal.session_rows()) == 1

    def test_rac_07_works_once_for_one_request_id_on_five_challenges(self, glass, portal):
        browsers = [portal.another_browser() for _ in range(5)]
        codes = []
        for browser in browsers:
            browser.asks_for_a_code(None, link=glass)
            portal.delivers_mail()
            codes.append(portal.mails[-1].code if portal.mails else "")
            portal.forward(minutes=1)

        typed = [
            browser.types(code, request_id="one-press").status
            for browser, code in zip(browsers, codes, strict=True)
        ]

        assert typed == [200, 410, 410, 410, 410]
        assert len(portal.session_rows()) == 1

    def test_is_recorded(self, glass, portal):
        portal.browser.asks_for_a_code(None, link=glass)
        portal.delivers_mail()
        portal.browser.types_the_mailed_code()

        assert "link.used" in [row["name"] for row in portal.records_trail()]
