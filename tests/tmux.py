"""A shell in a real terminal: tmux keeps the screen that a person would see."""

import shutil
import subprocess
import tempfile
import time


class Tmux:
    """bash in a window of its own. Needs shutil.which("tmux"). cleanup, such as a test's addCleanup,
    ends it later."""

    def __init__(self, cleanup, env, columns=80, rows=24):
        folder = tempfile.mkdtemp(prefix="tmux-")   # the path of a socket is short
        cleanup(shutil.rmtree, folder, ignore_errors=True)
        self.socket = folder + "/s"
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "exec env 'PS1=$ ' HISTFILE= bash --norc --noprofile -i", env=env)
        cleanup(self.tmux, "kill-server")
        self.wait("$")

    def tmux(self, *args, env=None, input=None):
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *args], env=env, check=True,
                              input=input, capture_output=True, text=True, timeout=30).stdout

    def screen(self, *options):
        """-> the lines on the screen. One that was too long, and wrapped, is one line here."""
        shown = self.tmux("capture-pane", "-p", "-J", *options).rstrip("\n")
        return [line.rstrip() for line in shown.split("\n")]

    def wait(self, text, last=True, timeout=20):
        """Waits until the last line ends with text, or any line has it. -> the screen"""
        end = time.monotonic() + timeout
        while True:
            lines = self.screen()
            if lines[-1].endswith(text) if last else any(text in line for line in lines):
                return lines
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r}, only:\n" + "\n".join(lines))
            time.sleep(0.05)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def key(self, *names):
        self.tmux("send-keys", *names)

    def run(self, command):
        """Clears the screen, and types a command. Do not wait for "$" then: it stands there before."""
        self.key("C-l")
        self.type(command)
        self.key("Enter")

    def paste(self, text):
        self.tmux("load-buffer", "-", input=text)
        self.tmux("paste-buffer", "-r")

    def resize(self, columns):
        self.tmux("resize-window", "-x", str(columns))
