"""What `make check-asan` cannot run, and what the sanitizers have reported.

Each report is a file in SANITIZER_REPORTS, since nobody reads the standard error of most processes.
"""

import os
import re
import unittest
from pathlib import Path

REPORTS = os.environ.get("SANITIZER_REPORTS")

MEMORY = "a sanitizer needs more memory than this test leaves"
COUNTED = "a sanitizer's own calls, mappings and descriptors would be counted"
FOREIGN = "a sanitizer must be loaded first, and here another program loads the module"
CANNOT = [(re.compile(pattern), why) for pattern, why in [
    (r"live\.|bastion\.", FOREIGN),
    (r"tool\.keystore\.test_(keystore|check|changes|page)\.", "a world of live/ has no place for reports"),
    (r"pam\.test_login\.\w+\.test_pamtester", FOREIGN),
    (r"pam\.test_login\.\w+\.test_the_warm_up_is_not_signed",
     "with a sanitizer the login of the test before is still connecting"),
    (r"test_(build|lint|deb)|bench\.", "looks at how the product is built, or how fast it is"),
    (r"pam\.test_limits\.\w+\.test_every_limit", MEMORY),
    (r"tool\.sts\.test_sending\.Lacking\.test_(memory|heap)", MEMORY),
    (r"tool\.sts\.test_sts_failures\.\w+\.test_little_memory", MEMORY),
    (r"tool\.credentials\.test_store_disturbed\.\w+\.test_\w*every_call_fails", MEMORY),
    (r"pam\.test_leaks\.", "the shadow of a sanitizer is terabytes to be read"),
    (r"pam\.test_keystore_left\.\w+\.test_secrets", "the shadow of a sanitizer is terabytes to be read"),
    (r"pam\.test_keystore_left\.\w+\.test_each", "the sanitizers stand in for the same functions of libc"),
    (r"pam\.test_(hostile|keystore_left)\.\w+\.test_rounds", COUNTED),
    (r"pam\.test_mutants\.", COUNTED),
    (r"tool\.sts\.test_awake\.Honest\.test_late", "its times are too short for a slower program"),
    (r"tool\.test_cost\.", COUNTED),
    (r"tool\.sts\.test_split\.(Mutants|.*memory|.*secret|.*code_is)",
     "this build is not confined, and the shadow of a sanitizer is terabytes to be read"),
    (r"tool\.sts\.test_environment\.\w+\.test_(aws_mfa_sts_is_confined|landlock)",
     "a sanitizer writes reports, so this build is not confined"),
    (r"test_base\.", "looks at the symbols that the product needs"),
    (r"tool\.stack\.test_play\.\w+\.test_generated", "libpam crashes in it, and must"),
]]


def what_can_run(suite, skip):
    """-> the suite without what cannot run; skip(name, reason) is called for the rest"""
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTests(what_can_run(test, skip))
            continue
        why = next((why for pattern, why in CANNOT if pattern.match(test.id())), None)
        if why:
            skip(test.id(), why)
        else:
            kept.addTest(test)
    return kept


def reports():
    """-> [(file, what the sanitizer says first)]"""
    found = []
    for path in sorted(Path(REPORTS).iterdir()) if REPORTS else ():
        lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip("=")]
        found.append((path, "\n".join(lines[:30])))
    return found
