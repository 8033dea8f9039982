"""Attacks on keystore mode, each as the user who logs in or as another user of the bastion."""

import os
import re
import subprocess
import time
import unittest

from bastion.case import MACHINE, PROMPT
from bastion.keystore import (
    ACCEPTED, CONFIG, DOOR, KEYS, SERVES, SOCKET, SYSTEM, WRONG, SlowTest)
from live.world import PASSWORD
from paths import BUILD

# What a process may try at another one, given as PID:ADDRESS of a page. util-linux has a program for
# most of it.
AT_PROCESSES = r"""
for at in %s; do
    pid=${at%%:*}
    try() { "$@" >/dev/null 2>&1 && echo "done: $*"; }
    try kill -0 $pid; try renice -n 19 -p $pid; try chrt -i -p 0 $pid; try taskset -p 1 $pid; try ionice -c 3 -p $pid
    try prlimit --nofile=3 --pid $pid
    for file in environ maps auxv stack syscall io; do try head -c 1 /proc/$pid/$file; done
    try sh -c "exec 3</proc/$pid/mem"
    for name in fd map_files cwd/. root/.; do try ls /proc/$pid/$name; done
    for name in exe cwd root ns/net fd/3; do try readlink /proc/$pid/$name; done
    try sh -c "echo 1000 >/proc/$pid/oom_score_adj"
    try sh -c "echo $pid >/sys/fs/cgroup/cgroup.procs"
    try sh -c "echo 1 >/sys/fs/cgroup$(sed s/^0::// /proc/$pid/cgroup)/cgroup.freeze"
    try nsenter -t $pid -m true
    perl -e 'my $pid = $ARGV[0] + 0; my $arm = `uname -m` =~ /aarch64/;
        sub try { my ($name, $n, @with) = @_; print "done: $name $pid\n" if syscall($n, @with) >= 0 }
        my $to = "x" x 16; my $iov = pack("PQ", $to, 16); my $from = pack("QQ", hex($ARGV[1]), 16);
        try("ptrace", $arm ? 117 : 101, 16, $pid, 0, 0);
        try("process_vm_readv", $arm ? 270 : 310, $pid, $iov, 1, $from, 1, 0);
        my $fd = syscall(434, $pid, 0);
        try("pidfd_getfd", 438, $fd, 3, 0) if $fd >= 0;
        try("pidfd_send_signal", 424, $fd, 19, 0, 0) if $fd >= 0;' $pid ${at#*:}
    try kill -STOP $pid; try prlimit --cpu=0 --pid $pid; try kill -KILL $pid
done
echo tried
"""
PAGE = "echo {0}:$(head -n 1 /proc/{0}/maps | cut -d- -f1)\n"
# An emulated machine takes 2 s of processor for each login that waits.
HUNDREDS = 100 if MACHINE else 300
PROMPTS = 80 if MACHINE else 200        # more than the 64 that may wait for one user
SAY = r"""perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => "%s") or exit print "closed\n";
    $s->print("version 1\nlogin 0123abcd\nuser 0 root\n"); print while <$s>; print "end\n"'"""
# Of each process: whether a text is in the memory that it has written to.
SEARCH = r"""perl -e 'chomp(my $text = <STDIN>);
    for my $pid (@ARGV) {
        open(my $maps, "<", "/proc/$pid/maps"); open(my $mem, "<:raw", "/proc/$pid/mem");
        my $found = "not";
        while (<$maps>) {
            my ($from, $to) = /^([0-9a-f]+)-([0-9a-f]+) .w/ or next;
            sysseek($mem, hex($from), 0); sysread($mem, my $all, hex($to) - hex($from));
            $found = "found" if index($all, $text) >= 0;
        } print "$pid $found\n"
    }' """
