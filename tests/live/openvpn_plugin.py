"""What OpenVPN does with its plugin for PAM, without a tunnel.

    openvpn_plugin.py PLUGIN ARGUMENTS USER <<END
    PASSWORD
    CODE
    END

Loads the plugin with the arguments of a server's `plugin` line. Lets it judge one login, as a
client with a static challenge sends it. Prints "accepted" or "refused".
"""

import base64
import ctypes
import shlex
import sys

STRUCT_VERSION = 5
USER_PASS_VERIFY = 5
SUCCESS = 0

SAY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p)
WIPE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t)
ENCODE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
DECODE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)


class Callbacks(ctypes.Structure):
    _fields_ = [("log", SAY), ("vlog", SAY), ("wipe", WIPE), ("encode", ENCODE),
                ("decode", DECODE)]


class OpenIn(ctypes.Structure):
    _fields_ = [("mask", ctypes.c_int), ("argv", ctypes.POINTER(ctypes.c_char_p)),
                ("envp", ctypes.POINTER(ctypes.c_char_p)), ("calls", ctypes.POINTER(Callbacks)),
                ("ssl", ctypes.c_int), ("version", ctypes.c_char_p), ("major", ctypes.c_uint),
                ("minor", ctypes.c_uint), ("patch", ctypes.c_char_p)]


class OpenReturn(ctypes.Structure):
    _fields_ = [("mask", ctypes.c_int), ("handle", ctypes.c_void_p), ("list", ctypes.c_void_p)]


def strings(*texts):
    return (ctypes.c_char_p * (len(texts) + 1))(*[text.encode() for text in texts], None)


def say(_flags, _name, words):
    print(words.decode(), file=sys.stderr)      # unformatted


def wipe(where, size):
    ctypes.memset(where, 0, size)


def decode(text, to, size):
    data = base64.b64decode(text)
    if len(data) > size:
        return -1
    ctypes.memmove(to, data, len(data))
    return len(data)


def main(path, arguments, user, password, code):
    plugin = ctypes.CDLL(path)
    calls = Callbacks(SAY(say), SAY(say), WIPE(wipe), ENCODE(), DECODE(decode))
    argv, envp = strings(path, *shlex.split(arguments)), strings("verb=1")
    given = OpenIn(1 << USER_PASS_VERIFY, argv, envp, ctypes.pointer(calls), 1, b"2.6", 2, 6, b"")
    got = OpenReturn()
    if plugin.openvpn_plugin_open_v3(STRUCT_VERSION, ctypes.byref(given), ctypes.byref(got)):
        return "not loaded"
    halves = [base64.b64encode(text.encode()).decode() for text in (password, code)]
    client = strings(f"username={user}", "password=SCRV1:" + ":".join(halves), "common_name=it",
                     "untrusted_ip=127.0.0.1")
    handle = ctypes.c_void_p(got.handle)
    status = plugin.openvpn_plugin_func_v1(handle, USER_PASS_VERIFY, argv, client)
    plugin.openvpn_plugin_close_v1(handle)
    return "accepted" if status == SUCCESS else "refused"


if __name__ == "__main__":
    print(main(*sys.argv[1:], *sys.stdin.read().splitlines()))
