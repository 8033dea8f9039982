"""The cost of writing a session."""

import resource

from tool.credentials.storing import StoreTest


class Cost(StoreTest):
    def cpu(self, profiles):
        body = "".join(
            f"[profile{i}-long-term]\n# of team {i}\naws_access_key_id = AKIAEXAMPLE{i:09}\n"
            f"aws_secret_access_key = {i:040}\naws_mfa_device = arn:aws:iam::{i:012}:mfa/name\n"
            f"region = eu-west-1\n\n[profile{i}]\noutput = json\naws_session_token = {i:080}\n\n"
            for i in range(profiles // 2))
        self.write(body.encode())
        self.store(f"profile{profiles // 4}")
        spent = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.store(f"profile{profiles // 4}")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return len(body), min(spent)

    def test_names_that_differ_in_case_alone(self):
        """They cost no more than other names. Sections differ by case. So do keys, in characters
        other than letters."""
        def names(a, b):
            return ["".join((a, b)[i >> bit & 1] for bit in range(15)) for i in range(1 << 15)]
        for what, text in [("sections", "".join(f"[{name}]\n" for name in names("a", "A"))),
                           ("keys", "[a]\n" + "".join(f"{name} =\n" for name in names("@", "`")))]:
            with self.subTest(what):
                self.write(text.encode())
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                self.store()
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0.3)

    def test_ten_thousand_profiles(self):
        cost = {}
        for n in (100, 1000, 10000, 40000):
            size, cost[n] = self.cpu(n)
            print(f"      {n} profiles, {size} bytes: {cost[n] * 1000:.1f} ms of CPU")
        self.assertLess(cost[10000], 0.15)
        # linear: a factor of four, five with the cost of a start; quadratic: 16
        self.assertLess(cost[40000], cost[10000] * 8)
