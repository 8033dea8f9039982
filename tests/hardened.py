"""What the compiler and the linker have hardened in a program."""

import re
import subprocess

# What `readelf -hldW` and `nm -D` print about a program that has it.
MARKS = {"position-independent": r"Type: +DYN", "relro": "GNU_RELRO", "bind now": r"FLAGS\b.*NOW",
         "stack protector": "__stack_chk_fail", "no executable stack": r"GNU_STACK.* RW ",
         "fortify": r"__(?!stack)\w+_chk\b"}


def lacks(path):
    """-> the names of what a program, or a module, has not"""
    said = "".join(subprocess.run([*argv, path], capture_output=True, text=True, check=True).stdout
                   for argv in (["readelf", "-hldW"], ["nm", "-D"]))
    return [name for name, mark in MARKS.items() if not re.search(mark, said)]
