"""PERFORMANCE.md has the table of the last whole run, and chart.svg shows it."""

from bench import chart
from paths import REPO

PAGE, CHART = REPO / "PERFORMANCE.md", REPO / "tests/bench/chart.svg"
BEGIN, END = "<!-- make bench BENCH=--write -->\n", "\n<!-- end -->"


def read():
    """-> the page before the figures, the machine and the table, and the page after them"""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    figures, _, after = rest.partition(END)
    return before, figures, after


def write(figures):
    before, _, after = read()
    PAGE.write_text(f"{before}{BEGIN}{figures}{END}{after}")
    CHART.write_text(chart.draw(figures))
