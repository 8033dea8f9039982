"""`make lint`, and the file that tells editors how to compile the sources."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from paths import BUILD, REPO, temporary


def make(*args, cwd=REPO):
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("MAKE", "MFLAGS")) and not k.endswith("FLAGS")}
    return subprocess.run(["make", "--no-print-directory", *args], cwd=cwd, env=env,
                          capture_output=True, text=True)


class Lint(unittest.TestCase):
    def tree(self):
        """A copy of the tree, which the tests change."""
        place = temporary(self.addCleanup)
        for part in ("include", "pam", "tool", "tests", "completions"):
            shutil.copytree(REPO / part, place / part)
        for file in ("Makefile", ".clang-tidy"):
            shutil.copy(REPO / file, place)
        return place

    def test_lint(self):
        lint = make(f"BUILD={BUILD.relative_to(REPO)}", "QUICK=1", "lint")
        self.assertEqual(lint.returncode, 0, lint.stdout + lint.stderr)

    def test_analysis_finds_what_no_compiler_does(self):
        place = self.tree()
        declared = ("#include <stdlib.h>\n#include <string.h>\n"
                    "char *f(const char *s);\nchar *f(const char *s)\n")
        for kind, options, code in [
                ("tidy", ["CC=clang"], "{\n\treturn malloc(strlen(s + 1));\n}\n"),
                ("o", ["CC=gcc", "ANALYZE=1"],
                 "{\n\tchar *q = malloc(9);\n\n\treturn *s ? q : NULL;\n}\n")]:
            with self.subTest(kind):
                (place / "include/fault.c").write_text(declared + code)
                result = make("BUILD=build", "WERROR=1", *options, f"build/include/fault.{kind}",
                              cwd=place)
                self.assertNotEqual(result.returncode, 0, result.stdout)
                self.assertRegex(result.stdout + result.stderr,
                                 r"\[(bugprone-misplaced|-Werror=analyzer-malloc-leak)")

    def test_no_value_of_a_setting_is_freed_unwiped(self):
        place = self.tree()
        code = ('#include "settings/taken.h"\n#include "text/secret.h"\n#include <stdlib.h>\n'
                "void f(struct settings *s);\nvoid f(struct settings *s)\n{\n\t%s;\n}\n")
        value = "s->value[SETTING_HTTPS_PROXY]"
        for compiler in "gcc", "clang":
            for way, compiles in [(f"secret_free_string({value})", True),
                                  (f"free({value})", False),
                                  (f"char *own = {value};\n\tfree(own)", False)]:
                with self.subTest(compiler=compiler, way=way):
                    (place / "tool/fault.c").write_text(code % way)
                    result = make("BUILD=build", "WERROR=1", f"CC={compiler}",
                                  "build/tool/fault.o", cwd=place)
                    self.assertEqual(result.returncode == 0, compiles,
                                     result.stdout + result.stderr)
                    if not compiles:
                        self.assertIn("discard", result.stderr)

    def test_editors_know_how_each_file_is_compiled(self):
        place = self.tree()
        result = make("compile_commands.json", cwd=place)
        self.assertEqual(result.returncode, 0, result.stderr)
        commands = json.loads((place / "compile_commands.json").read_text())
        self.assertEqual(sorted(c["file"] for c in commands),
                         sorted(str(p.relative_to(place)) for p in place.rglob("*.c")))
        folders = {Path(c["file"]).parent: c for c in commands}
        for c in folders.values():
            with self.subTest(c["file"]):
                self.assertEqual(c["directory"], str(place))
                subprocess.run(c["command"] + " -o /dev/null -fsyntax-only -Werror", shell=True,
                               cwd=place, check=True)


if __name__ == "__main__":
    unittest.main()
