"""Under whom the trail files a single sign-on that was refused (portico/sso/callback.py)."""

from portico.people.addresses import subject_of


def subject(portal):
    (row,) = [e for e in portal.records_trail() if e["name"] == "sso.refused"]
    return row["pk"].partition("#trail#")[2]


def with_rule(portal):
    portal.sets(directory_rule="match_required")


class TestARefusalByASharedLink:
    def test_is_the_contacts_once_the_provider_has_named_them(self, connected, portal):
        portal.browser.signs_in_with("google")
        with_rule(portal)

        refused = portal.another_browser().signs_in_with("google")

        assert refused.told == "not-in-directory"
        assert subject(portal) == portal.ann.id

    def test_is_the_links_where_nobody_was_named(self, connected, portal):
        with_rule(portal)

        portal.browser.signs_in_with("google", "nobody")

        assert subject(portal).startswith("link-")

    def test_is_the_links_where_the_provider_refused(self, connected, portal):
        portal.browser.starts_sso("google")
        portal.browser.comes_back(mode="deny")

        assert subject(portal).startswith("link-")


class TestARefusalByAPersonalLink:
    def test_stays_the_links_contacts_whoever_came_back(self, connected, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        link = portal.personal_link("ben@example.com")
        portal.browser.signs_in_with("google")

        refused = portal.another_browser().signs_in_with("google", link=link)

        assert refused.told == "another-contact"
        assert subject(portal) == portal.team.contact("acme", "ben@example.com").id
        assert subject(portal) != subject_of("ann@example.com")
