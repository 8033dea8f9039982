/* The rules of pam_aws_mfa(8), RESULTS, for every combination of inputs. */
#include "verdict.h"

#include <security/pam_modules.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#include <cmocka.h>

/* Numbers from here on are outcomes without a status. */
#define BESIDE 100

/* A helper's result. From BESIDE on: an enum outcome, with a status that nobody may use. */
static struct talk talk_of(int what)
{
	struct talk talk = {.outcome = OUTCOME_RESULT, .status = (enum status)what};

	if (what >= BESIDE) {
		talk.outcome = (enum outcome)(what - BESIDE);
		talk.status = talk.outcome == OUTCOME_RESULT ? STATUS_MALFORMED : STATUS_OK;
	}
	return talk;
}

static struct verdict judge(int what, bool asked, bool code_sent, const struct options *opt)
{
	struct talk talk = talk_of(what);

	talk.asked = asked;
	talk.code_sent = code_sent;
	return verdict_of(&talk, opt);
}

static const struct options plain = {.prompts = 1};

static void after_a_code(void **state)
{
	static const struct {
		int outcome, pam;
	} rows[] = {
		{STATUS_OK, PAM_SUCCESS},
		{STATUS_VALID, PAM_IGNORE},
		{STATUS_NOT_STORED, PAM_SUCCESS},
		{STATUS_WRONG_CODE, PAM_AUTH_ERR},
		{STATUS_NOT_SET_UP, PAM_CRED_INSUFFICIENT},
		{STATUS_CONFIG, PAM_CRED_INSUFFICIENT},
		{STATUS_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL},
		{STATUS_CODE_SPENT, PAM_AUTHINFO_UNAVAIL},
		{STATUS_NO_SESSION, PAM_SYSTEM_ERR},
		{STATUS_USAGE, PAM_SERVICE_ERR},
		{STATUS_SYSTEM, PAM_SYSTEM_ERR},
		{BESIDE + OUTCOME_BROKEN, PAM_SYSTEM_ERR},
		{BESIDE + OUTCOME_MALFORMED, PAM_AUTH_ERR},
		{BESIDE + OUTCOME_UNKNOWN_USER, PAM_USER_UNKNOWN},
		{BESIDE + OUTCOME_NO_ANSWER, PAM_CONV_ERR},
		{BESIDE + OUTCOME_LATER, PAM_INCOMPLETE},
		{-1, PAM_SYSTEM_ERR},
		{5, PAM_SYSTEM_ERR},
		{99, PAM_SYSTEM_ERR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(judge(rows[i].outcome, true, true, &plain).pam, rows[i].pam);
}

/* PAM_SUCCESS and PAM_IGNORE let people in. Only these combinations lead there. */
static void ways_in(void **state)
{
	(void)state;
	for (int outcome = -5; outcome < 120; outcome++)
		for (unsigned bits = 0; bits < 128; bits++) {
			struct options opt = {
				.prompts = bits & 1 ? 3 : 1,
				.always = bits & 2,
				.nullok = bits & 4,
				.failmode_safe = bits & 8,
			};
			struct talk talk = talk_of(outcome);
			bool success, ignore;
			int pam;

			talk.asked = bits & 16;
			talk.code_sent = bits & 32;
			talk.judged = bits & 64;
			pam = verdict_of(&talk, &opt).pam;
			success = talk.code_sent &&
				(outcome == STATUS_OK || outcome == STATUS_NOT_STORED);
			ignore = (outcome == STATUS_VALID && !opt.always) ||
				(outcome == STATUS_NOT_SET_UP && opt.nullok && !talk.asked) ||
				(outcome == STATUS_UNAVAILABLE && opt.failmode_safe &&
					!talk.judged);
			assert_int_equal(pam == PAM_SUCCESS, success);
			assert_int_equal(pam == PAM_IGNORE, ignore);
		}
}

static void what_judges_a_code_needs_one(void **state)
{
	static const int outcomes[] = {
		STATUS_OK, STATUS_NOT_STORED, STATUS_WRONG_CODE, STATUS_CODE_SPENT};

	(void)state;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		assert_int_equal(judge(outcomes[i], true, false, &plain).pam, PAM_SYSTEM_ERR);
		assert_int_equal(judge(outcomes[i], false, false, &plain).pam, PAM_SYSTEM_ERR);
	}
}

static void maxtries_is_for_several_prompts(void **state)
{
	struct options several = {.prompts = 2};

	(void)state;
	assert_int_equal(judge(STATUS_WRONG_CODE, true, true, &several).pam, PAM_MAXTRIES);
	assert_int_equal(
		judge(BESIDE + OUTCOME_MALFORMED, true, false, &several).pam, PAM_MAXTRIES);
	assert_int_equal(judge(STATUS_CODE_SPENT, true, true, &several).pam, PAM_AUTHINFO_UNAVAIL);
}

static void levels(void **state)
{
	struct options safe = {.prompts = 1, .failmode_safe = true};

	(void)state;
	assert_int_equal(judge(STATUS_OK, true, true, &plain).level, LOG_NOTICE);
	assert_int_equal(judge(STATUS_NOT_STORED, true, true, &plain).level, LOG_ERR);
	assert_int_equal(judge(STATUS_UNAVAILABLE, true, true, &plain).level, LOG_NOTICE);
	assert_int_equal(judge(STATUS_UNAVAILABLE, true, true, &safe).level, LOG_WARNING);
	assert_int_equal(judge(BESIDE + OUTCOME_BROKEN, true, true, &plain).level, LOG_ERR);
}

static void answers_have_names(void **state)
{
	(void)state;
	assert_string_equal(verdict_answer(PAM_SUCCESS), "PAM_SUCCESS");
	assert_string_equal(verdict_answer(PAM_IGNORE), "PAM_IGNORE");
	assert_string_equal(verdict_answer(PAM_MAXTRIES), "PAM_MAXTRIES");
	assert_string_equal(verdict_answer(PAM_SYSTEM_ERR), "PAM_SYSTEM_ERR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_code),
		cmocka_unit_test(ways_in),
		cmocka_unit_test(what_judges_a_code_needs_one),
		cmocka_unit_test(maxtries_is_for_several_prompts),
		cmocka_unit_test(levels),
		cmocka_unit_test(answers_have_names),
	};

	return cmocka_run_group_tests_name("pam/verdict", tests, NULL, NULL);
}
