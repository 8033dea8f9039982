#include "words_pam.h"

#include "record.h"
#include "status.h"

/* The statuses that are possible without a code. */
#define UNASKED                                                                                    \
	(STATUS_BIT(STATUS_USAGE) | STATUS_BIT(STATUS_VALID) | STATUS_BIT(STATUS_SYSTEM) |         \
		STATUS_BIT(STATUS_NOT_SET_UP) | STATUS_BIT(STATUS_CONFIG) |                        \
		STATUS_BIT(STATUS_UNAVAILABLE))

/* The statuses that only a code can cause. STATUS_WRONG_CODE has a row of its own. */
#define SPENT                                                                                      \
	(STATUS_BIT(STATUS_OK) | STATUS_BIT(STATUS_NOT_STORED) | STATUS_BIT(STATUS_CODE_SPENT))

/* The statuses that are possible before the account is known. */
#define UNOPENED (STATUS_BIT(STATUS_USAGE) | STATUS_BIT(STATUS_SYSTEM) | STATUS_BIT(STATUS_CONFIG))

#define STORED                                                                                     \
	(STATUS_BIT(STATUS_OK) | STATUS_BIT(STATUS_NOT_STORED) | STATUS_BIT(STATUS_SYSTEM) |       \
		STATUS_BIT(STATUS_CONFIG))

#define LOOKS (LOGIN_STARTED | LOGIN_NOTIFIED)

static const struct word_rule rules[] = {
	/* clang-format off */
	{WORD_VERSION,    PARENT, LOGIN_VERSION,  LOGIN_OPENING, .text = TEXT_NUMBER},
	{WORD_LOGIN,      PARENT, LOGIN_OPENING,  AT_MOST(1)},
	{WORD_TIMEOUT,    PARENT, LOGIN_OPENING,  AT_MOST(1), .text = TEXT_NUMBER},
	{WORD_PROFILE,    PARENT, LOGIN_OPENING,  AT_MOST(1)},
	{WORD_USER,       PARENT, LOGIN_OPENING,  LOGIN_STARTED, .with = DESCRIPTORS_MAX},
	{WORD_ACCOUNT,    CHILD,  LOOKS,                  AT_MOST(1)},
	{WORD_UNTIL,      CHILD,  LOOKS | LOGIN_SPENDING, AT_MOST_HERE(1), .text = TEXT_NUMBER},
	{WORD_ASK,        CHILD,  LOGIN_STARTED,  LOGIN_ASKED, .text = TEXT_NONE},
	{WORD_IDLE,       CHILD,  LOGIN_ASKED,    STATE_ENDED, .text = TEXT_NONE},
	{WORD_CODE,       PARENT, LOGIN_ASKED,    LOGIN_SPENDING, .text = TEXT_ANY},
	{WORD_KEY_ID,     CHILD,  LOGIN_SPENDING, AT_MOST_HERE(1)},
	{WORD_REQUEST_ID, CHILD,  LOGIN_SPENDING, AT_MOST_HERE(1)},
	{WORD_RESULT,     CHILD,  LOGIN_NOTIFIED, STATE_ENDED, .text = TEXT_RESULT,
		.statuses = UNASKED | STATUS_BIT(STATUS_NO_SESSION)},
	{WORD_RESULT,     CHILD,  LOGIN_STARTED | LOGIN_ASKED, STATE_ENDED, .text = TEXT_RESULT,
		.statuses = UNASKED},
	{WORD_RESULT,     CHILD,  LOGIN_SPENDING, STATE_ENDED, .text = TEXT_RESULT,
		.statuses = UNASKED | SPENT},
	{WORD_RESULT,     CHILD,  LOGIN_SPENDING, LOGIN_ASKED, .text = TEXT_RESULT,
		.statuses = STATUS_BIT(STATUS_WRONG_CODE)},
	{WORD_RESULT,     CHILD,  LOGIN_VERSION | LOGIN_OPENING, STATE_ENDED, .text = TEXT_RESULT,
		.statuses = UNOPENED},
	{WORD_RESULT,     CHILD,  LOGIN_STORING, STATE_ENDED, .text = TEXT_RESULT,
		.statuses = STORED},
	/* clang-format on */
};

const struct words words_pam = {rules, sizeof(rules) / sizeof(rules[0]), RECORD_MAX_PAM};
