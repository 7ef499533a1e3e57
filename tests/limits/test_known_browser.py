"""What a browser that has signed in before may still do when strangers have been busy."""

from tests.support.driver import Portal


def strangers_spend_the_hour(portal: Portal) -> None:
    for n in range(6):
        stranger = portal.another_browser(source_ip=f"198.51.100.{n}")
        stranger.asks_for_a_code()
        portal.delivers_mail()


class TestAMailboxUnderSiege:
    def test_still_has_a_mail_for_a_browser_known_from_before(self, portal: Portal) -> None:
        portal.browser.signs_in()
        portal.forward(days=2)
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == spent + 1
        assert portal.browser.types_the_mailed_code().status == 200

    def test_has_none_left_for_a_browser_never_seen(self, portal: Portal) -> None:
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert (spent, len(portal.mails)) == (4, 4)

    def test_is_not_fooled_by_a_made_up_mark(self, portal: Portal) -> None:
        strangers_spend_the_hour(portal)
        portal.browser.cookies["__Host-portico_known-acme"] = "A" * 43

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == 4

    def test_is_not_fooled_by_the_mark_of_another_contact(self, portal: Portal) -> None:
        portal.adds("Bob Baker", "bob@example.com")
        portal.browser.signs_in("bob@example.com")
        strangers_spend_the_hour(portal)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        assert len(portal.mails) == spent


class TestASharedComputer:
    def test_bears_no_mark(self, portal: Portal) -> None:
        portal.browser.signs_in(shared_computer=True)

        assert list(portal.browser.cookies) == ["__Host-portico-acme"]
