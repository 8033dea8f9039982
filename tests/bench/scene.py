"""The scene of the measurements: the installed programs, homes with keys, a server that plays STS,
and the call of each peer."""

import shutil
import subprocess
from pathlib import Path

from home import Home, config, write
from paths import AWS_MFA, AWS_MFA_STS, BUILD, MODULE, temporary
from sandbox import certificates

PROGRAMS = [AWS_MFA, AWS_MFA_STS, MODULE]
SERVER = BUILD / "tests/bench/server"
FLOOR = BUILD / "tests/bench/pam_floor.so"
START_STS = BUILD / "tests/bench/start_sts"

TRUE, CURL, AWS, PYTHON, PAMTESTER = (f"/usr/bin/{name}" for name in (
    "true", "curl", "aws", "python3", "pamtester"))

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DEVICE = "arn:aws:iam::123456789012:mfa/alice"
CODE = "123456"

LONG_TERM = f"""[work-long-term]
aws_access_key_id = {KEY}
aws_secret_access_key = {SECRET}
aws_mfa_device = {DEVICE}
"""
SESSION = f"""
[work]
assumed_role = False
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = {SECRET}
aws_session_token = {'T' * 400}
aws_security_token = {'T' * 400}
expiration = 2099-01-01 00:00:00
"""


def others(count):
    """Sections of count other people."""
    return "".join(f"[user-{i}-long-term]\naws_access_key_id = AKIA{i:016}\n"
                   f"aws_secret_access_key = {i:040}\n"
                   f"aws_mfa_device = arn:aws:iam::123456789012:mfa/user-{i}\n"
                   f"# the keys of user {i}, who has had them since the beginning of the project\n"
                   f"region = eu-west-1\n\n" for i in range(count))


class Server:
    """Runs server.c in a separate process. It ends when it is stopped, or when its starter ends.
    Forked children of the starter must end, too: they hold its standard input open."""

    def __init__(self, scene, address="127.0.0.1", idle=0, delay_ms=0):
        self.process = subprocess.Popen(
            [SERVER, scene.certificate, scene.key, address, str(idle), str(delay_ms)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()
        if not self.port:
            raise RuntimeError(f"{SERVER} does not start")
        # Not "localhost": a bare chroot has no /etc/hosts that would know it.
        self.url = f"https://{address}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class BenchHome(Home):
    def __init__(self, scene, name, url, ca):
        super().__init__(path=scene.directory / name)
        # what every login has: without a name in it the tool must ask NSS
        self.env |= {"USER": "bench", "LOGNAME": "bench"}
        self.config.write_text(config(url, ca) + "region = us-east-1\n")
        self.write(LONG_TERM)

    def write(self, text):
        write(self.credentials, text)


class Scene:
    """with Scene() as scene: all of it lies in one folder of build/, which goes with it."""

    def __enter__(self):
        self.directory = temporary(prefix="bench-")
        self.ca, self.certificate, self.key = certificates.make(self.directory / "tls", "far")
        self.server = Server(self)
        self.url = self.server.url
        self.homes = 0
        return self

    def __exit__(self, *_):
        self.server.__exit__()
        shutil.rmtree(self.directory)

    def home(self, url=None, ca=None):
        self.homes += 1
        return BenchHome(self, f"home{self.homes}", url or self.url, ca or self.ca)

    def system_trust(self):
        """Copies of the system's bundle and of its folder of hash links, with our CA added to both.

        -> (bundle, folder), or None if the system lacks one
        """
        system = Path("/etc/ssl/certs")
        links = [p for p in system.glob("????????.?") if p.exists()]
        if not (system / "ca-certificates.crt").exists() or not links:
            return None
        bundle, folder = self.directory / "bundle.crt", self.directory / "hashed"
        bundle.write_bytes((system / "ca-certificates.crt").read_bytes() + self.ca.read_bytes())
        folder.mkdir()
        for link in links:
            shutil.copyfile(link, folder / link.name)
        name = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", self.ca],
                              capture_output=True, text=True, check=True).stdout.strip()
        shutil.copyfile(self.ca, folder / f"{name}.0")
        return bundle, folder


# The commands ----------------------------------------------------------------------------

AWS_MFA_VALID = [AWS_MFA, "--profile", "work"]
AWS_MFA_STATUS = [AWS_MFA, "status", "work"]
AWS_MFA_LIST = [AWS_MFA, "list"]
AWS_MFA_EXPORT = [AWS_MFA, "export", "work"]
AWS_MFA_REFRESH = [AWS_MFA, "--profile", "work", "--token", "-"]     # the code on standard input


def curl(url, ca):
    return [CURL, "-q", "-sS", "-o", "/dev/null", "--noproxy", "*", "--cacert", ca,
            "--aws-sigv4", "aws:amz:us-east-1:sts", "--user", f"{KEY}:{SECRET}",
            "-d", f"Action=GetSessionToken&Version=2011-06-15&SerialNumber={DEVICE}"
            f"&TokenCode={CODE}", url]


def aws(url, ca):
    return [AWS, "--profile", "work-long-term", "--region", "us-east-1", "--endpoint-url", url,
            "--ca-bundle", ca, "sts", "get-session-token", "--serial-number", DEVICE,
            "--token-code", CODE]
