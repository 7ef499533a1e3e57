"""What bench/peer.py makes of the CPU that both have told."""

from xml.etree import ElementTree as ET

import pytest

from bench import peer
from bench.peer_picture import SVG as NAMESPACE
from bench.peer_picture import picture

SVG = f"{{{NAMESPACE}}}"


def ours(mail=4.0, times=1.0):
    steps = {"resolve_link": 1, "request_code": 2, "send_mail": mail, "verify_code": 3}
    told = {name: seconds * times for name, seconds in {**steps, "session": 1}.items()}
    return {**told, "all": sum(told.values()) + times}


def theirs(times=1.0):
    steps = {"authorize": 1, "ask": 1, "type": 1, "exchange": 1.5, "read": 0.5, "pages": 0.5}
    told = {name: seconds * times for name, seconds in steps.items()}
    # Its pages are made within other steps.
    return {**told, "all": 6 * times}


def drawn(bars):
    return ET.fromstring(picture(bars))  # noqa: S314 - it is our own


FOUND = peer.Comparison([ours(), ours(mail=8.0), ours(mail=1.0)], [theirs(), theirs(), theirs()])


class TestAComparison:
    def test_is_with_the_peers_whole_sign_in(self):
        assert FOUND.with_mail.rounds == [11 / 5, 15 / 5, 8 / 5]
        assert FOUND.without_mail.rounds == [7 / 5] * 3
        assert FOUND.step("verify_code").rounds == [3 / 5] * 3

    def test_is_the_same_on_a_machine_that_is_slow_for_a_round(self):
        slow = peer.Comparison([ours(), ours(times=3)], [theirs(), theirs(times=3)])

        assert slow.with_mail.rounds == pytest.approx([11 / 5, 11 / 5])

    def test_leaves_the_drivers_out(self):
        assert FOUND.driver.rounds == [1 / 5] * 3

    def test_says_the_median_the_least_and_the_most(self):
        assert str(FOUND.with_mail) == "2.20 | 1.60 | 3.00"


class TestATable:
    def test_has_both_and_each_step(self):
        rows = peer.table(FOUND).partition("\n\n")[0].splitlines()

        assert rows[2:4] == [
            "| **Portico** | 2.20 | 1.60 | 3.00 |",
            "| **Portico without its mail** | 1.40 | 1.40 | 1.40 |",
        ]
        assert "| … its mail is composed and sent | 0.80 | 0.20 | 1.60 |" in rows
        assert rows[-2:] == [
            "| **OpenAuth** | 1.00 | 1.00 | 1.00 |",
            "| … of which its pages | 0.10 | 0.10 | 0.10 |",
        ]

    def test_says_how_much_was_left_out(self):
        assert peer.table(FOUND).endswith("was 0.20 for Portico and 0.20 for OpenAuth.\n")


class TestAPicture:
    def test_has_bars_as_long_as_the_ratios(self):
        svg = drawn(peer.bars(FOUND))

        lengths = [float(each.attrib["width"]) for each in svg.iter(f"{SVG}rect")]
        assert [round(each / lengths[0], 2) for each in lengths] == [
            round(ratio, 2) for _, ratio in peer.bars(FOUND)
        ]
        (one,) = svg.iter(f"{SVG}line")
        first = next(svg.iter(f"{SVG}rect")).attrib
        assert float(one.attrib["x1"]) == pytest.approx(float(first["x"]) + lengths[0], abs=0.1)

    def test_ends_within_its_frame(self):
        svg = drawn([("long", 40.0), ("one", 1.0)])

        ends = [float(each.attrib["x"]) for each in svg.iter(f"{SVG}text")]
        assert max(ends) < float(svg.attrib["width"]) - 40

    def test_tells_its_figures_to_who_cannot_see_it(self):
        svg = drawn([("a < b", 0.5), ("one", 1.0)])

        assert svg.findtext(f"{SVG}title") == "a < b 0.50; one 1.00"


class TestAMissingPeer:
    def test_is_named_where_there_is_no_npm(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(peer.PeerMissing, match="needs Node 20 or newer, with npm"):
            peer.node()

    def test_is_named_where_it_is_not_installed(self, monkeypatch, tmp_path):
        for name in ("node", "npm"):
            (tmp_path / name).touch(mode=0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(peer.PeerMissing, match="not installed: make"):
            peer.node(tmp_path)
