"""A private CA and server certificates, good and bad ones, made with the openssl program."""

import fcntl
import os
import subprocess
from pathlib import Path

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
OUR_NAMES = "DNS:localhost,DNS:sts.test,IP:127.0.0.1,IP:::1"

# kind: (names, days, issuer)
KINDS = {"good": (OUR_NAMES, 3650, "ca"),
         "far": (OUR_NAMES + ",IP:192.0.2.1", 3650, "ca"),
         "expired": (OUR_NAMES, -1, "ca"),
         "other-host": ("DNS:sts.example.org", 3650, "ca"),
         "self-signed": (OUR_NAMES, 3650, None),
         # sent without its issuer's certificate
         "incomplete-chain": (OUR_NAMES, 3650, "intermediate")}


def make(directory, kind="good"):
    """Returns the paths (CA certificate, server certificate, its key). Makes missing files."""
    directory = Path(directory).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (directory / "req.conf").write_text("[req]\ndistinguished_name = name\n[name]\n")
        _make_ca(directory)
        names, days, issuer = KINDS[kind]
        if issuer == "intermediate":
            _issue(directory, "intermediate", "sandbox intermediate CA", "ca", 3650,
                   "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        name = "server" if kind == "good" else f"server-{kind}"
        _issue(directory, name, "localhost", issuer, days,
               "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
               f"extendedKeyUsage=serverAuth\nsubjectAltName={names}\n")
    return directory / "ca.pem", directory / f"{name}.pem", directory / f"{name}.key"


def _make_ca(directory):
    if (directory / "ca.pem").exists():
        return
    _openssl(directory, "req", "-x509", *EC, "-days", "3650", "-subj", "/CN=sandbox CA",
             "-config", "req.conf", "-keyout", "ca.key", "-out", "ca.pem.new",
             "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "subjectKeyIdentifier=hash",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    os.replace(directory / "ca.pem.new", directory / "ca.pem")


def _issue(directory, name, subject, issuer, days, extensions):
    """Makes NAME.pem and NAME.key, signed by issuer or, if issuer is None, self-signed."""
    if (directory / f"{name}.pem").exists():
        return
    signer = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"] if issuer \
        else ["-signkey", f"{name}.key"]
    extensions += "subjectKeyIdentifier=hash\n"
    if issuer:
        extensions += "authorityKeyIdentifier=keyid\n"
    (directory / f"{name}.ext").write_text(extensions)
    _openssl(directory, "req", "-new", *EC, "-subj", f"/CN={subject}", "-config", "req.conf",
             "-keyout", f"{name}.key", "-out", f"{name}.csr")
    _openssl(directory, "x509", "-req", "-in", f"{name}.csr", *signer, *_validity(directory, days),
             "-set_serial", str(int.from_bytes(os.urandom(15), "big")),
             "-extfile", f"{name}.ext", "-out", f"{name}.pem.new")
    for rest in ("csr", "ext"):
        (directory / f"{name}.{rest}").unlink()
    os.replace(directory / f"{name}.pem.new", directory / f"{name}.pem")


def _validity(directory, days):
    """Newer OpenSSL refuses a certificate that ends before it begins. Older cannot set the
    dates."""
    if days < 0 and "-not_before" in _openssl(directory, "x509", "-help"):
        return ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
    return ["-days", str(days)]


def _openssl(directory, *args):
    done = subprocess.run(["openssl", *args], cwd=directory, text=True, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(args)}: {done.stderr.strip()}")
    return done.stdout + done.stderr
