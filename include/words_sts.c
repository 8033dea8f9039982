#include "words_sts.h"

#include "record.h"
#include "words_shared.h"

/* Threat: a flood of what may come again and again, read past the deadline until memory is full. */
static const struct word_rule rules[] = {
	/* clang-format off */
	{WORD_SECRET_ACCESS_KEY,  PARENT, STS_SETTING},
	{WORD_SESSION_TOKEN,      PARENT, STS_SETTINGS, STS_TOKEN},
	{WORD_CODE,               PARENT, STS_READY, STS_SPENDING, .text = TEXT_ANY},
	STS_REQUESTS,
	STS_ANSWERS,
	/* clang-format on */
};

const struct words words_sts = {rules, sizeof(rules) / sizeof(rules[0]), RECORD_MAX_STS};
