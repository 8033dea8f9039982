"""How fast, against whom, and whether that is good enough:

    make bench                      all rows, about three minutes
    make bench BENCH="--json"       for programs
    make bench BENCH="valid pam"    these groups
    make bench BENCH="--quick"      each row once or twice: does it work at all?

Compared commands run in turn. Each figure is a median and its spread (half the distance between
the quartiles). The server (server.c) checks no signatures, so that its time does not count.
"""

import argparse
import json
import os
import sys

from bench import rows_many, rows_network, rows_pam, rows_tool, table
from bench.measure import Failed
from bench.namespaces import Skipped
from bench.scene import Scene

GROUPS = [rows_tool.VALID, rows_network.AT_A_DISTANCE, rows_network.SLOW_TYPIST,
          rows_network.LOOPBACK, rows_network.MEMORY, rows_pam.LOGINS, rows_tool.BIG_FILES,
          rows_many.CROWDS, rows_tool.INSTALLED_SIZE]


class Bench:
    def __init__(self, scene, quick):
        self.scene, self.quick, self.failed = scene, quick, False

    def rounds(self, count):
        return 1 if self.quick else count

    @staticmethod
    def need(program, package):
        """-> program, or what hangs on it is skipped"""
        if not program or not os.path.exists(program):
            raise Skipped(f"{package} is not installed")
        return program


def rows_of(group, bench):
    """In the group's order; what was not measured says why."""
    found, why = {}, "it did not come to this"
    try:
        for key, fields in group.measure(bench):
            found[key] = fields
    except Skipped as error:
        why = str(error)
    except Failed as error:
        bench.failed = True
        why = f"failed, {str(error).splitlines()[0]}"
        print(error, file=sys.stderr)
    return [table.Row(name, goal, **found[key]) if key in found else
            table.Row(name, goal, skipped=why) for key, (name, goal) in group.rows.items()]


def main():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true",
                        default=os.environ.get("BENCH_QUICK", "0") not in ("", "0"))
    parser.add_argument("groups", nargs="*", metavar="GROUP",
                        help=", ".join(group.name for group in GROUPS))
    args = parser.parse_args()
    unknown = set(args.groups) - {group.name for group in GROUPS}
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    rows = []
    with Scene() as scene:
        bench = Bench(scene, args.quick)
        for group in GROUPS:
            if not args.groups or group.name in args.groups:
                print(f"measuring {group.name} ...", file=sys.stderr, flush=True)
                rows += rows_of(group, bench)
    if args.json:
        print(json.dumps({"machine": table.machine(), "quick": args.quick,
                          "rows": [row.as_json() for row in rows]}, indent=1))
    else:
        print(table.machine(), table.markdown(rows), sep="\n\n")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
