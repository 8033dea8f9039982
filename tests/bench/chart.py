"""The table of table.markdown() as a picture (SVG): how much ours takes of what the peer takes."""

import math
import re
from html import escape

# Columns, in pixels: names, bars, our figure, the peer's figure.
NAMES, BARS, BARS_END, OURS, PEER, WIDTH = 16, 380, 680, 750, 762, 1040
TOP, STEP = 58, 21
LEAST, MOST = 1 / 400, 3        # of the logarithmic axis
TICKS = {1 / 100: "1/100", 1 / 10: "1/10", 1 / 3: "1/3", 1: "1 x", 2: "2 x"}

STYLE = """
	text { font: 12px system-ui, sans-serif; fill: #1f2328 }
	.page { fill: #ffffff } .small { font-size: 11px; fill: #59636e }
	.line { stroke: #d1d9e0 } .one { stroke: #59636e }
	.less { fill: #1a7f37 } .more { fill: #bc4c00 }
	@media (prefers-color-scheme: dark) {
		text { fill: #f0f6fc }
		.page { fill: #0d1117 } .small { fill: #9198a1 }
		.line { stroke: #3d444d } .one { stroke: #9198a1 }
		.less { fill: #3fb950 } .more { fill: #db6d28 }
	}
"""


def measured(markdown):
    """-> (row, our figure, the peer's figure and name) of each row of the table with figures"""
    cells = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in markdown.splitlines() if line.startswith("|")]
    for name, ours, peer, *_ in cells:
        if "±" in peer:
            yield name, *(re.sub(r" ±\S+", "", text) for text in (ours, peer))


def position(ratio):
    """-> where this ratio is on the axis, in pixels"""
    part = math.log(ratio / LEAST) / math.log(MOST / LEAST)
    return round(BARS + (BARS_END - BARS) * min(max(part, 0), 1), 1)


def draw(markdown):
    rows = list(measured(markdown))
    end = TOP + STEP * len(rows)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end + 16}" role="img">',
           "<title>What aws-mfa takes beside other programs</title>", f"<style>{STYLE}</style>",
           f'<rect class="page" width="{WIDTH}" height="{end + 16}" rx="8"/>',
           f'<text class="small" x="{OURS}" y="24" text-anchor="end">ours</text>',
           f'<text class="small" x="{PEER}" y="24">peer</text>',
           f'<text class="small" x="{NAMES}" y="24">ours as a part of the peer\'s, '
           "logarithmic: to the left is less, to the right is more</text>"]
    for ratio, label in TICKS.items():
        x = position(ratio)
        out += [f'<line class="{"one" if ratio == 1 else "line"}" x1="{x}" x2="{x}" y1="50" y2="{end}"/>',
                f'<text class="small" x="{x}" y="42" text-anchor="middle">{label}</text>']
    for i, (name, ours, peer) in enumerate(rows):
        y, one = TOP + STEP * i, position(1)
        x = position(float(ours.split()[0]) / float(peer.split()[0]))
        out += [f'<text x="{NAMES}" y="{y + 13}">{escape(name)}</text>',
                f'<rect class="{"less" if x < one else "more"}" x="{min(x, one)}" y="{y + 3}" '
                f'width="{round(abs(x - one), 1)}" height="13"/>',
                f'<text x="{OURS}" y="{y + 13}" text-anchor="end">{escape(ours)}</text>',
                f'<text x="{PEER}" y="{y + 13}">{escape(peer)}</text>']
    return "\n".join([*out, "</svg>\n"])
