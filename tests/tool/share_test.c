/* Which profiles may share a session. */
#include "share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char key[] = "AKIAEXAMPLE000000001", other_key[] = "AKIAEXAMPLE000000002";

static struct settings profile(const char *region, const char *url)
{
	struct settings s = {.access_key_id = key};

	s.value[SETTING_DEVICE] = "GAHT12345678";
	s.value[SETTING_REGION] = region;
	s.value[SETTING_ENDPOINT_URL] = url;
	return s;
}

static void places(void **state)
{
	static const char url[] = "https://sts.example", other_url[] = "https://sts2.example";
	static const struct {
		const char *region, *url, *other_region, *other_url;
		bool possible;
	} cases[] = {
		{NULL, NULL, NULL, NULL, true},
		{"us-east-1", NULL, "eu-west-1", NULL, true},
		{"us-east-1", NULL, NULL, NULL, true},
		{"cn-north-1", NULL, "cn-northwest-1", NULL, true},
		{"aws-cn-global", NULL, "cn-north-1", NULL, true},
		{"us-east-1", NULL, "cn-north-1", NULL, false},
		{NULL, NULL, "us-gov-west-1", NULL, false},
		{"us-gov-west-1", NULL, "us-iso-east-1", NULL, false},
		{"us-east-1", url, "cn-north-1", url, true},
		{"us-east-1", url, "us-east-1", other_url, false},
		{"us-east-1", url, "us-east-1", NULL, false},
		{"us-east-1", NULL, "us-east-1", url, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings from = profile(cases[i].region, cases[i].url);
		struct settings to = profile(cases[i].other_region, cases[i].other_url);

		assert_int_equal(share_is_possible(&from, &to), cases[i].possible);
	}
}

static void owners(void **state)
{
	struct settings from = profile(NULL, NULL), to = from;

	(void)state;
	to.access_key_id = other_key;
	assert_false(share_is_possible(&from, &to));
	to = from;
	to.value[SETTING_DEVICE] = "GAHT12345679";
	assert_false(share_is_possible(&from, &to));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(owners),
	};

	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
