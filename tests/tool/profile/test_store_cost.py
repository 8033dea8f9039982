"""What writing a session costs."""

import resource

from tool.profile.storing import StoreTest


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

    def test_ten_thousand_profiles(self):
        cost = {}
        for n in (100, 1000, 10000, 40000):
            size, cost[n] = self.cpu(n)
            print(f"      {n} profiles, {size} bytes: {cost[n] * 1000:.1f} ms of CPU")
        self.assertLess(cost[10000], 0.15)
        # four times the profiles; five, with what a start costs, would be linear, 16 is the square
        self.assertLess(cost[40000], cost[10000] * 8)
