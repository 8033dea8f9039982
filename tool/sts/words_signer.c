#include "words_signer.h"

#include "actions.h"
#include "record.h"
#include "words_shared.h"
#include "words_sts.h"

#define SIGNING (STS_WARMING | STS_SPENDING | STS_CALLING)

/*
 * Threat: a talker that was taken over asks for signatures. signer.c counts, too: only it knows
 * what a `call` needs, and whether the warm-up is signed.
 */
static const struct word_rule rules[] = {
	/* clang-format off */
	/* It says only whether there is a token. */
	{WORD_SESSION_TOKEN, PARENT, STS_SETTINGS, .text = TEXT_NONE, AT_MOST(1)},
	{WORD_SPEND,         PARENT, STS_READY, STS_SPENDING, .text = TEXT_NONE},
	{WORD_SIGN,          CHILD,  STS_WARMING, .text = TEXT_ANY, AT_MOST_HERE(WARM_UPS_SIGNED)},
	{WORD_SIGN,          CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)},
	{WORD_SIGN,          CHILD,  STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(PARTS_MAX + 1)},
	{WORD_BODY,          PARENT, SIGNING, .text = TEXT_ANY},
	{WORD_SESSION_TOKEN, PARENT, STS_CALLING, .text = TEXT_ANY},
	{WORD_AUTHORIZATION, PARENT, SIGNING, .text = TEXT_ANY},
	{WORD_SIGNED,        PARENT, SIGNING, .text = TEXT_ANY},
	STS_REQUESTS,
	STS_ANSWERS,
	/* clang-format on */
};

const struct words words_signer = {rules, sizeof(rules) / sizeof(rules[0]), RECORD_MAX_STS};
