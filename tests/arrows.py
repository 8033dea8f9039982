#!/usr/bin/python3
"""Checks which folder may include which, that no files include each other in a circle, and that no
two structs share a name. `make lint` runs it from the top of the tree. It prints each fault, and ends
with 1 if it finds one."""

import os
import re
import sys
from pathlib import Path

# The files of a folder may include each other. All folders may include include/.
ARROWS = {
    "include": [],
    "pam": [],
    "tool/text": [],
    "tool/file": ["tool/text"],
    "tool/ini": ["tool/file", "tool/text"],
    "tool/settings": ["tool/ini", "tool/file", "tool/text"],
    "tool/credentials": ["tool/settings", "tool/ini", "tool/file", "tool/text"],
    "tool/doctor": ["tool/credentials", "tool/settings", "tool/ini", "tool/file", "tool/text"],
    "tool/profile": ["tool/credentials", "tool/settings", "tool/ini", "tool/file", "tool/text"],
    "tool/setup": ["tool/credentials", "tool/settings", "tool/ini", "tool/file", "tool/text"],
    "tool/keystore": ["tool/setup", "tool/credentials", "tool/settings", "tool/ini", "tool/file",
                      "tool/text"],
    "tool/stack": ["tool/keystore", "tool/doctor", "tool/settings", "tool/file", "tool/text"],
    "tool/sts": [],
    "tool": ["tool/keystore", "tool/setup", "tool/stack", "tool/doctor", "tool/profile",
             "tool/credentials", "tool/settings", "tool/ini", "tool/file", "tool/text"],
}
MADE = {"build_paths.h", "completion_scripts.h"}    # by the Makefile


def found(name, file):
    """-> the header that this file means by an #include of this name, as a path in the tree"""
    for folder in (file.parent, Path("include"), Path("tool")):
        if (folder / name).exists():
            return Path(os.path.normpath(folder / name))
    return None


def circles(graph):
    done, faults = set(), []

    def visit(node, way):
        if node in way:
            faults.append("a circle: " + " -> ".join(map(str, [*way[way.index(node):], node])))
        elif node not in done:
            done.add(node)
            for to in sorted(graph.get(node, ())):
                visit(to, [*way, node])
    for node in sorted(graph):
        visit(node, [])
    return faults


def same_names():
    files = {}
    for folder in ARROWS:
        for file in sorted(Path(folder).glob("*.[ch]")):
            for name in re.findall(r"^(?:static (?:const )?)?struct (\w+) \{", file.read_text(), re.M):
                files.setdefault(name, []).append(str(file))
    return [f"struct {name}: defined in {' and '.join(places)}" for name, places in files.items()
            if len(places) > 1]


def faults():
    graph, found_faults = {}, same_names()
    for folder in sorted({str(file.parent) for file in Path("tool").rglob("*.c")} - ARROWS.keys()):
        found_faults.append(f"{folder}: not in the table of {__file__}: say what it may include")
    for folder, allowed in ARROWS.items():
        for file in sorted([*Path(folder).glob("*.c"), *Path(folder).glob("*.h")]):
            for name in re.findall(r'^#include "(.*)"', file.read_text(), re.M):
                header = found(name, file)
                if name in MADE:
                    continue
                if header is None or ".." in name:
                    found_faults.append(f"{file}: includes {name}, which is not in the tree")
                    continue
                to = str(header.parent)
                if to not in (folder, "include", *allowed):
                    found_faults.append(f"{file}: includes {name}, but {folder} may not use {to}")
                if header.with_suffix("") != file.with_suffix(""):
                    graph.setdefault(file.with_suffix(""), set()).add(header.with_suffix(""))
    return found_faults + circles(graph)


if __name__ == "__main__":
    told = faults()
    print(*told, sep="\n", end="\n" if told else "")
    sys.exit(bool(told))