# A stranger's thousand: the first hundred stay, and hold all prompts that they can get. Each of the others
# is killed when a hundred more have come.
MANY_SU = r"""ulimit -n 4096; perl -e '$| = 1; $^F = 2; my (@to, @late);
    for my $n (1 .. 1000) {
        pipe(my $from, my $to);
        my $su = fork;
        if (!$su) {
            open(STDIN, "<&", $from); open(STDOUT, ">/dev/null"); open(STDERR, ">/dev/null");
            exec("su", "bob", "-c", "true");
        }
        syswrite($to, "%s\n");
        push(@to, $to);
        push(@late, $su) if $n > 100;
        if (@late > 100) { my $old = shift(@late); kill(9, $old); waitpid($old, 0) }
    } print "all\n"; sleep 600'"""


class Processes(SlowTest):
    """Of a login that waits for its code."""

    def test_of_other_users(self):
        """Nobody but root reaches what judges: neither the user who logs in nor another."""
        ssh, pids = self.waiting()
        self.assertEqual(len(pids), 3, pids)
        pages = self.run_there("".join(map(PAGE.format, pids))).split()
        self.assertRegex(" ".join(pages), "^([0-9]+:[0-9a-f]+ ?){3}$")
        script = AT_PROCESSES % " ".join(pages)
        for name in ("alice", "bob"):
            self.assertEqual(self.as_user(name, script), (0, "tried\n"))
        own = self.as_user("alice", "sleep 600 &\nuntil grep -qx sleep /proc/$!/comm; do :; done\n" +
                           AT_PROCESSES % f"$({PAGE.format('$!').strip()})")[1]
        for call in ("renice", "prlimit --nofile", "sh -c exec 3</proc/\\d+/mem",
                     "head -c 1 /proc/\\d+/environ", "ls /proc/\\d+/fd", "ptrace", "process_vm_readv",
                     "pidfd_send_signal", "kill -KILL"):
            self.assertRegex(own, f"done: {call}")
        said = self.run_there("; ".join(f"cat /proc/{pid}/stat" for pid in pids))
        self.assertEqual(re.findall(r"\) ([A-Z])", said).count("T"), 0, said)
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)

    def test_secrets(self):
        """What root finds in the processes: the secret key in the signer, and nothing in what others
        may see."""
        ssh, pids = self.waiting()
        serve, signer, talker = self.parts(pids)
        secret = self.user.secret_access_key
        said = self.run_there(SEARCH + " ".join(map(str, pids)), input=secret + "\n")
        self.assertEqual({tuple(line.split()) for line in said.splitlines()},
                         {(serve, "not"), (signer, "found"), (talker, "not")})
        said = self.run_there("; ".join(f"cat /proc/{pid}/cmdline /proc/{pid}/environ /proc/{pid}/limits"
                                        for pid in pids))
        self.assertNotIn(secret, said)
        self.assertEqual(len(re.findall(r"Max core file size +0 +0 ", said)), 3)
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)

    def test_of_the_caller(self):
        """bob slows their own su from the start, stops it, and lets it go on: a wrong code stays wrong.
        (Once it runs, the kernel lets bob neither renice it nor change its policy.)"""
        su = self.ssh("-p", "2222", "-l", "bob", "nice -n 19 chrt -i 0 su alice -c 'id -un'")
        su.answer("Password: ", PASSWORD)
        su.expect(PROMPT, 60)
        said = self.as_user("bob", """
            pid=$(pgrep -x su); kill -STOP $pid; ! chrt -o -p 0 $pid || exit 1
            until ps -o state= -p $pid | grep -q T; do sleep 0.1; done; sleep 2
            ps -o state=,cls= -p $pid; kill -CONT $pid""", check=True)
        self.assertEqual(said.splitlines()[-1].split(), ["T", "IDL"], said)
        su.send(self.user.wrong_code() + "\n")
        self.assertEqual(su.wait(), 1, su.screen)
        self.assertEqual(self.results("su"), [WRONG])
        self.assertEqual(self.run_there(f"{SERVES} || echo none"), "none\n")

    def test_killed_callers(self):
        """su, ssh and the user's own sudo are killed in the middle: what judges ends, too."""
        su = self.ssh("-p", "2222", "-l", "bob", "su alice -c 'id -un'")
        su.answer("Password: ", PASSWORD)
        sudo = self.ssh("-p", "2222", "sudo id -un")
        sudo.answer("for alice: ", PASSWORD)
        ssh, _ = self.waiting()
        for console in (su, sudo):
            console.expect(PROMPT, 60)
        self.serving(3)
        self.as_user("bob", "pkill -KILL -x su", check=True)
        self.as_user("alice", "pkill -KILL -x sudo", check=True)
        ssh.kill()
        self.serving(0)
        for console, name in ((su, "alice"), (sudo, "root")):
            console.wait()
            self.assertNotIn(name, console.screen.partition(PROMPT)[2])
        self.assertFalse(self.has_session())
        self.ready()


