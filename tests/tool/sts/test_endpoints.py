"""Where STS and IAM are: compared with botocore's own rule sets for them, and every way to name an
endpoint."""

import socket
import subprocess
import threading
import unittest

import botocore.exceptions
from botocore.loaders import create_loader

from host import ROLE, HostTest
from paths import BUILD

try:
    from botocore.endpoint_provider import EndpointProvider
except ImportError:     # before 1.28
    EndpointProvider = None

LEGACY = ("ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 "
          "eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 "
          "us-west-2").split()


def resolve(cases, service="sts"):
    """cases: (region, url, fips, dual_stack, legacy) -> the lines of the answers."""
    lines = "".join(
        " ".join([region or "-", url or "-", *(["fips"] if fips else []),
                  *(["dual-stack"] if dual else []), *(["legacy"] if legacy else []), service]) + "\n"
        for region, url, fips, dual, legacy in cases)
    return subprocess.run([BUILD / "tests/tool/sts/endpoint-dump"], input=lines, capture_output=True,
                          text=True, timeout=30, check=True).stdout.splitlines()


@unittest.skipUnless(EndpointProvider, "this botocore has no rule sets")
class RuleSet(unittest.TestCase):
    """Debian's botocore knows five of the partitions; the newer three stand in `others`."""

    # Of partitions that had none when Debian's botocore was made.
    DUAL_STACK = {"aws-iso": "api.aws.ic.gov", "aws-iso-b": "api.aws.scloud",
                  "aws-iso-e": "api.cloud-aws.adc-e.uk", "aws-iso-f": "api.aws.hci.ic.gov"}

    @classmethod
    def setUpClass(cls):
        loader = create_loader()
        cls.partitions = loader.load_data("partitions")
        for partition in cls.partitions["partitions"]:
            if not partition["outputs"]["supportsDualStack"]:
                partition["outputs"] |= {"supportsDualStack": True,
                                         "dualStackDnsSuffix": cls.DUAL_STACK[partition["id"]]}
        cls.rule_sets = {service: loader.load_service_model(service, "endpoint-rule-set-1")
                         for service in ("sts", "iam")}
        cls.providers = {service: EndpointProvider(rule_set, cls.partitions)
                         for service, rule_set in cls.rule_sets.items()}

    def expected(self, region, url, fips, dual, legacy, service="sts"):
        parameters = {"Region": region, "UseFIPS": fips, "UseDualStack": dual}
        if service == "sts":
            parameters["UseGlobalEndpoint"] = legacy
        if url:
            parameters["Endpoint"] = url
        try:
            answer = self.providers[service].resolve_endpoint(**parameters)
        except botocore.exceptions.EndpointProviderError:
            return "error"
        schemes = answer.properties.get("authSchemes", [{}])
        return f"{answer.url}/ {schemes[0].get('signingRegion', region)}"

    def test_every_region_in_every_way(self):
        regions = [region for p in self.partitions["partitions"] for region in p["regions"]
                   if not region.endswith("-global")]
        regions += ["us-gov-new-7", "cn-new-2", "us-iso-x-1", "xx-unknown-1", "nonsense"]
        urls = [None, "https://sts.example.com", "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com"]
        flags = [(bool(n & 1), bool(n & 2), bool(n & 4)) for n in range(8)]
        cases = [(region, url, *flag) for region in regions for url in urls for flag in flags]
        answers = resolve(cases)
        self.assertEqual(len(answers), len(cases))
        for case, answer in zip(cases, answers):
            with self.subTest(case):
                answer = "error" if answer.startswith("error") else answer.rsplit(" ", 1)[0]
                self.assertEqual(answer, self.expected(*case))

    def test_iam_in_every_region_in_every_way(self):
        regions = [region for p in self.partitions["partitions"] for region in p["regions"]]
        regions += ["us-gov-new-7", "cn-new-2", "us-iso-x-1", "xx-unknown-1", "nonsense"]
        cases = [(region, url, bool(n & 1), bool(n & 2), False) for region in regions
                 for url in (None, "https://iam.example.com") for n in range(4)
                 if not (url and region.endswith("-global"))]
        rules = str(self.rule_sets["iam"])
        old = "iam.global.api.aws" not in rules
        for case, answer in zip(cases, resolve(cases, "iam")):
            answer, _, partition = answer.rpartition(" ")
            # An older rule set has fewer of the partitions. For FIPS and dual-stack it names hosts
            # that IAM does not have.
            if old and (case[3] or case[2] and partition not in ("aws", "aws-us-gov")) or (
                    partition not in ("-", "aws") and f"'{partition}'" not in rules):
                continue
            with self.subTest(case):
                answer = "error" if answer.startswith("error") else answer
                self.assertEqual(answer, self.expected(*case, "iam"))

    def test_iam_others(self):
        for case, answer in [
                ((None, None, 0, 0, 0), "https://iam.amazonaws.com/ us-east-1 aws"),
                (("eu-west-1", None, 0, 0, 1), "https://iam.amazonaws.com/ us-east-1 aws"),
                ((None, None, 1, 0, 0), "https://iam-fips.amazonaws.com/ us-east-1 aws"),
                (("us-east-2", None, 0, 1, 0), "https://iam.global.api.aws/ us-east-1 aws"),
                (("us-east-2", None, 1, 1, 0), "https://iam-fips.global.api.aws/ us-east-1 aws"),
                (("cn-northwest-1", None, 0, 0, 0),
                 "https://iam.cn-north-1.amazonaws.com.cn/ cn-north-1 aws-cn"),
                (("us-gov-east-1", None, 1, 0, 0),
                 "https://iam.us-gov.amazonaws.com/ us-gov-west-1 aws-us-gov"),
                (("us-isof-east-1", None, 0, 0, 0),
                 "https://iam.us-isof-south-1.csp.hci.ic.gov/ us-isof-south-1 aws-iso-f"),
                (("eusc-de-east-1", None, 0, 0, 0),
                 "https://iam.eusc-de-east-1.amazonaws.eu/ eusc-de-east-1 aws-eusc"),
                (("eu-west-1", "https://iam.example.com/x", 0, 0, 0),
                 "https://iam.example.com/x/ eu-west-1 -")]:
            with self.subTest(case):
                self.assertEqual(resolve([case], "iam"), [answer])

    def test_every_partition_is_botocore_s(self):
        """partitions.json and endpoints.json, as they are installed here."""
        loader = create_loader()
        for partition in loader.load_data("partitions")["partitions"]:
            name, outputs = partition["id"], partition["outputs"]
            region = next(r for r in partition["regions"] if not r.endswith("-global"))
            suffixes = [outputs["dnsSuffix"]]
            if outputs["supportsDualStack"]:
                suffixes.append(outputs["dualStackDnsSuffix"])
            for dual, suffix in enumerate(suffixes):
                with self.subTest(name, dual=dual):
                    self.assertEqual(resolve([(region, None, 0, dual, 0)]),
                                     [f"https://sts.{region}.{suffix}/ {region} {name}"])
            if "implicitGlobalRegion" in outputs and name != "aws":
                self.assertEqual(resolve([(f"{name}-global", None, 0, 0, 0)])[0].split()[1:],
                                 [outputs["implicitGlobalRegion"], name])
        for partition in loader.load_data("endpoints")["partitions"]:
            name = partition["partition"]
            for region in partition["regions"]:
                with self.subTest(name, region=region):
                    self.assertEqual(resolve([(region, None, 0, 0, 0)]), [
                        f"https://sts.{region}.{partition['dnsSuffix']}/ {region} {name}"])

    def test_the_legacy_regions_are_the_rule_set_s(self):
        regions = [region for p in self.partitions["partitions"] for region in p["regions"]
                   if not region.endswith("-global")]
        self.assertEqual(sorted(region for region in regions if self.expected(
            region, None, False, False, True) == "https://sts.amazonaws.com/ us-east-1"),
            sorted(LEGACY))

    def test_others(self):
        for case, answer in [
                ((None, None, 0, 0, 0), "https://sts.amazonaws.com/ us-east-1 aws"),
                (("aws-global", None, 0, 0, 0), "https://sts.amazonaws.com/ us-east-1 aws"),
                ((None, None, 1, 0, 0), "https://sts-fips.us-east-1.amazonaws.com/ us-east-1 aws"),
                ((None, None, 0, 1, 1), "https://sts.us-east-1.api.aws/ us-east-1 aws"),
                (("aws-cn-global", None, 0, 0, 0),
                 "https://sts.cn-northwest-1.amazonaws.com.cn/ cn-northwest-1 aws-cn"),
                (("us-iso-east-1", None, 0, 1, 0),
                 "https://sts.us-iso-east-1.api.aws.ic.gov/ us-iso-east-1 aws-iso"),
                (("us-isob-east-1", None, 1, 1, 0),
                 "https://sts-fips.us-isob-east-1.api.aws.scloud/ us-isob-east-1 aws-iso-b"),
                (("eu-isoe-west-1", None, 0, 1, 0),
                 "https://sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk/ eu-isoe-west-1 aws-iso-e"),
                (("us-isof-south-1", None, 0, 1, 0),
                 "https://sts.us-isof-south-1.api.aws.hci.ic.gov/ us-isof-south-1 aws-iso-f"),
                (("eu-isoe-west-1", None, 1, 0, 0),
                 "https://sts-fips.eu-isoe-west-1.cloud.adc-e.uk/ eu-isoe-west-1 aws-iso-e"),
                (("us-isof-south-1", None, 0, 0, 1),
                 "https://sts.us-isof-south-1.csp.hci.ic.gov/ us-isof-south-1 aws-iso-f"),
                (("eusc-de-east-1", None, 0, 0, 0),
                 "https://sts.eusc-de-east-1.amazonaws.eu/ eusc-de-east-1 aws-eusc"),
                (("eusc-de-east-1", None, 1, 1, 0), "https://sts-fips.eusc-de-east-1.api."
                 "amazonwebservices.eu/ eusc-de-east-1 aws-eusc"),
                (("eu-west-1", "https://sts.example.com/x", 0, 0, 1),
                 "https://sts.example.com/x/ eu-west-1 -")]:
            with self.subTest(case):
                self.assertEqual(resolve([case]), [answer])


