"""What scenes can have: one function each, which fills a Scene."""

from paths import BUILD
from tool.stack.scene import ETC, TYPES


def plain(s):
    s.put(s.body() + s.body())


def one_type(s):
    s.put(s.body("auth") + s.body("auth"))


def among(text):
    """A feature: this line among others. {t}: a type, {m}: a module with its arguments."""
    def make(s):
        lines = s.body()
        kind = s.rng.choice(TYPES)
        s.insert(lines, text.format(t=kind, m=f"/stub.so {s.arguments()}") + "\n")
        s.put(lines)
    return make


def within(text, how):
    """The same in a file that is included."""
    def make(s):
        kind = s.rng.choice(TYPES)
        inner = s.some(2, kind)
        # A missing @include takes what stood in memory for its control: after a line it is the
        # control of that line.
        inner.insert(s.rng.randint(1 if inner else 0, len(inner)) if "@" not in text
                     else len(inner), text.format(t=kind, m=f"/stub.so {s.arguments()}") + "\n")
        if "@" in text:
            inner.insert(0, s.line(kind))
        s.put([*s.some(2, kind), s.inclusion(kind, "".join(inner), how), *s.some(2, kind)])
    return make


def action_in(how, action):
    """An action in an included file or a substack, with lines before and after it."""
    def make(s):
        kind = s.choice("auth", "account")
        inner = [*s.some(2, kind), s.line(kind, f"[default={action}]"), *s.some(2, kind)]
        outer = [*s.some(2, kind), s.inclusion(kind, "".join(inner), how), *s.some(3, kind)]
        s.put(outer)
    return make


def jump(extra, how=None):
    """A jump to `extra` lines after the end of the stack."""
    def make(s):
        kind = s.choice("auth", "account")
        after = [s.line(kind) for _ in range(s.rng.randint(1, 4))]
        lines = [s.line(kind, f"[default={len(after) + extra}]"), *after]
        s.put([*s.some(2, kind), *([s.inclusion(kind, "".join(lines), how)] if how else lines)])
    return make


def jump_over_substack(s):
    kind = s.choice("auth", "account")
    s.put([s.line(kind, f"[default={s.choice(1, 2, 3)}]"), *s.some(1, kind),
           s.inclusion(kind, "".join(s.some(3, kind)), "substack"), *s.some(3, kind)])


def jump_counts_own_type(s):
    s.put([s.line("auth", "[default=1]"), s.line("account"), s.line("auth"), s.line("auth")])


def nested(how, levels):
    def make(s):
        kind = s.choice("auth", "account")
        directive = "@include" if how == "@include" else f"{kind} {how}"
        for level in range(levels):
            lines = s.some(1, kind)
            s.insert(lines, f"{directive} deep{level + 1}\n")
            s.files[f"{ETC}deep{level}"] = "".join(lines)
        s.files[f"{ETC}deep{levels}"] = s.line(kind)
        s.put([f"{directive} deep0\n", s.line(kind)])
    return make


def circle(how):
    def make(s):
        kind = s.choice("auth", "account")
        directive = "@include" if how == "@include" else f"{kind} {how}"
        s.files[ETC + "round"] = s.line(kind) + f"{directive} {s.choice('round', 'login')}\n"
        s.put([f"{directive} round\n", s.line(kind)])
    return make


def circle_of_files(s):
    """Through several files, of several types, by several names."""
    names = [f"ring{n}" for n in range(s.rng.randint(1, 4))]
    for n, name in enumerate(names):
        lines = s.some(2)
        to = s.rng.choice((names[(n + 1) % len(names)],) * 4 + ("login", "LOGIN", "other", "none"))
        path = s.rng.choice((to,) * 4 + (ETC + to, f"./{to}", f"../pam.d/{to}", f"/etc//pam.d/{to}"))
        how = s.choice("include", "substack", "@include", "@include")
        s.insert(lines, f"@include {path}\n" if how == "@include" else
                 f"{s.rng.choice(TYPES)} {how} {path}\n")
        s.files[ETC + name] = "".join(lines)
    lines = s.some(3)
    s.insert(lines, s.choice("@include ring0\n", "auth include ring0\n", "account substack ring0\n"))
    s.put(lines)
    if s.rng.random() < .3:
        s.put([*s.some(2), s.choice("@include other\n", "@include ring0\n", "auth include login\n")],
              "other")