class Door(SlowTest):
    def test_somebody_else_connects(self):
        """Also where root has opened the socket by mistake, and from a user namespace."""
        for mode, expected in (("600", "closed\n"), ("666", "")):
            self.run_there(f"chmod {mode} {DOOR}")
            self.addCleanup(self.run_there, f"chmod 600 {DOOR}")
            for enter in ("", "unshare -Ur "):
                for name in ("alice", "bob"):
                    said = self.as_user(name, enter + SAY % DOOR)[1]
                    if expected:
                        self.assertEqual(said, expected)
                    self.assertNotIn("ask", said)
                    self.assertNotIn("result 0", said)
        refused = self.lines("is not served")
        self.assertEqual(len(refused), 4, refused)
        self.ready()

    def test_the_door_is_another_s(self):
        """alice cannot put a socket of their own there, nor take a place of those who wait."""
        self.assertEqual(self.as_user("alice", """
            for file in keystore.sock waiting x; do
                ln -sf /tmp/x /run/aws-mfa/$file; mv /run/aws-mfa/$file /tmp; rm -f /run/aws-mfa/$file
                mkfifo /run/aws-mfa/$file; true >/run/aws-mfa/$file; flock -n /run/aws-mfa/$file echo locked
            done 2>/dev/null; mv /run/aws-mfa /run/x 2>/dev/null; mkdir /etc/aws-mfa/keys/x 2>/dev/null
            cat /etc/aws-mfa/keys/* 2>/dev/null; ls /etc/aws-mfa/keys 2>/dev/null; echo tried""")[1],
            "tried\n")
        self.ready()

    def test_the_folder_of_the_door_is_open_to_others(self):
        for change, back in (("chmod 777", "chmod 755"), ("chown alice", "chown root")):
            self.run_there(f"{change} /run/aws-mfa")
            self.addCleanup(self.run_there, f"{back} /run/aws-mfa")
            self.refused(self.login(self.user.code))
            self.run_there(f"{back} /run/aws-mfa")
        self.assertEqual(self.results("sshd"), [CONFIG] * 2)
        self.ready()


