"""Where the next page of a list begins (portico/edge/cursors.py)."""

import pytest

from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.errors import InvalidRequest
from portico.ids import base64url

LIST = "acme|links|"


class TestACursor:
    def test_leads_to_its_place(self):
        place = ["acme#link", "lnk#ünïcode", "2026"]
        assert place_of(cursor_at(place, of=LIST), of=LIST, keys=3) == place

    @pytest.mark.parametrize("other", ["globex|links|", "acme|sessions|", "acme|links|ended"])
    def test_api_05_of_another_list_is_refused(self, other):
        with pytest.raises(InvalidRequest):
            place_of(cursor_at(["x"], of=other), of=LIST)

    def test_api_05_that_was_edited_anywhere_is_refused(self):
        good = cursor_at(["lnk_1"], of=LIST)
        for at in range(len(good)):
            for letter in "Aq_":
                edited = good[:at] + letter + good[at + 1 :]
                if edited != good:
                    with pytest.raises(InvalidRequest):
                        place_of(edited, of=LIST)

    @pytest.mark.parametrize(
        "text",
        ["", "A", "====", "ünïcode", "x" * 20_000, base64url(b"{}"), base64url(b"[" * 5000), "a b"],
        ids=lambda text: text[:8],
    )
    def test_api_05_that_is_none_is_refused(self, text):
        with pytest.raises(InvalidRequest):
            place_of(text, of=LIST)

    @pytest.mark.parametrize(
        "place",
        [["a", "b"], [], [""], ["x" * 1025], ["é" * 513], ["\ud800"]],
        ids=lambda place: ascii(place)[:9],
    )
    def test_with_other_keys_is_refused(self, place):
        """So is what no row's key can be: DynamoDB would not read from there."""
        with pytest.raises(InvalidRequest):
            place_of(cursor_at(place, of=LIST), of=LIST)


class TestAPage:
    def test_has_fifty_rows_and_a_hundred_at_most(self):
        assert (page_size_of(None), page_size_of("1"), page_size_of("100")) == (50, 1, 100)

    @pytest.mark.parametrize(
        "text", ["", "0", "101", "-1", "1.5", "٣", "9" * 5000, "1001", "00019999"]
    )
    def test_of_another_size_is_refused(self, text):
        with pytest.raises(InvalidRequest):
            page_size_of(text)
