#include "endpoint.h"

#include "loopback.h"
#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static int resolve(const char *region, const char *url, struct endpoint *ep, struct error *e)
{
	const struct endpoint_choice want = {.region = region, .url = url};

	return endpoint_resolve(&want, ep, e);
}

static void regions(void **state)
{
	static const struct {
		const char *region, *url, *signing, *partition;
	} cases[] = {
		{NULL, "https://sts.amazonaws.com/", "us-east-1", "aws"},
		{"aws-global", "https://sts.amazonaws.com/", "us-east-1", "aws"},
		{"us-east-1", "https://sts.us-east-1.amazonaws.com/", "us-east-1", "aws"},
		{"mx-central-1", "https://sts.mx-central-1.amazonaws.com/", "mx-central-1", "aws"},
		{"cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1", "aws-cn"},
		{"us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1",
			"aws-us-gov"},
		{"us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1",
			"aws-iso"},
		{"us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov/", "us-isob-east-1",
			"aws-iso-b"},
		{"eu-isoe-west-1", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/", "eu-isoe-west-1",
			"aws-iso-e"},
		{"us-isof-south-1", "https://sts.us-isof-south-1.csp.hci.ic.gov/",
			"us-isof-south-1", "aws-iso-f"},
		{"eusc-de-east-1", "https://sts.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1",
			"aws-eusc"},
		{"cn-nonsense", "https://sts.cn-nonsense.amazonaws.com/", "cn-nonsense", "aws"},
		{"xx-new-9", "https://sts.xx-new-9.amazonaws.com/", "xx-new-9", "aws"},
	};
	struct endpoint ep;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(resolve(cases[i].region, NULL, &ep, &e), 0);
		assert_string_equal(ep.url, cases[i].url);
		assert_string_equal(ep.region, cases[i].signing);
		assert_string_equal(ep.partition, cases[i].partition);
		assert_string_equal(ep.path, "/");
		assert_false(ep.loopback_only);
	}
}

static void no_regions(void **state)
{
	static const char *const names[] = {"", "x/..", "evil.com#", "a.b", "-a", "a-", "a b",
		"\xc3\xa4", "a123456789012345678901234567890123456789012345678901234567890123"};
	struct endpoint ep;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(resolve(names[i], NULL, &ep, &e), STATUS_CONFIG);
}

static void urls(void **state)
{
	static const struct {
		const char *url, *host, *path;
		bool loopback;
	} cases[] = {
		{"https://sts.example.com", "sts.example.com", "/", false},
		{"https://sts.example.com:443/", "sts.example.com", "/", false},
		{"https://sts.example.com:8443", "sts.example.com:8443", "/", false},
		{"https://[2001:db8::1]:8443/", "[2001:db8::1]:8443", "/", false},
		{"https://sts.example.com/a/b", "sts.example.com", "/a/b/", false},
		{"http://localhost:4566", "localhost:4566", "/", true},
		{"http://127.0.0.1/", "127.0.0.1", "/", true},
		{"http://127.8.9.10:80/", "127.8.9.10", "/", true},
		{"http://[::1]:1/", "[::1]:1", "/", true},
	};
	struct endpoint ep;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(resolve("eu-west-1", cases[i].url, &ep, &e), 0);
		assert_string_equal(ep.host, cases[i].host);
		assert_string_equal(ep.path, cases[i].path);
		assert_int_equal(ep.loopback_only, cases[i].loopback);
		assert_string_equal(ep.region, "eu-west-1");
		assert_null(ep.partition);
	}
	assert_int_equal(resolve(NULL, cases[0].url, &ep, &e), 0);
	assert_string_equal(ep.region, "us-east-1");
}

static void no_urls(void **state)
{
	static const char *const names[] = {"", "sts.example.com", "ftp://a/",
		"http://sts.example.com", "http://10.0.0.1/", "http://localhost.example.com/",
		"http://127.0.0.1.example.com/", "http://[::2]/", "https://user@a/",
		"https://user:pw@a/", "https://a/?q", "https://a/#f", "https://a/%2e%2e/",
		"https://%61/", "https://a//b", "https://a/b c", "https://", "https://a%b/",
		"https://a:99999/", "https://b\xc3\xbc.example/", "http://[fe80::1%25lo]/",
		"file:///etc/passwd", "https://a\n"};
	struct endpoint ep;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (resolve(NULL, names[i], &ep, &e) != STATUS_CONFIG)
			fail_msg("accepted: %s", names[i]);
		assert_null(strstr(e.text, "pw"));
	}
}

static void arns(void **state)
{
	struct endpoint ep;
	struct error e;

	(void)state;
	assert_int_equal(resolve(NULL, NULL, &ep, &e), 0);
	assert_int_equal(endpoint_check_arn(&ep, "it", "arn:aws:iam::123456789012:mfa/a", &e), 0);
	assert_int_equal(endpoint_check_arn(&ep, "it", "GAHT12345678", &e), 0);
	assert_int_equal(
		endpoint_check_arn(&ep, "it", "arn:aws-cn:iam::1:mfa/a", &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, "cn-northwest-1"));
	assert_int_equal(endpoint_check_arn(&ep, "it", "arn:", &e), STATUS_CONFIG);
	assert_int_equal(endpoint_check_arn(&ep, "it", "arn:aw:", &e), STATUS_CONFIG);
	assert_int_equal(resolve("us-gov-west-1", NULL, &ep, &e), 0);
	assert_int_equal(endpoint_check_arn(&ep, "it", "arn:aws:iam::1:mfa/a", &e), STATUS_CONFIG);
	assert_int_equal(endpoint_check_arn(&ep, "it", "arn:aws-us-gov:iam::1:mfa/a", &e), 0);
	assert_int_equal(resolve(NULL, "https://a", &ep, &e), 0);
	assert_int_equal(endpoint_check_arn(&ep, "it", "arn:aws-cn:iam::1:mfa/a", &e), 0);
}

static void loopback(void **state)
{
	(void)state;
	assert_true(loopback_is_host("localhost"));
	assert_true(loopback_is_host("127.255.0.1"));
	assert_true(loopback_is_host("[::1]"));
	assert_false(loopback_is_host("128.0.0.1"));
	assert_false(loopback_is_host("[::ffff:127.0.0.1]"));
	assert_false(loopback_is_host("[]"));
	assert_false(loopback_is_host(""));
	assert_false(loopback_is_host("LOCALHOST.example.com"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(regions),
		cmocka_unit_test(no_regions),
		cmocka_unit_test(urls),
		cmocka_unit_test(no_urls),
		cmocka_unit_test(arns),
		cmocka_unit_test(loopback),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
