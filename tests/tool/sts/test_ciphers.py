"""aws-mfa-sts starts OpenSSL without its table of ciphers: each of them works all the same."""

import ssl
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ststest import StsTest  # noqa: E402


class Ciphers(StsTest):
    def test_all_that_a_server_may_choose(self):
        offered = [c["name"] for c in ssl.create_default_context().get_ciphers()]
        # The certificates of the double are ECDSA's.
        ciphers = [name for name in offered if "ECDSA" in name]
        self.assertGreater(len(ciphers), 3)
        self.box.tls_context.maximum_version = ssl.TLSVersion.TLSv1_2
        for name in ciphers:
            with self.subTest(name):
                self.box.tls_context.set_ciphers(name)
                self.ready()


if __name__ == "__main__":
    unittest.main()
