"""Logins: what the module adds to one."""

from bench.measure import figure, in_turn, run
from bench.namespaces import Skipped
from bench.scene import AWS_MFA_REFRESH, CODE, LONG_TERM, SESSION
from bench.stacks import RECOMMENDED, Logins, google_login, has, login
from bench.table import AtMost, Group, Under


def logins(bench):
    home = bench.scene.home()
    inside = Logins(bench.scene, [home]).inside
    home.write(LONG_TERM + SESSION)
    google = has("pam_google_authenticator")
    sides = {"ours": lambda: login("ours"), "permit": lambda: login("permit"),
             "exec": lambda: login("exec"), "floor": lambda: login("floor")}
    if google:
        sides["google"] = lambda: google_login(home, RECOMMENDED)
        sides["careless"] = lambda: google_login(home, "")
    costs = inside(lambda: in_turn(bench.rounds(60), **sides))
    over = {name: figure(costs[name], "wall", over=costs["permit"]) for name in sides}
    yield "valid", dict(ours=over["ours"], peer=over["exec"], peer_name="pam_exec of /bin/true")
    yield "floor", dict(ours=over["ours"], peer=over["floor"],
                        peer_name="NSS, fork, /bin/true", remark="what every module pays that runs "
                        "a program as the user")

    def ask():
        home.write(LONG_TERM)
        return login("ours", CODE + "\n")

    def refresh():
        home.write(LONG_TERM)
        return run(AWS_MFA_REFRESH, home.env, CODE + "\n")
    asked = inside(lambda: in_turn(bench.rounds(30), ours=ask, permit=lambda: login("permit"),
                                   refresh=refresh))
    yield "asked", dict(ours=figure(asked["ours"], over=asked["permit"]),
                        peer=figure(asked["refresh"]), peer_name="aws-mfa")
    if not google:
        raise Skipped("libpam-google-authenticator is not installed")
    yield "google", dict(ours=over["ours"], peer=over["google"],
                         peer_name="pam_google_authenticator",
                         remark="it is set up as it recommends, DISALLOW_REUSE and RATE_LIMIT; "
                                "without these it writes no file and adds "
                                f"{over['careless'].median:.2f} ms, less than the start of any "
                                "process on top of NSS")


LOGINS = Group("pam", {
    "valid": ("PAM auth, session valid, wall over pam_permit", Under(2)),
    "floor": ("PAM auth, session valid, wall over pam_permit", AtMost(1.3)),
    "google": ("PAM auth, session valid, wall over pam_permit", AtMost(1)),
    "asked": ("PAM auth, code asked, CPU over pam_permit", AtMost(1.5))}, logins)
