#include "aws_error.h"
#include "quote.h"

#include "error.h"
#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const struct aws_error_names names = {.host = "sts.example.com",
	.region = "eu-west-1",
	.access_key_id = "AKIAX",
	.serial = "arn:aws:iam::1:mfa/me",
	.role_arn = "arn:aws:iam::1:role/R",
	.next_code = "in 12 s"};

#define MFA "MultiFactorAuthentication failed"
#define EXPIRED                                                                                    \
	"Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z "                \
	"(20220127T015928Z - 15 min.)"

static const struct {
	const char *code, *message;
	long http;
	enum status status;
	bool key_refused;
	const char *part;
} cases[] = {
	{"AccessDenied", MFA " with invalid MFA one time pass code. ", 403, STATUS_WRONG_CODE,
		false, "; the next one comes in 12 s"},
	{"AccessDenied",
		MFA
		", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
		403, STATUS_CONFIG, false, ".../mfa/NAME and not .../user/NAME"},
	{"AccessDenied", MFA ", must provide both MFA serial number and one time pass code.", 403,
		STATUS_CONFIG, false, "aws_mfa_device"},
	{"AccessDenied", MFA ", must provide MFA serial number and one time pass code.", 403,
		STATUS_CONFIG, false, "aws_mfa_device"},
	{"AccessDenied", MFA " for a new reason", 403, STATUS_CONFIG, false, "a new reason"},
	{"AccessDenied",
		"User: arn:aws:iam::1:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/R",
		403, STATUS_CONFIG, false, "may not assume arn:aws:iam::1:role/R"},
	{"AccessDenied", "Cannot call GetSessionToken with session credentials", 403, STATUS_CONFIG,
		false, "AKIA"},
	{"AccessDenied", "explicit deny", 403, STATUS_CONFIG, false, "policy"},
	{"InvalidClientTokenId", "The security token included in the request is invalid.", 403,
		STATUS_CONFIG, true, "another partition"},
	{"SignatureDoesNotMatch", "The request signature we calculated does not match", 403,
		STATUS_CONFIG, true, "aws_secret_access_key"},
	{"SignatureDoesNotMatch", EXPIRED, 403, STATUS_CONFIG, true, "clock"},
	{"SignatureDoesNotMatch", "Credential should be scoped to a valid region. ", 403,
		STATUS_CONFIG, true, "eu-west-1"},
	{"RequestExpired", "Request has expired.", 400, STATUS_CONFIG, true, "clock"},
	{"RegionDisabledException", "STS is not activated in this region for account:1.", 403,
		STATUS_CONFIG, true, "not enabled for this account in eu-west-1"},
	{"ValidationError",
		"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		400, STATUS_CONFIG, false, "--duration"},
	{"ValidationError",
		"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
		"chaining.",
		400, STATUS_CONFIG, false, "--duration"},
	{"ValidationError", "1 validation error detected", 400, STATUS_CONFIG, false,
		"1 validation error detected"},
	{"Throttling", "Rate exceeded", 400, STATUS_CODE_SPENT, false, "may be used up"},
	{"RequestTimeout", "", 400, STATUS_CODE_SPENT, false, "may be used up"},
	{"RequestTimeoutException", "", 400, STATUS_CODE_SPENT, false, "may be used up"},
	{"Unheard", "of", 408, STATUS_CODE_SPENT, false, "may be used up"},
	{"AccessDenied", "explicit deny", 408, STATUS_CODE_SPENT, false, "may be used up"},
	{"Unheard", "of", 429, STATUS_CODE_SPENT, false, "may be used up"},
	{"ServiceUnavailable", "", 503, STATUS_CODE_SPENT, false, "may be used up"},
	{"AccessDenied", MFA " with invalid MFA one time pass code. ", 500, STATUS_CODE_SPENT,
		false, "may be used up"},
	{"Unheard", "of", 400, STATUS_CONFIG, false, "Unheard: of"},
	{NULL, NULL, 403, STATUS_CONFIG, false, "refuses"},
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char code[64], message[256], id[] = "4f3e";
		struct answer a = {.is_error = true, .request_id = id};
		struct error e;

		if (cases[i].code) {
			snprintf(code, sizeof(code), "%s", cases[i].code);
			snprintf(message, sizeof(message), "%s", cases[i].message);
			a.error_code = code;
			a.error_message = message;
		}
		if (aws_error_explain(&a, cases[i].http, &names, &e) != cases[i].status ||
			!strstr(e.text, cases[i].part))
			fail_msg("%s: %d %s", cases[i].code, e.status, e.text);
		assert_int_equal(e.status, cases[i].status);
		assert_non_null(strstr(e.text, "(RequestId 4f3e)"));
		assert_null(strpbrk(e.text, "{}\n"));
		assert_int_equal(aws_error_key_refused(&a, &names, &e), cases[i].key_refused);
		assert_null(strstr(e.text, "deactivated"));
	}
}

static void clock_faults(void **state)
{
	char code[] = "SignatureDoesNotMatch", expired[] = EXPIRED, other[] = "other";
	char early[] = "Signature not yet current: 1 is still later than 2 (3 + 5 min.)";
	struct answer a = {.is_error = true, .error_code = code};

	(void)state;
	assert_true(aws_error_may_be_clock(&a));
	assert_false(aws_error_blames_clock(&a));
	a.error_message = expired;
	assert_true(aws_error_blames_clock(&a));
	a.error_message = early;
	assert_true(aws_error_blames_clock(&a));
	a.error_code = a.error_message = other;
	assert_false(aws_error_may_be_clock(&a));
}

/* Terminals show texts of AWS, or of a server that answers in its place. */
static void quoting(void **state)
{
	char code[] = "X\x1b[2J", message[2000];
	struct answer a = {.is_error = true, .error_code = code, .error_message = message};
	struct error e;
	char small[4];

	(void)state;
	memset(message, 'm', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	memcpy(message, " a \n\n b\xe2\x80\xae {serial}", 19);
	aws_error_explain(&a, 400, &names, &e);
	assert_non_null(strstr(e.text, "X?[2J: a b??? {serial}"));
	assert_true(strlen(e.text) < 500);
	quote(small, sizeof(small), "abcdef");
	assert_string_equal(small, "ab");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(clock_faults),
		cmocka_unit_test(quoting),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
