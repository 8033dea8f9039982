#!/usr/bin/python3
"""coverage.py FOLDER [--hold]: prints a table of the lines that ran, by folder, from what a build
with --coverage left in FOLDER. With --hold, it ends with 1 if fewer lines ran than LEAST says.

A line counts as run when any of the builds in FOLDER ran it: the stage, the unit tests, variants.
"""

import collections
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PARTS = ("include/", "pam/", "tool/")
# Per cent: a few less than are measured. A program that a test kills may lose what it counted.
LEAST = {"all": 93, "pam": 92}


def files_of(data):
    """gcov's reports on these .gcda files, as it has them in JSON"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--hash-filenames", *map(str, data)], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for report in Path(folder).glob("*.json.gz"):
            report = json.loads(gzip.decompress(report.read_bytes()))
            root = Path(report["current_working_directory"])
            for file in report["files"]:
                path = (root / file["file"]).resolve()
                if path.is_relative_to(REPO):
                    yield str(path.relative_to(REPO)), file["lines"]


def main():
    for data in Path(sys.argv[1]).rglob("*.gcda"):
        if data.stat().st_size == 0:
            data.unlink()   # nothing ran: gcov says so where there is no file
    ran = collections.defaultdict(dict)     # file -> line -> whether it ran
    for name, lines in files_of(sorted(Path(sys.argv[1]).resolve().rglob("*.gcno"))):
        if name.startswith(PARTS):
            for line in lines:
                number = line["line_number"]
                ran[name][number] = ran[name].get(number, False) or line["count"] > 0
    folders = collections.defaultdict(lambda: [0, 0])
    for name, lines in ran.items():
        for folder in (str(Path(name).parent), "all"):
            folders[folder][0] += sum(lines.values())
            folders[folder][1] += len(lines)
    print(f"{'folder':<20}{'lines':>7}{'run':>7}{'':>7}")
    for folder in sorted(folders, key=lambda f: (f == "all", f)):
        hit, n = folders[folder]
        print(f"{folder:<20}{n:>7}{hit:>7}{100 * hit / n:>6.1f}%")
    few = [folder for folder, least in LEAST.items()
           if "--hold" in sys.argv[2:] and folders[folder][0] * 100 < least * folders[folder][1]]
    for folder in few:
        print(f"{folder}: fewer than {LEAST[folder]} % of the lines ran", file=sys.stderr)
    return 1 if few or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
