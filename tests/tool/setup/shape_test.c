/* Each kind of text at each question. A message never quotes the text. */
#include "setup/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define DEVICE "arn:aws:iam::123456789012:mfa/alice"

static const struct {
	const char *text;
	/* What the message must say at each question; NULL: the text is good. */
	const char *at_key_id, *at_secret, *at_device;
	bool good_elsewhere; /* as key id of another vendor */
} cases[] = {
	{KEY_ID, NULL, "looks like an access key ID", "looks like an access key ID", true},
	{SECRET, "looks like the secret", NULL, "looks like the secret", false},
	{DEVICE, "looks like an MFA device", "looks like an MFA device", NULL, false},
	{"123456", "looks like an MFA code", "looks like an MFA code", "looks like an MFA code",
		false},
	{"ASIAIOSFODNN7EXAMPLE", "key of a session", "looks like an access key ID",
		"looks like an access key ID", false},
	{"GAHT12345678", "no access key ID", "no secret access key", NULL, true},
	{"AKIA", "no access key ID", "no secret access key", "expected the ARN", false},
	{"AKIAIOSFODNN7EXAMPL", "no access key ID", "no secret access key", NULL, false},
	{"akiaiosfodnn7example", "no access key ID", "no secret access key", NULL, true},
	{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE", "no access key ID", "no secret access key",
		NULL, false},
	{"arn:aws:iam::123456789012:user/alice", "looks like an MFA device",
		"looks like an MFA device", ".../user/NAME", false},
	{"arn:aws:iam::123456789012:u2f/alice", "looks like an MFA device",
		"looks like an MFA device", "passkeys", false},
	{"0555b35654ad1656d804", "no access key ID", "no secret access key", NULL, true},
	{"", "no access key ID", "no secret access key", "expected the ARN", false},
};

static void check(const char *text, const char *said, const char *expected)
{
	if (!expected) {
		assert_null(said);
		return;
	}
	assert_non_null(said);
	if (!strstr(said, expected))
		fail_msg("%s: %s, not %s", text, said, expected);
	assert_true(strlen(text) < 5 || !strstr(said, text));
	assert_true(strlen(said) <= 78 || !strstr(said, "looks like"));
}

static void at_each_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;

		check(text, shape_key_id(text, false), cases[i].at_key_id);
		check(text, shape_secret(text, false), cases[i].at_secret);
		check(text, shape_device(text), cases[i].at_device);
		assert_int_equal(shape_key_id(text, true) == NULL, cases[i].good_elsewhere);
	}
}

/* Keys of other vendors: of any form, but nothing that looks like something else. */
static void at_other_endpoints(void **state)
{
	(void)state;
	assert_null(shape_secret("b/a", true));
	assert_non_null(shape_secret("b a", true));
	assert_non_null(shape_secret("", true));
	assert_non_null(shape_secret(KEY_ID, true));
	assert_non_null(shape_secret(DEVICE, true));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_each_question),
		cmocka_unit_test(at_other_endpoints),
	};

	return cmocka_run_group_tests_name("setup/shape", tests, NULL, NULL);
}
