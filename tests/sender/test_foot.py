"""Mails carry the workspace's links, for no further call (sender/mail_content.py)."""

from tests.support.driver import Portal


def sets_links(portal: Portal) -> None:
    portal.sets(support_url="mailto:help@acme.test", terms_url="https://acme.test/terms")


class TestACodesMail:
    def test_says_whom_to_ask(self, portal):
        sets_links(portal)
        portal.browser.asks_for_a_code()

        portal.delivers_mail()

        assert "help@acme.test" in portal.mails[-1].text
        assert "https://acme.test/terms" in portal.mails[-1].text

    def test_costs_no_more_calls(self, portal, wire):
        counted = []
        for _ in range(2):
            portal.browser.asks_for_a_code()
            wire.forget()
            portal.delivers_mail()
            counted.append(wire.counted()["dynamodb"])
            sets_links(portal)

        assert counted[0] == counted[1]


class TestANoticesMail:
    def test_says_whom_to_ask(self, portal):
        sets_links(portal)
        portal.sets(password_method=True)
        portal.browser.forgets_the_password()
        portal.delivers_mail()
        portal.browser.sets_a_password("four tired herons at the weir", portal.mailed_code())

        portal.delivers_mail()

        assert "code" not in portal.mails[-1].message["subject"]
        assert "help@acme.test" in portal.mails[-1].text
