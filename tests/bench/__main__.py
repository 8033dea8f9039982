"""How fast each step is, beside other programs, and whether it meets its goal:

    make bench                      all rows, about three minutes
    make bench BENCH="--json"       for programs
    make bench BENCH="valid pam"    these groups
    make bench BENCH="--quick"      each row once: does it work at all?
    make bench BENCH="--write"      all rows, also into PERFORMANCE.md and its chart

Compared commands run in turn. Each figure is a median and its spread (half the distance between
the quartiles). A ratio is the median of the rounds' ratios. The server (server.c) checks no
signatures, so that its time does not count.
Ends with 0 when all was measured or skipped, whether the goals were met or not (NO), with 1 when
something did not work, with 130 when it was interrupted.
"""

import argparse
import json
import os
import signal
import sys
import traceback

from bench import page, rows_keystore, rows_many, rows_network, rows_pam, rows_tool, table
from bench.namespaces import Skipped
from bench.scene import Scene

GROUPS = [rows_tool.VALID, rows_network.AT_A_DISTANCE, rows_network.SLOW_TYPIST,
          rows_network.LOOPBACK, rows_network.SPLIT, rows_network.MEMORY, rows_pam.LOGINS,
          rows_keystore.LOGINS, rows_tool.BIG_FILES, rows_tool.COMPLETION, rows_many.CROWDS,
          rows_tool.INSTALLED_SIZE]


class Bench:
    def __init__(self, scene, quick):
        self.scene, self.quick, self.failed = scene, quick, False

    def rounds(self, count):
        return 1 if self.quick else count

    @staticmethod
    def need(program, package):
        """-> program, or what hangs on it is skipped"""
        if not program or not os.access(program, os.X_OK):
            raise Skipped(f"{package} is not installed")
        return program


def rows_of(group, bench):
    """In the group's order; what was not measured says why."""
    found, otherwise = {}, {"skipped": "it did not come to this"}
    try:
        for key, fields in group.measure(bench):
            found[key] = fields
    except Skipped as error:
        otherwise = {"skipped": str(error)}
    except Exception as error:  # what else was measured is worth printing all the same
        bench.failed = True
        otherwise = {"failed": (str(error) or repr(error)).partition("\n")[0]}
        traceback.print_exc()
    return [table.Row(name, goal, **found.get(key, otherwise))
            for key, (name, goal) in group.rows.items()]


def main():
    os.umask(0o022)
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true",
                        default=os.environ.get("BENCH_QUICK", "0") not in ("", "0"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("groups", nargs="*", metavar="GROUP",
                        help=", ".join(group.name for group in GROUPS))
    args = parser.parse_args()
    unknown = set(args.groups) - {group.name for group in GROUPS}
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}; "
                     f"there are {', '.join(group.name for group in GROUPS)}")
    if args.write and (args.groups or args.quick or args.json):
        parser.error("--write: a page has all rows, measured in full")
    # before it: how busy the machine is with other things
    rows, machine = [], table.machine()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Scene() as scene:
        bench = Bench(scene, args.quick)
        for group in GROUPS:
            if not args.groups or group.name in args.groups:
                print(f"measuring {group.name} ...", file=sys.stderr, flush=True)
                rows += rows_of(group, bench)
    if args.json:
        print(json.dumps({"machine": machine, "quick": args.quick,
                          "rows": [row.as_json() for row in rows]}, indent=1))
    else:
        quick = ["Each row was measured once (--quick): not fit for comparing."] * args.quick
        print(machine, *quick, table.markdown(rows), sep="\n\n")
    if args.write and not bench.failed:
        page.write(f"{machine}\n\n{table.markdown(rows)}")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