def odd_module(s):
    """Names of modules that are no names of files."""
    name = s.rng.choice((".", "..", "/", "/.", "/..", "./", "../stub.so",
                         "/stub.so/", "stub.so/", "..so", ".so", "x.", "?", "/?", "-",
                         "*", "$ISA/stub.so", "/$ISA/stub.so", "x" * 300, "/" + "y" * 300 + ".so",
                         "/etc/pam.d/login", "/etc", "\\", "~/stub.so", "%s", "stub.so.", "a/b/stub.so",
                         "STUB.SO", "'/stub.so'", "/stub.so,", "=", "#"))
    lines = s.body()
    s.insert(lines, f"{s.rng.choice(TYPES)} {s.control()} {name} {s.arguments()}\n")
    s.put(lines)


def program_as_stack(s):
    """Bytes of an ELF file, as of a module that somebody includes."""
    elf = (BUILD / "tests/tool/stack/half.so").read_bytes()
    start = s.rng.choice((0, 0, 0, s.rng.randrange(len(elf))))
    s.files[ETC + "elf"] = elf[start:start + s.rng.choice((64, 900, 5000, len(elf)))]
    kind = s.choice("auth", "account", "session")
    s.put([*s.some(2), s.choice(f"{kind} include elf\n", f"{kind} substack elf\n", "@include elf\n"),
           *s.some(2)])


def any_bytes(s):
    """Bytes of all kinds, with newlines among them."""
    data = bytes(s.rng.choice((10, 10, 32, 35, 92, 0, s.rng.randrange(256), *b"auth require./stub"))
                 for _ in range(s.rng.randint(1, 300)))
    s.files[ETC + "bytes"] = data + s.line().encode() * s.rng.randint(0, 2)
    s.put([*s.some(2), s.choice("auth include bytes\n", "@include bytes\n", "account substack bytes\n"),
           *s.some(2)])


def missing_first_in_include(how):
    """A missing @include is the first line of an included file."""
    def make(s):
        kind = s.rng.choice(TYPES)
        inner = "@include none\n" + "".join(s.some(2, kind))
        s.put([*s.some(2, kind), s.inclusion(kind, inner, how), *s.some(2, kind)])
    return make


def empty(how):
    def make(s):
        kind = s.choice("auth", "account")
        s.put([*s.some(1, kind), s.inclusion(kind, s.choice("", "# nothing\n", "\n\n"), how),
               *s.some(2, kind)])
    return make


def only_empty(how):
    def make(s):
        s.put([s.inclusion("auth", "", how)])
        s.put(s.some(2), "other")
    return make


def types_from_other(s):
    missing = s.rng.choice(TYPES)
    s.put([line for kind in TYPES if kind != missing for line in s.some(2, kind)])
    s.put(s.body(), "other")


def service_missing(s):
    s.put(s.body(), "other")


def nothing(s):
    s.files[ETC] = ""


def broken_other(s):
    s.put(s.body())
    s.put([*s.some(1), "@include none\n"], "other")


def is_other(s):
    s.service = "other"
    s.put(s.body("auth"), "other")


def name_of_service(s):
    s.service = s.choice("LOGIN", "/x/Login", "Login")
    s.put(s.body())


def usr_lib(s):
    s.files["/usr/lib/pam.d/login"] = "".join(s.body())
    if s.rng.random() < .5:
        s.put(s.body())
    s.files["/usr/lib/pam.d/other"] = "".join(s.body())


def usr_lib_included(s):
    s.files["/usr/lib/pam.d/part"] = "".join(s.some(2, "auth"))
    if s.rng.random() < .7:
        s.put([*s.some(1, "auth"), "auth include part\n", *s.some(1, "auth")])
    else:
        s.files["/usr/lib/pam.d/login"] = "auth include part\n" + s.line("auth")


def absolute(s):
    s.files["/etc/own"] = "".join(s.some(3, "auth"))
    s.put([*s.some(1, "auth"), s.choice("auth include /etc/own\n", "@include /etc/own\n",
                                        "auth substack /etc/own\n", "auth include ../own\n"),
           *s.some(1, "auth")])


def pam_conf(s):
    lines = []
    for _ in range(8):
        lines.append(s.choice("login", "LOGIN", "other", "sshd") + "\t" + s.line())
    if s.rng.random() < .3:
        s.insert(lines, s.choice("login auth include part\n", "login @include part\n",
                                 "login auth include /etc/own\n", "login\n", "login auth\n"))
    s.files["/etc/own"] = "".join(s.some(2))
    s.files["/etc/pam.conf"] = "".join(lines)


