"""The screen of a terminal as a picture (SVG) that can be read on light and on dark pages.

`make lint` runs this file. It looks whether examples/login.svg is drawn so, from the text that it shows.
Whether a login shows that text needs root: test_picture.py."""

import re
import sys
from html import escape, unescape
from pathlib import Path

PICTURE = Path(__file__).resolve().parents[2] / "examples/login.svg"

LEFT, TOP, STEP, CHARACTER = 20, 66, 21, 8.43

STYLE = """
	text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
		white-space: pre; fill: #1f2328 }
	.typed { font-weight: bold; fill: #0550ae }
	.window { fill: #f6f8fa; stroke: #d1d9e0 } .bar { fill: #d1d9e0 }
	@media (prefers-color-scheme: dark) {
		text { fill: #f0f6fc }
		.typed { fill: #79c0ff }
		.window { fill: #0d1117; stroke: #3d444d } .bar { fill: #3d444d }
	}
"""


def draw(title, screen, typed):
    """screen: lines of text. typed: what was typed, each at the end of a line, in their order."""
    width = round(2 * LEFT + CHARACTER * max(map(len, screen)))
    height = TOP + STEP * len(screen)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" role="img" '
           f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
           f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
           f'<rect class="window" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
           *(f'<circle class="bar" cx="{20 + 18 * i}" cy="20" r="5"/>' for i in range(3))]
    typed = list(typed)
    for i, line in enumerate(screen):
        shown = escape(line)
        if typed and line.endswith(typed[0]):
            text = typed.pop(0)
            shown = f'{escape(line[:-len(text)])}<tspan class="typed">{escape(text)}</tspan>'
        out.append(f'<text x="{LEFT}" y="{TOP - 10 + STEP * i}">{shown}</text>')
    return "\n".join([*out, "</svg>\n"])


def redrawn(picture):
    """-> the picture with the texts of picture"""
    title, = re.findall("<title>(.*)</title>", picture)
    screen = [re.sub("<.*?>", "", line) for line in re.findall("<text x=.*?>(.*)</text>", picture)]
    typed = re.findall('<tspan class="typed">(.*?)</tspan>', picture)
    return draw(unescape(title), list(map(unescape, screen)), list(map(unescape, typed)))


if __name__ == "__main__" and redrawn(PICTURE.read_text()) != PICTURE.read_text():
    sys.exit("examples/login.svg is not as tests/live/picture.py draws it; run: sudo make picture")
