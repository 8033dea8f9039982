"""The oldest system that the programs build and run on (include/base.in).

What this can prove on a newer system: no name is used that the base lacks. A name of glibc has the
version that brought it. libcurl, libcrypto, expat, libpam and iniparser have one version for all, so
their names stand here. libcurl's options have numbers, which grow with each version. A constant or
type that is too new is found on the base alone (`make check-suites`).
"""

import os
import re
import subprocess
import unittest

from paths import AWS_MFA, AWS_MFA_STS, BUILD, MODULE, REPO, objects, temporary

GLIBC = (2, 31)
# glibc 2.31 has these, too: under an older version, in libpthread or libdl, or under another name.
MOVED = set("""__libc_start_main dlclose dlerror dlinfo dlopen dlsym pthread_attr_setstacksize
    pthread_create pthread_join pthread_sigmask fstat fstat64 fstatat lstat stat __isoc23_sscanf
    __isoc23_strtol __isoc23_strtoll __isoc23_strtoul __isoc23_strtoull""".split())

BASE = {
    "libcurl 7.74": """curl_easy_duphandle curl_easy_getinfo curl_easy_init curl_easy_setopt
        curl_easy_strerror curl_free curl_getdate curl_global_init curl_multi_add_handle
        curl_multi_cleanup curl_multi_info_read curl_multi_init curl_multi_perform curl_multi_poll
        curl_multi_remove_handle curl_slist_append curl_slist_free_all curl_url curl_url_cleanup
        curl_url_get curl_url_set curl_version_info""",
    "OpenSSL 1.1.1": """CRYPTO_secure_clear_free CRYPTO_secure_malloc CRYPTO_secure_malloc_init
        OPENSSL_cleanse OPENSSL_init_crypto SHA256_Final SHA256_Init SHA256_Update""",
    "expat 2.2": """XML_GetErrorCode XML_Parse XML_ParserCreate XML_ParserFree
        XML_SetCharacterDataHandler XML_SetElementHandler XML_SetStartDoctypeDeclHandler
        XML_SetUserData XML_StopParser""",
    "Linux-PAM 1.4": """pam_fail_delay pam_get_data pam_get_item pam_get_user pam_getenv pam_putenv
        pam_set_data pam_syslog pam_vsyslog""",
    "iniparser 4.1": """iniparser_freedict iniparser_getnsec iniparser_getsecname
        iniparser_getstring iniparser_load iniparser_set_error_callback""",
}
NAMES = {name for names in BASE.values() for name in names.split()}
THEIRS = re.compile(r"(curl|XML|pam|iniparser|dictionary|CRYPTO|EVP|HMAC|OPENSSL|RAND|SHA256|SSL|"
                    r"X509)(_|$)")
CURL_LAST = {"CURLOPT": 304, "CURLINFO": 59}    # of 7.74


def run(*argv, **options):
    return subprocess.run(argv, cwd=REPO, capture_output=True, text=True, **options)


def make(*args):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return run("make", "--no-print-directory", *map(str, args), env=env)


class Symbols(unittest.TestCase):
    def test_glibc(self):
        for path in (MODULE, AWS_MFA, AWS_MFA_STS):
            wanted = re.findall(r"\*UND\*.*\(?GLIBC_([\d.]+)\)?\s+(\w+)$",
                                run("objdump", "-T", path).stdout, re.M)
            self.assertGreater(len(wanted), 30, path)
            newer = {f"{name} (glibc {version})" for version, name in wanted
                     if tuple(map(int, version.split("."))) > GLIBC and name not in MOVED}
            self.assertEqual(newer, set(), path)

    def test_libraries(self):
        """In the objects, since iniparser may be a part of the program."""
        ours = list(map(str, objects("include", "pam", "tool")))
        used = {name for name in re.findall(r" U (\w+)$", run("nm", "-u", *ours).stdout, re.M)
                if THEIRS.match(name)}
        ours = set(re.findall(r" [TDBR] (\w+)$", run("nm", "-g", *ours).stdout, re.M))
        self.assertLess({"curl_easy_setopt", "SHA256_Init", "XML_Parse", "pam_get_user", "iniparser_load"},
                        used)
        self.assertEqual(used - ours - NAMES, set(), "if the base has it, name it here")

    def test_names_of_the_kernel(self):
        """A file that uses one of include/compat.h's names includes it."""
        names = re.findall(r"^#ifndef (\w+)$", (REPO / "include/compat.h").read_text(), re.M)[1:]
        self.assertIn("SYS_close_range", names)
        names = re.compile(rf"\b(?:{'|'.join(names)})\b")
        for folder in ("include", "pam", "tests", "tool"):
            for path in (REPO / folder).rglob("*.[ch]"):
                text = path.read_text()
                if names.search(text):
                    self.assertRegex(text, r'#include "compat\.h"|#define AWS_MFA_COMPAT_H', path)

    def test_options_of_libcurl(self):
        text = "".join(p.read_text() for p in (REPO / "tool/sts").glob("*.[ch]"))
        names = sorted(set(re.findall(r"\b(?:CURLOPT|CURLINFO)_\w+", text)))
        self.assertGreater(len(names), 30)
        source = temporary(self.addCleanup) / "numbers.c"
        source.write_text("#define CURL_DISABLE_DEPRECATION\n#include <curl/curl.h>\n"
                          "#include <stdio.h>\nint main(void)\n{\n"
                          + "".join(f'printf("{n} %d\\n", {n});\n' for n in names) + "}\n")
        program = source.with_suffix("")
        compiled = run("cc", "-o", program, source)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)
        for line in run(program).stdout.splitlines():
            name, number = line.split()
            kind = name.partition("_")[0]
            # the thousands are the type of its value
            self.assertLessEqual(int(number) % (10000 if kind == "CURLOPT" else 0x100000),
                                 CURL_LAST[kind], name)