class Settings(HostTest):
    """--explain tells what was found where; a name that resolves to nothing which host is asked."""

    def endpoint(self, *args, env=None):
        run = self.aws_mfa("--explain", *args, env=env)
        row = next(line for line in run.stdout.splitlines() if line.startswith("endpoint "))
        return row.split()[1:], run

    def services(self, block, more=""):
        self.config.write_text(f"[profile work]\nservices = own\nendpoint_url = https://general\n"
                               f"{more}[services own]\nec2 =\n  endpoint_url = https://ec2\n{block}")

    def test_the_order_of_the_five_places(self):
        self.services("sts =\n  endpoint_url = https://service\ns3 =\n  endpoint_url = https://s3\n")
        env = {"AWS_ENDPOINT_URL_STS": "https://env-sts", "AWS_ENDPOINT_URL": "https://env"}
        self.assertEqual(self.endpoint("--endpoint-url", "https://option", env=env)[0],
                         ["https://option", "--endpoint-url"])
        self.assertEqual(self.endpoint(env=env)[0], ["https://env-sts", "AWS_ENDPOINT_URL_STS"])
        del env["AWS_ENDPOINT_URL_STS"]
        self.assertEqual(self.endpoint(env=env)[0], ["https://env", "AWS_ENDPOINT_URL"])
        self.assertEqual(self.endpoint()[0],
                         ["https://service", f"{self.config}:8:", "sts", "endpoint_url"])
        self.services("s3 =\n  endpoint_url = https://s3\n")
        self.assertEqual(self.endpoint()[0],
                         ["https://general", f"{self.config}:3:", "endpoint_url"])

    def test_the_order_of_iam_s_places(self):
        def endpoint(*args, env=None):
            run = self.aws_mfa("--explain", *args, env=env)
            return next(line for line in run.stdout.splitlines()
                        if line.startswith("IAM endpoint ")).split()[2:]

        self.services("iam =\n  endpoint_url = https://service\n")
        env = {"AWS_ENDPOINT_URL_IAM": "https://env-iam", "AWS_ENDPOINT_URL": "https://env",
               "AWS_ENDPOINT_URL_STS": "https://env-sts"}
        self.assertEqual(endpoint("--endpoint-url", "https://option", env=env),
                         ["https://option", "--endpoint-url"])
        self.assertEqual(endpoint(env=env), ["https://env-iam", "AWS_ENDPOINT_URL_IAM"])
        del env["AWS_ENDPOINT_URL_IAM"]
        self.assertEqual(endpoint(env=env), ["https://env", "AWS_ENDPOINT_URL"])
        self.assertEqual(endpoint(), ["https://service", f"{self.config}:8:", "iam", "endpoint_url"])
        self.services("sts =\n  endpoint_url = https://sts\n")
        self.assertEqual(endpoint(), ["https://general", f"{self.config}:3:", "endpoint_url"])
        self.services("", "ignore_configured_endpoint_urls = true\n")
        self.assertEqual(endpoint(env={"AWS_ENDPOINT_URL_IAM": "https://env"}), ["-"])
        self.assertEqual(endpoint("--endpoint-url", "https://option")[0], "https://option")

    def test_a_services_section_that_is_missing(self):
        self.config.write_text("[profile work]\nservices = other\n")
        self.refused(self.aws_mfa("--token", "123456"), 13, "[services other]", "profile work")

    def test_a_services_block_that_gives_no_url(self):
        """Blanks behind the '=' led past the line: the rest of the file was the URL."""
        for value in ["   ", "", " \t\r"]:
            self.services(f"sts =\n  endpoint_url ={value}\n[profile other]\nkey = hidden\n")
            row, run = self.endpoint()
            self.assertEqual(row[0], "https://general", repr(value))
            self.assertNotIn("hidden", run.stdout + run.stderr)

    def test_odd_services_blocks(self):
        for block, url in [("sts =\n  endpoint_url=https://a\n  endpoint_url = https://b\n",
                            "https://b"),
                           ("sts = https://inline\n", "https://general"),
                           ("sts =\n  endpoint_urls = https://a\n", "https://general"),
                           ("STS =\n\n  # note\n  endpoint_url =  https://c\n", "https://c")]:
            self.services(block)
            self.assertEqual(self.endpoint()[0][0], url, block)

    def test_ignored_endpoints(self):
        self.services("sts =\n  endpoint_url = https://service\n",
                      "ignore_configured_endpoint_urls = TRUE\n")
        self.assertEqual(self.endpoint(env={"AWS_ENDPOINT_URL_STS": "https://env"})[0], ["-"])
        self.assertEqual(self.endpoint("--endpoint-url", "https://option")[0][0], "https://option")
        off = {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}
        self.assertEqual(self.endpoint(env=off)[0][0], "https://service")

    def test_which_host_is_asked(self):
        self.config.write_text("")
        for env, host in [({}, "sts.amazonaws.com"),
                          ({"AWS_REGION": "eu-west-3"}, "sts.eu-west-3.amazonaws.com"),
                          ({"AWS_REGION": "eu-west-3", "AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
                           "sts.amazonaws.com"),
                          ({"AWS_REGION": "eu-south-1", "AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
                           "sts.eu-south-1.amazonaws.com"),
                          ({"AWS_REGION": "eu-west-3", "AWS_USE_FIPS_ENDPOINT": "true"},
                           "sts-fips.eu-west-3.amazonaws.com"),
                          ({"AWS_REGION": "eu-west-3", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
                           "sts.eu-west-3.api.aws")]:
            # A proxy that lets nobody out: no name is looked up and nothing leaves this machine.
            run = self.aws_mfa("--token", "123456", env={**env, "HTTPS_PROXY": self.closed_proxy()})
            self.refused(run, 14, f"does not connect to {host} (HTTP 403)")

    def closed_proxy(self):
        """The URL of a proxy that refuses the next CONNECT."""
        listener = socket.create_server(("127.0.0.1", 0))

        def refuse():
            with listener, listener.accept()[0] as client:
                while b"\r\n\r\n" not in (got := client.recv(4096, socket.MSG_PEEK)) and got:
                    pass
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)
        return "http://127.0.0.1:%d" % listener.getsockname()[1]

    def test_bad_values(self):
        for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
                     "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]:
            self.refused(self.aws_mfa(env={name: "1"}), 2, name, "expected true or false")
        self.refused(self.aws_mfa(env={"AWS_STS_REGIONAL_ENDPOINTS": "global"}), 2,
                     "expected regional or legacy")
        self.refused(self.aws_mfa(env={"AWS_USE_FIPS_ENDPOINT": "true"}), 13,
                     f"AWS_USE_FIPS_ENDPOINT and {self.config}:2: endpoint_url cannot be used together")
        self.config.write_text("[profile work]\nuse_dualstack_endpoint = true\n")
        self.refused(self.aws_mfa("--endpoint-url", "https://x"), 13,
                     f"{self.config}:2: use_dualstack_endpoint and --endpoint-url cannot be used together")

    def test_another_partition(self):
        self.config.write_text("[profile work]\nregion = cn-north-1\n")
        self.refused(self.aws_mfa("--token", "123456"), 13, "is in partition aws, but "
                     "sts.cn-north-1.amazonaws.com.cn is in partition aws-cn")
        self.config.write_text("[profile work]\nregion = us-east-1\n")
        self.refused(self.aws_mfa("--token", "123456", "--assume-role",
                                  ROLE.replace("arn:aws:", "arn:aws-us-gov:")), 13,
                     "the role", "is in partition aws-us-gov")


if __name__ == "__main__":
    unittest.main()