def pam_conf_beside(s):
    plain(s)
    s.files["/etc/pam.conf"] = "login auth required /stub.so a=0 conf\n"


def folder(s):
    s.files[ETC + "dir/"] = ""
    s.put([*s.some(2), s.choice("auth include dir\n", "@include dir\n", "auth substack dir\n"),
           *s.some(2)])

def written(*ways):
    """Each way writes the line `one` of its own manner."""
    def make(s):
        kind = s.choice("auth", "account")
        lines = s.some(2, kind)
        one = s.line(kind)
        s.insert(lines, s.rng.choice(ways)(s, one))
        s.put(lines + s.some(1, kind))
    return make


def split(between):
    def way(s, one):
        words = one.split(" ")
        at = s.rng.randint(1, len(words) - 1)
        return " ".join(words[:at]) + between + " ".join(words[at:])
    return way


def ends_after_backslash(s):
    lines = s.some(2)
    s.put([*lines, s.line().rstrip("\n") +
           s.choice("\\", "\\\n", " \\ \n", "\\\n\n# x\n", "\\\n#x")])


def included_ends_after_backslash(s):
    kind = s.choice("auth", "account")
    text = s.line(kind) + s.line(kind).rstrip("\n") + "\\\n"
    s.put([*s.some(1, kind), s.inclusion(kind, text), *s.some(1, kind)])


def bom(s):
    lines = s.body()
    s.files[ETC + "login"] = b"\xef\xbb\xbf" + "".join(lines).encode()


def no_newline(s):
    s.put([*s.some(2), s.line().rstrip("\n")])


def crlf(s):
    lines = [*s.some(2), s.line()]
    s.put([line.replace("\n", "\r\n") for line in lines])


def zero_byte(s):
    def way(_, one):
        at = s.rng.randint(0, len(one))
        return one[:at] + "\0" + one[at:] + s.choice("", "\0\n", "\0\\\n", "x\0\\\n")
    written(way)(s)


def long_line(s):
    def way(_, one):
        start = one.rstrip("\n")
        size = s.rng.choice((1020, 1021, 1022, 1023, 1024, 1025, 1100, 2100, 5000))
        return (start + " x" * 3000)[:size] + s.choice("", "\\", " \\", "") + "\n"
    written(way)(s)


def long_continued(s):
    def way(_, one):
        return one.rstrip("\n") + "".join(
            " " + "y" * s.rng.randint(1, 500) + "\\\n" for _ in range(4)) + "end\n"
    written(way)(s)


def hangs(s):
    """1,022 bytes before the backslash."""
    one = s.line("auth").rstrip("\n")
    s.put([one + " " + "z" * (1022 - len(one) - 1) + "\\" + s.choice("\n", "x\n", "")])


def soup(s):
    pieces = ["auth", "account", "[", "]", "\\", "\n", " ", "\t", "#", "required", "success=ok",
              "/stub.so", "n1", "a=7", "\\]", "@include", "include", "part", "\r", "\v", "-", "="]
    s.files[ETC + "part"] = s.line("auth")
    s.put([*s.some(1), "".join(s.rng.choice(pieces) + s.choice("", " ", " ")
                               for _ in range(s.rng.randint(3, 30))) + "\n", *s.some(2)])


def incomplete(s):
    kind, letter = s.rng.choice((("auth", "a"), ("account", "m"), ("session", "o")))
    s.calls = s.choice("asm", "aAsm", "aaAsm", "amAsm", "mMa", "oOc", "asA")
    words = f"{letter}=31 {letter.upper()}={s.answer()}"
    lines = s.some(2, kind)
    s.insert(lines, f"{kind} {s.control()} /stub.so n0 {words}\n")
    if s.rng.random() < .5:
        lines = [*s.some(1, kind), s.inclusion(kind, "".join(lines), "substack"), *s.some(2, kind)]
    s.put(lines + s.some(1, "account"))


def incomplete_setcred(s):
    s.calls = s.choice("asS", "sS", "asmS")
    s.put([*s.some(1, "auth"), f"auth {s.control()} /stub.so s=31 S=0 a={s.answer()}\n",
           *s.some(1, "auth")])


def setcred_differs(s):
    s.calls = s.choice("as", "s", "asas")
    s.put([f"auth {s.control()} /stub.so n{n} a={s.answer()} s={s.answer()}\n" for n in range(4)])

