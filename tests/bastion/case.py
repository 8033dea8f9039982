"""What the scenarios share: one bastion for a process, and AWS's double."""

import atexit
import os
import re
import shutil
import unittest

from bastion import recipe
from bastion.bastion import STS_PORT
from bastion.container import Container
from bastion.machine import Machine
from home import config, long_term
from live.world import CA
from packages.debs import PACKAGES, built, version
from paths import temporary
from sandbox.sts import Sandbox

MACHINE = os.environ.get("BASTION") == "machine"
PROMPT = "AWS MFA code: "
EXAMPLES = "/usr/share/doc/libpam-aws-mfa/examples"
STS = f"https://127.0.0.1:{STS_PORT}"
# Each scenario begins with these stacks as Debian has them.
STACKS = ("sshd", "sudo", "su", "login")
KEPT = "/root/pam.d"

_shared = {}


def boot():
    """-> (bastion, double of AWS): the same for all tests of this process; stopped at its end"""
    if "why" in _shared:
        raise recipe.Missing(_shared["why"])
    if not _shared:
        try:
            _shared["bastion"] = bastion = start()
        except recipe.Missing as missing:
            _shared["why"] = str(missing)
            raise
        _shared["box"] = box = Sandbox(temporary(atexit.register), port=STS_PORT).start()
        atexit.register(box.stop)
        bastion.write(CA, box.ca_path.read_text())
        bastion.run(f"cp -a /etc/pam.d {KEPT}; ! sshd -t -o 'PerSourcePenalties no' || "
                    "echo 'PerSourcePenalties no' >/etc/ssh/sshd_config.d/10-one-address.conf")
    return _shared["bastion"], _shared["box"]


def start():
    if os.geteuid() != 0:
        raise recipe.Missing("needs root, for mounts and a network of its own")
    kind = Machine if MACHINE else Container
    for program in ("mmdebstrap", "unshare", "ssh", *kind.NEEDS):
        if not shutil.which(program):
            raise recipe.Missing(f"no {program} here; `make {kind.DEPS}` installs it")
    suite = os.environ.get("SUITE") or "trixie" if MACHINE else recipe.host_suite()
    bastion = kind(suite, built())
    atexit.register(bastion.stop)
    return bastion


def until_sshd_listens(script):
    """-> the script, and a wait if it reloads sshd: `systemctl reload ssh` returns while sshd still has its old
    settings, or no door at all. sshd writes this file when it listens."""
    if "systemctl reload ssh" not in script:
        return script
    return (f"rm -f /run/sshd.pid\n{script}\n"
            "timeout 60 sh -c 'until [ -e /run/sshd.pid ]; do sleep 0.1; done'")


class BastionTest(unittest.TestCase):
    """alice: enrolled, with no session yet. bob: not enrolled. Both have the caller's key."""

    SSHD = None             # a pair of examples: the stack of sshd and its settings
    STACK = {}              # {service: the example that is its stack}
    EXAMPLES = EXAMPLES
    down = False
    enrolled = 0

    @classmethod
    def setUpClass(cls):
        try:
            cls.bastion, cls.box = boot()
        except recipe.Missing as missing:
            raise unittest.SkipTest(str(missing)) from None
        cls.run_there = cls.bastion.run
        cls.choose_stacks()

    @classmethod
    def choose_stacks(cls):
        """With the packages installed."""
        cls.install()
        script = "rm -f /etc/ssh/sshd_config.d/00-aws-mfa.conf\n"
        script += "".join(f"cp {KEPT}/{name} /etc/pam.d/{name}\n" for name in STACKS)
        if cls.SSHD:
            script += (f"cp {EXAMPLES}/pam.d/{cls.SSHD[0]} /etc/pam.d/sshd\n"
                       f"cp {EXAMPLES}/sshd_config.d/{cls.SSHD[1]}.conf "
                       "/etc/ssh/sshd_config.d/00-aws-mfa.conf\n")
        for name, example in cls.STACK.items():
            script += f"cp {EXAMPLES}/pam.d/{example} /etc/pam.d/{name}\n"
        cls.run_there("set -e\n" + script + "sshd -t\nsystemctl restart ssh")

    @classmethod
    def install(cls):
        """The packages of this tree, unless they are installed."""
        listed = f"dpkg-query -Wf '${{Version}} ${{db:Status-Status}}\\n' {' '.join(PACKAGES)} 2>&1"
        cls.run_there(f"[ \"$({listed} | sort -u)\" = '{version()} installed' ] || "
                      "dpkg -i --force-confold /root/*.deb")

    def setUp(self):
        self.box.clear_faults()
        self.consoles = []
        self.addCleanup(lambda: [console.kill() for console in self.consoles if console.fd >= 0])
        self.user = self.enroll("alice", "rm -rf /run/faillock* /run/sudo/ts\n")

    def enroll(self, name, script=""):
        """Fresh keys and a fresh device, so that no test waits for the next code."""
        BastionTest.enrolled += 1
        user = self.box.add_user(f"{name}{self.enrolled}")
        home = f"/home/{name}/.aws"
        said = self.run_there(f"""set -e
            {script}
            rm -rf {home}
            install -d -o {name} -g {name} -m 700 {home}
            install -o {name} -g {name} -m 600 /dev/stdin {home}/credentials <<'END'
{long_term(user)}
END
            install -o {name} -g {name} /dev/stdin {home}/config <<'END'
{config(STS, CA)}
END
            journalctl --sync; journalctl -qn0 --show-cursor""")
        self.cursor = re.search("cursor: (.*)", said)[1]
        return user

    def ssh(self, *args, **options):
        console = self.bastion.ssh(*args, **options)
        self.consoles.append(console)
        return console

    def at_terminal(self, script, *dialogue):
        """Root follows a script at a terminal. dialogue: questions and answers. -> the screen"""
        console = self.ssh(f"set -e\n{script}", host="control")
        for question, answer in dialogue:
            console.answer(question, answer)
        self.logged_in(console)
        return console.screen

    def logged_in(self, console):
        self.assertEqual(console.wait(), 0, console.screen)

    def refused(self, console):
        self.assertEqual(console.wait(), 255, console.screen)
        self.assertIn("Permission denied", console.screen)

    def has_session(self, name="alice"):
        return "aws_session_token" in self.run_there(f"cat /home/{name}/.aws/credentials")

    def decisions(self, service, phase="auth"):
        """-> what the module has written to the journal since the test began"""
        said = self.run_there(f"journalctl --sync; "
                              f"journalctl -q -o cat --after-cursor='{self.cursor}'")
        mark = f"pam_aws_mfa({service}:{phase}): "
        return [line.partition(mark)[2] for line in said.splitlines() if mark in line]

    def results(self, service):
        return [re.search("result=(.*? answer=[A-Z_]+)", line)[1]
                for line in self.decisions(service)]

    def aws_down(self):
        self.box.stop()
        self.down = True
        self.addCleanup(self.aws_up)

    def aws_up(self):
        if self.down:
            self.down = False
            self.box.start()