class LockedOut(SlowTest):
    """bob wants nobody else to get in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if MACHINE:     # it is emulated: with a thousand processes, 20 s may be too short for a call
            cls.write_site(timeout=120)

    def goes_on(self):
        self.logged_in(self.login(self.user.code))
        self.user = self.enroll("alice")
        console = self.ssh("-p", "2222", "sudo id -un")
        console.answer("password for alice: ", PASSWORD)
        console.answer(PROMPT, self.user.code)
        self.logged_in(console)
        self.assertEqual(console.screen.splitlines()[-1], "root")
        self.user = self.enroll("alice")
        self.assertEqual(self.run_there("sudo id -un; su alice -c 'id -un'"), "root\nalice\n")

    def test_a_thousand_su(self):
        self.enroll("bob")
        stranger = self.ssh("-p", "2222", "-l", "bob", MANY_SU % PASSWORD)
        self.serving(16)
        self.goes_on()
        stranger.expect("all", 300)
        # Fewer, if the machine is so slow that the five minutes of a prompt are over.
        self.assertLessEqual(int(self.run_there(f"{SERVES} | wc -l")), 16)
        self.goes_on()
        stranger.kill()
        self.run_there("pkill -KILL -u bob; true")
        self.serving(0)
        self.goes_on()
        self.assertEqual(self.run_there(f"systemctl is-active {SOCKET}"), "active\n")

    def test_two_hundred_held_prompts(self):
        """sshd would let fewer in: the limits of the example are off, and those of the module hold."""
        self.enroll("bob")
        # In place: OpenSSH 9.2 takes the last of these limits, later releases the first.
        limits = "/etc/ssh/sshd_config.d/00-aws-mfa.conf"
        self.addCleanup(self.run_there, f"mv /root/limits {limits}; systemctl restart ssh")
        self.run_there(f"cp -p {limits} /root/limits; sed -i -e 's/^MaxStartups .*/MaxStartups 1000/' "
                       "-e 's/^PerSourceMaxStartups .*/PerSourceMaxStartups none/' "
                       f"-e '1iLoginGraceTime 600' {limits}; systemctl restart ssh")
        ask = self.bastion.folder / "ask"
        ask.write_text("#!/bin/sh\nexec sleep 600\n")
        ask.chmod(0o755)
        env = {**self.bastion.env, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
        held = []
        self.addCleanup(self.end, held)
        # In groups: an emulated machine exchanges keys so slowly that ssh would give up.
        for most in (*range(8, 65, 8), PROMPTS):
            while len(held) < most:
                held.append(subprocess.Popen(
                    ["ssh", "-F", self.bastion.config, "mfa", "-l", "bob", "true"], env=env,
                    cwd=self.bastion.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, start_new_session=True))
            self.serving(min(most, 64))
        self.goes_on()
        self.end(held)
        self.serving(0)
        self.goes_on()

    def test_hundreds_wait(self):
        """Far more than the 64 of systemd's default. (The most is 4,096, and the module keeps below.)"""
        program = "/root/hold"
        with open(BUILD / "tests/bastion/hold", "rb") as file:
            self.run_there(f"install -m 700 /dev/stdin {program}", stdin=file)
        held = self.ssh(f"{program} {HUNDREDS} alice $(id -u alice)", host="control", tty=False)
        held.expect(f"asked {HUNDREDS}", 300)
        self.assertEqual(self.run_there(f"systemctl show {SOCKET} -P NConnections -P MaxConnections"),
                         f"4096\n{HUNDREDS}\n")
        self.goes_on()
        held.kill()
        self.serving(0)
        self.goes_on()

    @staticmethod
    def end(processes):
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, 9)
            process.wait()


class Store(SlowTest):
    """What writes the session runs as alice, who does with it what they like."""

    def meanwhile(self, script):
        """alice does this again and again."""
        unit = f"alices-{time.monotonic_ns()}"
        self.run_there(f"systemd-run -q --unit={unit} --uid=alice sh -c 'while :; do {script}; done'")
        self.addCleanup(self.run_there, f"systemctl stop {unit}; pkill -KILL -u alice -x aws-mfa; true")

    def test_frozen_and_killed(self):
        for sign in ("STOP", "KILL"):
            self.meanwhile(f"pkill -{sign} -u alice -f \"aws-mfa store\"")
            before = time.monotonic()
            self.logged_in(self.login(self.user.code))
            self.assertLess(time.monotonic() - before, 30)
            self.assertIn(self.results("sshd")[-1], (ACCEPTED, "not-stored answer=PAM_SUCCESS"))
            self.doCleanups()
            self.user = self.enroll("alice")
            self.meanwhile(f"pkill -{sign} -u alice -f \"aws-mfa store\"")
            self.refused(self.login(self.user.wrong_code()))
            self.doCleanups()
            self.user = self.enroll("alice")

    def test_no_process_for_it(self):
        """LimitNPROC of the unit and alice's own processes: what judges has none of these limits."""
        drop = "/run/systemd/system/ssh.service.d/limit.conf"
        self.run_there("systemd-run -q --unit=sleepers --uid=alice "
                       "sh -c 'sleep 600 & sleep 600 & sleep 600 & sleep 600 & wait'")
        self.addCleanup(self.run_there, f"systemctl stop sleepers; rm -r {os.path.dirname(drop)}; "
                        "systemctl daemon-reload; systemctl restart ssh")
        self.bastion.write(drop, "[Service]\nLimitNPROC=2\n")
        self.run_there("systemctl daemon-reload && systemctl restart ssh")
        ssh = self.login(self.user.code)
        ssh.wait()      # sshd cannot start the shell
        self.assertIn(self.results("sshd")[0], (ACCEPTED, "not-stored answer=PAM_SUCCESS"))
        self.refused(self.login(self.user.wrong_code()))
        self.assertEqual(self.results("sshd")[1], WRONG)


