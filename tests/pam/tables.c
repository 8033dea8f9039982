/*
 * Prints the module's tables, so that test_cases.py can compare them with the man page and the
 * cases:
 *
 * 	option NAME		in the order of its table
 * 	status NUMBER		a helper's possible answer
 * 	verdict NAME		its name in the log
 * 	sentence TEXT		a message to the person
 */
#include "options.c" /* NOLINT(bugprone-suspicious-include): its table is its own */
#include "verdict.h"

#include <stdio.h>

/* If a status is missing here, the build fails. */
#pragma GCC diagnostic error "-Wswitch"

static bool is_status(enum status number)
{
	switch (number) {
	case STATUS_OK:
	case STATUS_NO_SESSION:
	case STATUS_USAGE:
	case STATUS_VALID:
	case STATUS_SYSTEM:
	case STATUS_NOT_STORED:
	case STATUS_WRONG_CODE:
	case STATUS_NOT_SET_UP:
	case STATUS_CONFIG:
	case STATUS_UNAVAILABLE:
	case STATUS_CODE_SPENT:
		return true;
	case STATUS_MALFORMED:
	case STATUS_NOT_RUN:
	case STATUS_NOT_EXECUTABLE:
	case STATUS_NO_COMMAND:
		break;
	}
	return false;
}

int main(void)
{
	const struct options none = {.always = false};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		printf("option %s\n", table[i].name);
	/* First every status, then every outcome without a status. */
	for (int i = 0; i < 256; i++) {
		const bool result = i < 128;
		const struct talk talk = {
			.outcome = result ? OUTCOME_RESULT : (enum outcome)(i - 128),
			.status = result ? (enum status)i : STATUS_MALFORMED,
			.code_sent = true,
		};
		struct verdict verdict = verdict_of(&talk, &none);

		if (result && is_status(talk.status))
			printf("status %d\n", i);
		printf("verdict %s\n", verdict.name);
		if (verdict.sentence)
			printf("sentence %s\n", verdict.sentence);
	}
	return 0;
}