class TooOld(unittest.TestCase):
    """One line from the Makefile, before anything is compiled."""

    def says(self, *lines, headers={}, flags=""):
        folder = temporary(self.addCleanup)
        for name, text in headers.items():
            (folder / "include" / name).parent.mkdir(parents=True)
            (folder / "include" / name).write_text(text)
        result = make(f"BUILD={folder}/build", f"CPPFLAGS={flags} -I{folder}/include")
        self.assertNotEqual(result.returncode, 0)
        *said, last = result.stderr.splitlines()
        self.assertEqual(said, list(lines))
        self.assertRegex(last, r"^make: \*\*\* ")
        self.assertNotIn(" CC ", result.stdout)

    def test_libcurl(self):
        self.says("libcurl 7.60.0 is too old: 7.74 is needed", headers={
            "curl/curlver.h": '#define LIBCURL_VERSION "7.60.0"\n'
                              '#define LIBCURL_VERSION_NUM 0x073c00\n'})

    def test_openssl(self):
        self.says("OpenSSL 1.1.0l is too old: 1.1.1 is needed", headers={
            "openssl/opensslv.h": '#define OPENSSL_VERSION_TEXT "OpenSSL 1.1.0l  10 Sep 2019"\n'
                                  '#define OPENSSL_VERSION_NUMBER 0x101000cfL\n'})

    def test_glibc(self):
        self.says("glibc 2.28 is too old: 2.31 is needed", headers={
            "features.h": "#define __GLIBC__ 2\n#define __GLIBC_MINOR__ 28\n"})

    def test_expat(self):
        self.says("expat 2.1 is too old: 2.2 is needed", headers={
            "expat.h": "#define XML_MAJOR_VERSION 2\n#define XML_MINOR_VERSION 1\n"})

    def test_no_version_in_the_headers(self):
        """Linux-PAM 1.3 and iniparser 4.0 lack a function each."""
        self.says("Linux-PAM is too old (no pam_start_confdir): 1.4 is needed",
                  "iniparser is too old (no iniparser_set_error_callback): 4.1 is needed", headers={
                      "security/pam_appl.h": "int pam_start(const char *service_name);\n",
                      "iniparser/iniparser.h": "void *iniparser_load(const char *ininame);\n"})

    def test_gcc(self):
        self.says("gcc 9 is too old: 10 is needed", flags="-U__GNUC__ -D__GNUC__=9")

    def test_nothing_is_there(self):
        self.says(*(f"{name} is missing ({header}): {version} or newer is needed; see make deps"
                    for name, header, version in [
                        ("libcurl", "curl/curl.h", "7.74"), ("OpenSSL", "openssl/evp.h", "1.1.1"),
                        ("Linux-PAM", "security/pam_modules.h", "1.4"),
                        ("iniparser", "iniparser/iniparser.h", "4.1"), ("expat", "expat.h", "2.2")]),
                  headers={"none.h": ""}, flags="-nostdinc")


class PackedRelocations(unittest.TestCase):
    """Only for a C library that can start such a program."""

    def test_of_this_system(self):
        libc = run("cc", "-print-file-name=libc.so.6").stdout.strip()
        linked = run("cc", "-shared", "-nostdlib", "-Wl,--fatal-warnings,-z,pack-relative-relocs",
                     "-o", "/dev/null", "-x", "c", "/dev/null")
        with open(libc, "rb") as file:
            can = b"GLIBC_ABI_DT_RELR" in file.read() and linked.returncode == 0
        for path in (MODULE, AWS_MFA, AWS_MFA_STS):
            self.assertEqual("(RELR)" in run("readelf", "-d", path).stdout, can, path)

    def test_of_another(self):
        """A compiler for another system names another C library, or calls another linker."""
        folder = temporary(self.addCleanup)
        compiler = folder / "cc"
        compiler.write_text('#!/bin/sh\ncase " $* " in *" -print-file-name=libc.so.6 "*) '
                            f'echo {folder}/libc.so.6;; *"--fatal-warnings,-z,pack"*) '
                            f'exit $(cat {folder}/status);; *) exec cc "$@";; esac\n')
        compiler.chmod(0o755)
        new = "GLIBC_2.36 GLIBC_ABI_DT_RELR"
        for text, warns, packed in [("GLIBC_2.31", 0, False), (new, 1, False), (new, 0, True)]:
            (folder / "libc.so.6").write_text(text)
            (folder / "status").write_text(f"{warns}")
            said = make("-n", "V=1", f"BUILD={folder}/build", f"CC={compiler}").stdout
            self.assertIn("-Wl,-z,relro", said)
            self.assertEqual("pack-relative-relocs" in said, packed)


if __name__ == "__main__":
    unittest.main()