class Service(SlowTest):
    """systemd stops, forgets or replaces what judges while alice types."""

    def test_killed(self):
        ssh, _ = self.waiting()
        self.run_there("systemctl kill -s KILL 'aws-mfa-keystore@*'")
        ssh.send(self.user.code() + "\n")
        self.refused(ssh)
        self.assertEqual(self.results("sshd"), [SYSTEM])
        self.ready()

    def test_frozen(self):
        """By root: the login ends by itself, and is refused."""
        ssh, pids = self.waiting()
        self.run_there(f"kill -STOP {' '.join(map(str, pids))}")
        ssh.send(self.user.code() + "\n")
        self.refused(ssh)
        self.assertEqual(self.results("sshd"), ["code-spent answer=PAM_AUTHINFO_UNAVAIL"])
        self.run_there("systemctl kill -s KILL 'aws-mfa-keystore@*'")
        self.ready()

    def test_reloaded(self):
        """Whoever is asked still gets in."""
        ssh, _ = self.waiting()
        self.run_there("systemctl daemon-reload; systemctl daemon-reexec")
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)
        self.ready()

    def test_the_socket_is_restarted(self):
        ssh, _ = self.waiting()
        self.run_there(f"systemctl restart {SOCKET}")
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)
        self.ready()

    def test_no_room_in_run(self):
        """/run is full: nobody gets in without a code, and later all is as before."""
        self.addCleanup(self.run_there, "rm -f /run/full; mount -o remount,size=20% /run")
        self.run_there("mount -o remount,size=$(($(df -k --output=used /run | tail -1) + 64))k /run; "
                       "! cat /dev/zero >/run/full")
        self.refused(self.login(self.user.wrong_code()))
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [SYSTEM] * 2)    # no dynamic user, says systemd's line
        self.run_there("rm /run/full")
        self.user = self.enroll("alice")
        self.ready()

    def test_an_entry_that_grows(self):
        """2 GB, cut off, empty, a FIFO, a symlink to what it was, a second name: refused, and nothing
        hangs."""
        path = f"{KEYS}/alice"
        code = self.user.code()     # refused before AWS sees it, so it is good for all
        self.run_there(f"cp -p {path} /root/entry")
        self.addCleanup(self.run_there, "rm -f /root/entry /root/name")
        for spoil in ("truncate -s 2G {}", "truncate -s 100 {}", "truncate -s 0 {}",
                      "rm {0}; mkfifo -m 600 {0}", "ln -sf /root/entry {}", "ln {} /root/name"):
            self.run_there(f"rm -rf /run/faillock; cp -p --remove-destination /root/entry {path}; " +
                           spoil.format(path))
            self.refused(self.login(code))
        self.assertEqual(self.results("sshd"), [CONFIG] * 6)
        said = "\n".join(self.decisions("sshd"))
        self.assertRegex(said, "(?s)larger than .* aws_secret_access_key: expected .* user is missing.*"
                         "is no regular file.*is a symlink.*has 2 names")
        self.run_there(f"rm {path}")
        self.user = self.enroll("alice")
        self.ready()


if __name__ == "__main__":
    unittest.main()
