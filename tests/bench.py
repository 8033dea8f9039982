#!/usr/bin/python3
"""What a run costs with 100, 1,000 and 10,000 profiles in the credentials file.

CPU time of aws-mfa and the helper it waits for, the least of several runs, in milliseconds:
while the session is valid, and for a refresh, most of which is the helper's TLS.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent
os.environ.setdefault("BUILD", "build")
sys.path.insert(0, str(TESTS))
sys.dont_write_bytecode = True

from host import AWS_MFA, BUILD     # noqa: E402
from sandbox.sts import Sandbox     # noqa: E402

RUNS = 5


def profiles(count):
    return "".join(f"[user-{i}-long-term]\naws_access_key_id = AKIA{i:016}\n"
                   f"aws_secret_access_key = {i:040}\n"
                   f"aws_mfa_device = arn:aws:iam::123456789012:mfa/user-{i}\n"
                   f"# the keys of user {i}, who has had them since the beginning of the project\n"
                   f"region = eu-west-1\n\n" for i in range(count))


def cost(argv, env):
    """The CPU time in ms of one run, which must end well."""
    null = os.open(os.devnull, os.O_RDWR)
    pid = os.posix_spawn(argv[0], argv, env, setsid=True, file_actions=[
        (os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1)])
    os.close(null)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{argv} ended with {os.waitstatus_to_exitcode(status)}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def main():
    home = Path(tempfile.mkdtemp(dir=BUILD / "tests"))
    box = Sandbox(home).start()
    try:
        (home / ".aws").mkdir(mode=0o700)
        (home / ".aws/config").write_text(f"[profile work]\nendpoint_url = {box.url}\n"
                                          f"ca_bundle = {box.ca_path}\n")
        credentials = home / ".aws/credentials"
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        argv = [str(AWS_MFA), "--profile", "work"]
        print("profiles       MB   valid, ms   refresh, ms")
        for count in (1, 100, 1000, 10000):
            valid, refresh = [], []
            for run in range(RUNS):
                user = box.add_user(f"user-{count}-{run}")
                credentials.write_text(f"[work-long-term]\naws_access_key_id = {user.access_key_id}\n"
                                       f"aws_secret_access_key = {user.secret_access_key}\n"
                                       f"aws_mfa_device = {user.serial}\n" + profiles(count - 1))
                credentials.chmod(0o600)
                refresh.append(cost([*argv, "--token", user.code()], env))
                valid.append(cost(argv, env))
            size = credentials.stat().st_size / 1e6
            print(f"{count:8} {size:8.2f} {min(valid):11.1f} {min(refresh):13.1f}")
    finally:
        box.stop()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
