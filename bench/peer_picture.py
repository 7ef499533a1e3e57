"""A picture of ratios: one bar each, and a line at 1.00. It suits light and dark pages."""

from collections.abc import Sequence
from html import escape

SVG = "http://www.w3.org/2000/svg"
ROW, BAR = 26, 14
LEFT, RIGHT, WIDTH = 230, 60, 640
"""Pixels: for the names, for the figures, and in all."""

STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
rect { fill: #0969da }
line { stroke: #59636e; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
rect { fill: #4493f8 }
line { stroke: #9198a1 }
}"""


def picture(bars: Sequence[tuple[str, float]]) -> str:
    """Return an SVG with a bar for each name and ratio."""
    pixels = (WIDTH - LEFT - RIGHT) / max(1.0, *(ratio for _, ratio in bars))
    height = ROW * len(bars)
    told = "; ".join(f"{name} {ratio:.2f}" for name, ratio in bars)
    rows = [_row(n, name, ratio, ratio * pixels) for n, (name, ratio) in enumerate(bars)]
    one = f"{LEFT + pixels:.1f}"
    return "\n".join(
        [
            f'<svg xmlns="{SVG}" role="img" width="{WIDTH}" height="{height}">',
            f"<title>{escape(told)}</title>",
            f"<style>\n{STYLE}\n</style>",
            *rows,
            f'<line x1="{one}" x2="{one}" y1="0" y2="{height}"/>',
            "</svg>\n",
        ]
    )


def _row(n: int, name: str, ratio: float, length: float) -> str:
    middle = ROW * n + ROW // 2
    return (
        f'<text x="{LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LEFT}" y="{middle - BAR // 2}" width="{length:.1f}" height="{BAR}"/>'
        f'<text x="{LEFT + length + 8:.1f}" y="{middle + 4}">{ratio:.2f}</text>'
    )
