"""One scene for play-ours and play-libpam (scene.h): PAM files that are made at random."""

import random

CODES = ("success open_err symbol_err service_err system_err buf_err perm_denied auth_err "
         "cred_insufficient authinfo_unavail user_unknown maxtries new_authtok_reqd acct_expired "
         "session_err cred_unavail cred_expired cred_err no_module_data conv_err authtok_err "
         "authtok_recover_err authtok_lock_busy authtok_disable_aging try_again ignore abort "
         "authtok_expired module_unknown bad_item conv_again incomplete").split()
ACTIONS = ("ignore", "ok", "done", "bad", "die", "reset")
PLAIN = ("required", "requisite", "optional", "sufficient")
TYPES = ("auth", "account", "session")
ETC = "/etc/pam.d/"
# What an application calls: a login, sshd with a key (no auth), su, auth twice.
CALLS = ("asmoc", "smoc", "mo", "asm", "aasm", "aAsSmoc", "aSmocC")


class Scene:
    def __init__(self, rng, number):
        self.rng = rng
        self.name = f"s{number}"
        self.service = "login"
        self.calls = rng.choice(CALLS)
        self.files = {}
        self.kinds = set()
        self.lines = 0

    def choice(self, *of):
        return self.rng.choice(of)

    # --- lines ---------------------------------------------------------------------------

    def answer(self):
        if self.rng.random() < .75:
            return self.rng.choice((0, 0, 0, 7, 7, 25, 25, 12, 9))
        number = self.rng.choice((*range(31), 32, -1, 100))
        if not 0 <= number < 32:
            self.kinds.add("an answer that is no code")
        return number

    def arguments(self):
        self.lines += 1
        words = [f"n{self.lines}"]
        for letter in "asmoc":
            if self.rng.random() < .8:
                words.append(f"{letter}={self.answer()}")
        if self.rng.random() < .2:
            words.append(f"A={self.answer()}")
        return " ".join(words)

    def module(self):
        name = self.rng.choice(("/stub.so",) * 6 + ("stub.so", "/half.so", "/none.so", "stub"))
        kind = {"/half.so": "a missing function", "/none.so": "a missing module",
                "stub": "a module without .so"}.get(name)
        self.kinds.add(kind or "a module")
        return name

    def bracket(self):
        words = []
        for _ in range(self.rng.randint(1, 4)):
            code = self.choice("success", "success", "auth_err", "ignore", "default", "default",
                               "new_authtok_reqd", self.rng.choice(CODES))
            action = self.rng.choice((*ACTIONS, str(self.rng.randint(1, 4))))
            self.kinds.add(f"[...={'a jump' if action.isdigit() else action}]")
            words.append(self.choice("{}={}", "{}={}", "{} = {}").format(code, action))
        self.kinds.add("[default=...]" if any(w.startswith("default") for w in words)
                       else "[...] without a default")
        return f"[{' '.join(words)}]"

    def control(self):
        if self.rng.random() < .5:
            word = self.rng.choice(PLAIN)
            self.kinds.add(word)
            if self.rng.random() < .1:
                self.kinds.add("a control word in upper case")
                word = word.upper()
            return word
        return self.bracket()

    def line(self, kind=None, control=None):
        kind = kind or self.rng.choice(TYPES)
        if self.rng.random() < .05:
            self.kinds.add("-type")
            kind = "-" + kind
        return f"{kind} {control or self.control()} {self.module()} {self.arguments()}\n"

    def some(self, most=4, kind=None):
        return [self.line(kind) for _ in range(self.rng.randint(0, most))]

    def body(self, kind=None):
        """Lines, and sometimes an inclusion."""
        lines = self.some(4, kind)
        if self.rng.random() < .3:
            self.insert(lines, self.inclusion(kind, "".join(self.some(3, kind))))
        return lines

    def insert(self, lines, new):
        lines.insert(self.rng.randint(0, len(lines)), new)

    def inclusion(self, kind, text, how=None):
        how = how or self.choice("include", "substack", "@include")
        self.kinds.add(how)
        name = f"part{len(self.files)}"
        self.files[ETC + name] = text
        return f"@include {name}\n" if how == "@include" else \
            f"{kind or self.rng.choice(TYPES)} {how} {name}\n"

    def put(self, lines, name="login"):
        self.files[ETC + name] = "".join(lines)

    def blob(self):
        out = [f"scene {self.name} {self.service} {self.calls}\n".encode()]
        for path, text in self.files.items():
            data = text if isinstance(text, bytes) else text.encode()
            out.append(f"file {path} {len(data)}\n".encode() + data + b"\n")
        return b"".join(out) + b"end\n"

