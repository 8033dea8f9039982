"""Every record that exists, from the programs' own tables (tests/include/records.c)."""

import subprocess

from paths import BUILD


def records():
    run = subprocess.run([BUILD / "tests/include/records"], capture_output=True, text=True, check=True)
    return sorted(set(run.stdout.splitlines()))


def in_turn(expected, record):
    """Whether record is among the expected ones: "ask account result:2,3"."""
    word, _, text = record.partition(" ")
    for item in expected.split():
        name, _, statuses = item.partition(":")
        if name == word and (not statuses or text.split()[0] in statuses.split(",")):
            return True
    return False
