"""Makes scenes with every feature that stacks can have, at random."""

import random

from tool.stack.features import (
    absolute, action_in, among, any_bytes, bom, broken_other, circle, circle_of_files, crlf, empty,
    ends_after_backslash, folder, hangs, included_ends_after_backslash, incomplete, incomplete_setcred, is_other,
    jump, jump_counts_own_type, jump_over_substack, long_continued, long_line,
    missing_first_in_include, name_of_service, nested, no_newline, nothing, odd_module, one_type,
    only_empty, pam_conf, pam_conf_beside, plain, program_as_stack,
    service_missing, setcred_differs, soup, split, types_from_other, usr_lib, usr_lib_included,
    within, written, zero_byte)
from tool.stack.scene import Scene


def wrong(control):
    return among("{t} " + control + " {m}")


FEATURES = {
    "lines of all types": plain,
    "lines of one type": one_type,
    # STACKS.md 1 to 6
    "all answers IGNORE": written(lambda s, one: "auth required /stub.so a=25 s=25 m=25\n"),
    "ignore=ok": among("{t} [default=ok] /stub.so x a=25 m=25 o=25 s=25"),
    "bad on IGNORE": among("{t} [ignore=bad] /stub.so x a=25 m=25 o=25 s=0"),
    "die on IGNORE": among("{t} [ignore=die] /stub.so x a=25 m=25 o=25 s=25"),
    "new_authtok_reqd": among("{t} sufficient /stub.so x a=12 m=12 o=12 s=12"),
    "done in include": action_in("include", "done"),
    "done in @include": action_in("@include", "done"),
    "done in substack": action_in("substack", "done"),
    "die in include": action_in("include", "die"),
    "die in @include": action_in("@include", "die"),
    "die in substack": action_in("substack", "die"),
    "reset in include": action_in("include", "reset"),
    "reset in substack": action_in("substack", "reset"),
    "reset at the top": among("{t} [default=reset] {m}"),
    "a jump out of include": action_in("include", 3),
    "a jump out of @include": action_in("@include", 3),
    "a jump out of substack": action_in("substack", 3),
    "a jump to the end": jump(0),
    "a jump beyond the end": jump(1),
    "a jump to the end of a substack": jump(0, "substack"),
    "a jump beyond the end of a substack": jump(1, "substack"),
    "a jump over a substack": jump_over_substack,
    "a jump counts its own type": jump_counts_own_type,
    # 6 and 7: what stands in brackets
    "[success=0]": wrong("[success=0 default=ignore]"),
    "a jump that overflows": wrong("[success=4294967297 default=4294967295]"),
    "a huge jump": wrong("[success=2147483647 default=99999]"),
    "an unknown code": wrong("[sucess=ok default=ignore]"),
    "an unknown action": wrong("[success=okay default=ignore]"),
    "no action": wrong("[success= default=ignore]"),
    "no '='": wrong("[success ok]"),
    "a code alone": wrong("[default]"),
    "a code in upper case": wrong("[SUCCESS=ok]"),
    "an action in upper case": wrong("[success=OK]"),
    "nothing in brackets": wrong("[]"),
    "two defaults": wrong("[default=ok default=bad]"),
    "default before others": wrong("[default=ignore success=ok]"),
    "no blank between pairs": wrong("[success=okdefault=bad]"),
    "a negative jump": wrong("[success=-1]"),
    "an unknown control": wrong("require"),
    "brackets without end": wrong("[success=ok"),
    "a bracket that is escaped": wrong("[success=ok \\] default=ok]"),
    "brackets in an argument": among("{t} required {m} [a b] c[d e] [f \\] g]h"),
    "brackets around the module": among("{t} required [{m}] x"),
    "brackets around the type": among("[{t}] required {m}"),
    # 9 and 10
    "a missing include": among("{t} include none"),
    "a missing substack": among("{t} substack none"),
    "a missing @include": among("@include none"),
    "a missing @include in include": within("@include none", "include"),
    "a missing include in include": within("{t} include none", "include"),
    "a missing include in substack": within("{t} include none", "substack"),
    "a missing @include in other": broken_other,
    "a misspelt type": among("acount required {m}"),
    "a misspelt type in include": within("acount required {m}", "include"),
    "a misspelt type in substack": within("acount required {m}", "substack"),
    "a type in upper case": among("AUTH required {m}"),
    "a type alone": among("{t}"),
    "a control alone": among("{t} required"),
    "a dash alone": among("- required {m}"),
    "-@include": among("-@include none"),
    "@INCLUDE": written(
        lambda s, one: s.inclusion("auth", one, "@include").replace("@inc", "@INC")),
    "include names no file": among("{t} include"),
    "substack names no file": among("{t} substack"),
    "@include names no file": among("@include"),
    "a module without a name": among("{t} required {t}.d/.so"),
    "an empty module": among("{t} required []"),
    "a module named ?": among("{t} optional ?.so"),
    "a substack without a name": among("{t} substack .part"),
    "password alone": among("password required {m}"),
    # 11 and 12
    "types from other": types_from_other,
    "no file for the service": service_missing,
    "no file at all": nothing,
    "the service other": is_other,
    "the name of the service": name_of_service,
    "an empty include": empty("include"),
    "an empty substack": empty("substack"),
    "an empty @include": empty("@include"),
    "only an empty include": only_empty("include"),
    "only an empty substack": only_empty("substack"),
    "a folder as file": folder,
    "20 includes deep": nested("include", 20),
    "15 includes deep": nested("include", 14),
    "15 substacks deep": nested("substack", 14),
    "16 substacks deep": nested("substack", 15),
    "17 substacks deep": nested("substack", 16),
    "16 @includes deep": nested("@include", 15),
    "a circle of include": circle("include"),
    "a circle of @include": circle("@include"),
    "a circle of substack": circle("substack"),
    "a circle of several files": circle_of_files,
    "a module with an odd name": odd_module,
    "a program as stack": program_as_stack,
    "any bytes as stack": any_bytes,
    "a missing @include first in include": missing_first_in_include("include"),
    "a missing @include first in substack": missing_first_in_include("substack"),
    # 13
    "a continued line": written(split("\\\n"), split(" \\\n  ")),
    "a backslash and blanks": written(split("\\ \n"), split("\\\t \n")),
    "a blank line in a continued line": written(split("\\\n\n"), split("\\\n  \n")),
    "a comment in a continued line": written(split("\\\n# x\n"), split("\\\n# x \\\n")),
    "a comment at the end": written(lambda s, one: one.rstrip("\n") + "# x\n",
                                    lambda s, one: one.rstrip("\n") + " # x \\\n"),
    "a backslash within a line": written(split(" \\ ")),
    "a backslash alone": written(lambda s, one: "\\\n" + one, lambda s, one: " \\\n \\\n" + one),
    "# in brackets": among("{t} required {m} [prompt=a # b]"),
    "a backslash at the end of the file": ends_after_backslash,
    "a backslash at the end of an include": included_ends_after_backslash,
    "a byte order mark": bom,
    "no newline at the end": no_newline,
    "CRLF": crlf,
    "a zero byte": zero_byte,
    "a long line": long_line,
    "a long continued line": long_continued,
    "a line at which old readers hang": hangs,
    "blanks of other kinds": written(lambda s, one: one.replace(" ", "\t"),
                                     lambda s, one: "\v" + one,
                                     lambda s, one: one.replace(" ", "\f", 1)),
    "any pieces": soup,
    # files
    "/usr/lib/pam.d": usr_lib,
    "included from /usr/lib/pam.d": usr_lib_included,
    "an absolute path": absolute,
    "/etc/pam.conf": pam_conf,
    "/etc/pam.conf beside pam.d": pam_conf_beside,
    # 8 and 16
    "setcred answers otherwise": setcred_differs,
    "INCOMPLETE": incomplete,
    "INCOMPLETE of setcred": incomplete_setcred,
}
# Each takes the second that libpam is given.
SLOW = {"a line at which old readers hang"}
LEAST = 10
# What libpam does with some of these depends on what its memory holds: our player says "unknown".
UNTOLD = {"a circle of several files", "a program as stack", "any bytes as stack",
          "a missing @include first in include", "a missing @include first in substack"}


def scenes(count, seed):
    """-> count scenes at least: LEAST of every feature, the rest in turn"""
    rng = random.Random(seed)
    made = []
    names = [name for name in FEATURES if name not in SLOW]
    wanted = names * LEAST
    while len(wanted) < count:
        wanted += names
    for name in [*wanted[:max(count, len(names) * LEAST)], *SLOW]:
        s = Scene(rng, len(made))
        s.kinds.add(name)
        FEATURES[name](s)
        made.append(s)
    return made
