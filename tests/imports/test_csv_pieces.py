"""A table is the same, wherever its pieces end (portico/imports/csv_pieces.py)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.imports import csv_pieces
from portico.imports.csv_pieces import NOT_CLOSED, TOO_LONG, TableRefused, beginning_of

CELL = st.text(alphabet='aé€😀"\n\r,;\t x', max_size=6)
TABLE = st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8)


def walked(data: bytes, piece: int) -> list[tuple[int, list[str], str]]:
    """Read a table in pieces, as an import does."""
    begins = beginning_of(data, is_last=True)
    found, at, line = [], begins.ends, begins.line
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_pieces, "PIECE", piece)
        while at < len(data):
            part = data[at : at + piece]
            is_last, began = at + len(part) == len(data), at
            for row in begins.format.rows(part, line, is_last=is_last):
                found.append((row.line, row.cells, row.wrong))
                at, line = began + row.ends, row.after
                if row.is_end:
                    return found
            if is_last:
                return found
    return found


class TestATable:
    @given(
        TABLE,
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.integers(64, 90),
    )
    def test_out_10_has_the_same_rows_wherever_its_pieces_end(self, rows, encoding, ending, piece):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator=ending).writerows([["email", "name"], *rows])
        data = text.getvalue().encode(encoding)

        whole = walked(data, len(data) + 1)
        parts = walked(data, 4 * piece)

        expected = list(csv.reader(io.StringIO(text.getvalue(), newline="")))[1:]
        assert [cells for _, cells, _ in whole] == expected
        assert parts == whole

    def test_counts_lines_as_an_editor_does(self):
        rows = walked(b'email,name\na,"A\nB"\r\nb,B\n', 16)

        assert [line for line, _, _ in rows] == [2, 4]

    def test_ends_at_a_quote_that_is_never_closed(self):
        data = b'email,name\na,A\nb,"B\n' + b"c,C\n" * 50

        for piece in (40, 4000):
            first, wrong = walked(data, piece)
            assert first == (2, ["a", "A"], "")
            assert wrong == (3, [], NOT_CLOSED)

    def test_has_no_row_that_is_longer_than_a_piece(self):
        (wrong,) = walked(b"email,name\n" + b"x" * 50, 20)

        assert wrong == (2, [], TOO_LONG)

    def test_goes_on_behind_a_row_that_is_wrong(self):
        wrong, right = walked(b'email,name\n"a"b,A\nb,B\n', 20)

        assert (wrong[0], right) == (2, (3, ["b", "B"], ""))
        assert wrong[2]

    @pytest.mark.parametrize(
        "data", [b"PK\x03\x04x", b"\xd0\xcf\x11\xe0x", b"a," * 9000 + b"\n", b"a" * 70_000]
    )
    def test_is_none_if_it_is_a_spreadsheet_or_has_no_first_line(self, data):
        with pytest.raises(TableRefused):
            beginning_of(data, is_last=False)

    def test_has_headers_that_can_be_kept(self):
        begins = beginning_of(b"email,na\xe9me\n", is_last=True)

        assert begins.headers == ["email", "na\ufffdme"]

    @pytest.mark.parametrize(
        "first", [b'sep="', b"sep=\x00", b"sep=\xff"], ids=["quote", "nul", "byte"]
    )
    def test_is_none_if_its_first_line_names_a_sign_that_cannot_separate(self, first):
        # The reader of rows refuses a quote, and no row of ours can keep half a sign.
        with pytest.raises(TableRefused):
            beginning_of(first + b"\nemail,name\nann@example.com,Ann\n", is_last=True)

    @pytest.mark.parametrize("sign", ["|", ";", "\t"])
    def test_may_be_separated_by_any_other_sign(self, sign):
        first = f"sep={sign}\nemail{sign}name\n".encode()
        assert beginning_of(first, is_last=True).headers == ["email", "name"]
