#include "warmup.h"

#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define NOW 1714564800
#define ERROR(code, message)                                                                       \
	"<ErrorResponse><Error><Code>" code "</Code><Message>" message                             \
	"</Message></Error></ErrorResponse>"
#define MISMATCH                                                                                   \
	ERROR("SignatureDoesNotMatch", "The request signature we calculated does not match")
#define EXPIRED ERROR("SignatureDoesNotMatch", "Signature expired: now earlier than")

static const struct aws_error_names names = {.host = "sts.example.com"};

static struct reply reply(long status, const char *body, time_t off)
{
	return (struct reply){
		.status = status, .body = body, .len = strlen(body), .date = NOW + off};
}

/* off and skew: see the columns; -1 for a date: none came. */
static void signed_answers(void **state)
{
	static const struct {
		long http;
		const char *body;
		time_t off, skew, skew_after;
		enum warmup_judgement judgement;
		enum status status;
	} cases[] = {
		{200, "<R/>", 0, 0, 0, WARMUP_READY, 0},
		{200, "<R/>", 7200, 0, 0, WARMUP_READY, 0}, /* our own time was taken */
		{403, ERROR("AccessDenied", "x"), 0, 0, 0, WARMUP_READY, 0},
		{400, ERROR("Throttling", "x"), 0, 0, 0, WARMUP_READY, 0},
		{405, "<Error/>", 0, 0, 0, WARMUP_READY, 0},
		{403, MISMATCH, 0, 0, 0, WARMUP_FAILED, STATUS_CONFIG},
		{403, MISMATCH, 240, 0, 0, WARMUP_FAILED, STATUS_CONFIG},
		{403, MISMATCH, 241, 0, 241, WARMUP_RESIGN, 0},
		{403, MISMATCH, -241, 0, -241, WARMUP_RESIGN, 0},
		{403, MISMATCH, 7200, 7200, 7200, WARMUP_FAILED, STATUS_CONFIG},
		{403, EXPIRED, 100, 0, 100, WARMUP_RESIGN, 0},
		{403, EXPIRED, 0, 0, 0, WARMUP_FAILED, STATUS_CONFIG},
		{403, EXPIRED, 86401, 0, 0, WARMUP_FAILED, STATUS_CONFIG},
		{400, ERROR("RequestExpired", "x"), 3600, 0, 3600, WARMUP_RESIGN, 0},
		{403, ERROR("InvalidClientTokenId", "x"), 7200, 0, 0, WARMUP_FAILED, STATUS_CONFIG},
		{500, "<R/>", 0, 0, 0, WARMUP_FAILED, STATUS_UNAVAILABLE},
		{302, "<R/>", 0, 0, 0, WARMUP_FAILED, STATUS_UNAVAILABLE},
		{200, "<html/>", 0, 0, 0, WARMUP_FAILED, STATUS_UNAVAILABLE},
		{200, "", 0, 0, 0, WARMUP_FAILED, STATUS_UNAVAILABLE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reply r = reply(cases[i].http, cases[i].body, cases[i].off);
		time_t skew = cases[i].skew;
		struct identity id;
		struct error e = {0};

		if (warmup_judge_signed(&r, NOW, &skew, &names, &id, &e) != cases[i].judgement ||
			(cases[i].judgement == WARMUP_FAILED && e.status != cases[i].status))
			fail_msg("%zu: %d %s", i, e.status, e.text);
		assert_int_equal(skew, cases[i].skew_after);
	}
}

static void without_date(void **state)
{
	struct reply r = reply(403, EXPIRED, 0);
	struct identity id;
	struct error e;
	time_t skew = 0;

	(void)state;
	r.date = -1;
	assert_int_equal(warmup_judge_signed(&r, NOW, &skew, &names, &id, &e), WARMUP_FAILED);
	assert_int_equal(e.status, STATUS_CONFIG);
	r = reply(200, "", 0);
	r.date = -1;
	assert_int_equal(warmup_judge_unsigned(&r, NOW, &skew, &names, &e), WARMUP_READY);
	assert_int_equal(skew, 0);
}

static void unsigned_answers(void **state)
{
	static const struct {
		long http;
		time_t off, skew_after;
		enum warmup_judgement judgement;
	} cases[] = {
		{302, 0, 0, WARMUP_READY},
		{200, 240, 0, WARMUP_READY},
		{404, 241, 241, WARMUP_READY},
		{403, -7200, -7200, WARMUP_READY},
		{501, 0, 0, WARMUP_READY},
		{302, 86401, 0, WARMUP_FAILED},
		{503, 0, 0, WARMUP_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reply r = reply(cases[i].http, "", cases[i].off);
		time_t skew = 0;
		struct error e;

		assert_int_equal(
			warmup_judge_unsigned(&r, NOW, &skew, &names, &e), cases[i].judgement);
		assert_int_equal(skew, cases[i].skew_after);
	}
}

static void identities(void **state)
{
	static const struct {
		const char *account, *arn;
		bool told;
	} cases[] = {
		{"123456789012", "arn:aws:iam::123456789012:user/me", true},
		{"", "arn:aws:iam::123456789012:user/me", false},
		{"1 2", "arn", false},
		{"123456789012", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char body[256];
		struct reply r;
		struct identity id;
		struct error e;
		time_t skew = 0;

		snprintf(body, sizeof(body),
			"<R><GetCallerIdentityResult><Account>%s</Account><Arn>%s</Arn></GetCallerIdentityResult></R>",
			cases[i].account, cases[i].arn);
		r = reply(200, body, 0);
		assert_int_equal(
			warmup_judge_signed(&r, NOW, &skew, &names, &id, &e), WARMUP_READY);
		assert_string_equal(id.account, cases[i].told ? cases[i].account : "");
		assert_string_equal(id.arn, cases[i].told ? cases[i].arn : "");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_answers),
		cmocka_unit_test(without_date),
		cmocka_unit_test(unsigned_answers),
		cmocka_unit_test(identities),
	};

	return cmocka_run_group_tests_name("warmup", tests, NULL, NULL);
}
