#include "words_sts.h"

#include "record.h"
#include "status.h"
#include "sts_limits.h"

#define SETTING STS_SETTINGS, .text = TEXT_ANY, AT_MOST(1)
#define FLAG STS_SETTINGS, .text = TEXT_NONE, AT_MOST(1)
#define OF_ROLE STS_ROLE, .text = TEXT_ANY
#define SOME (STS_SETTINGS | STS_ROLE)

/* The statuses that are possible while no code is sent. */
#define SYSTEM STATUS_BIT(STATUS_SYSTEM)
#define UNSENT (SYSTEM | STATUS_BIT(STATUS_CONFIG) | STATUS_BIT(STATUS_UNAVAILABLE))

/* Threat: a flood of what may come again and again, read past the deadline until memory is full. */
static const struct word_rule rules[] = {
	/* clang-format off */
	{WORD_ACCESS_KEY_ID,      PARENT, SETTING},
	{WORD_SECRET_ACCESS_KEY,  PARENT, SETTING},
	{WORD_SERIAL,             PARENT, SETTING},
	{WORD_REGION,             PARENT, SETTING},
	{WORD_ENDPOINT_URL,       PARENT, SETTING},
	{WORD_CA_BUNDLE,          PARENT, SETTING},
	{WORD_HTTPS_PROXY,        PARENT, SETTING},
	{WORD_NO_PROXY,           PARENT, SETTING},
	{WORD_DURATION,           PARENT, STS_SETTINGS, .text = TEXT_NUMBER, AT_MOST(1)},
	{WORD_FIPS,               PARENT, FLAG},
	{WORD_DUAL_STACK,         PARENT, FLAG},
	{WORD_LEGACY_ENDPOINT,    PARENT, FLAG},
	{WORD_TIMEOUT,            PARENT, STS_SETTINGS, .text = TEXT_NUMBER, AT_MOST(1)},
	{WORD_DEADLINE,           PARENT, STS_SETTINGS | STS_READY, .text = TEXT_NUMBER, AT_MOST_HERE(1)},
	{WORD_ROLE_ARN,           PARENT, SOME, STS_ROLE, .text = TEXT_ANY, AT_MOST(ROLES_MAX)},
	{WORD_ROLE_SESSION_NAME,  PARENT, OF_ROLE, AT_MOST_HERE(1)},
	{WORD_EXTERNAL_ID,        PARENT, OF_ROLE, AT_MOST_HERE(1)},
	{WORD_SOURCE_IDENTITY,    PARENT, OF_ROLE, AT_MOST_HERE(1)},
	{WORD_TAG,                PARENT, OF_ROLE, AT_MOST_HERE(TAGS_MAX)},
	{WORD_TRANSITIVE_TAG_KEY, PARENT, OF_ROLE, AT_MOST_HERE(TAGS_MAX)},
	{WORD_CONNECT,            PARENT, SOME, STS_WARMING, .text = TEXT_ANY},
	{WORD_READY,              CHILD,  STS_WARMING, STS_READY, .text = TEXT_ANY},
	{WORD_CODE,               PARENT, STS_READY, STS_SPENDING, .text = TEXT_ANY},
	{WORD_ACCESS_KEY_ID,      CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)},
	{WORD_SECRET_ACCESS_KEY,  CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)},
	{WORD_SESSION_TOKEN,      CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(TOKEN_PIECES)},
	{WORD_EXPIRATION,         CHILD,  STS_SPENDING, .text = TEXT_NUMBER, AT_MOST_HERE(1)},
	{WORD_SERVER_TIME,        CHILD,  STS_SPENDING, .text = TEXT_NUMBER, AT_MOST_HERE(1)},
	{WORD_REQUEST_ID,         CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)},
	{WORD_DEBUG,              CHILD,  STS_WARMING | STS_READY | STS_SPENDING, .text = TEXT_ANY,
		AT_MOST_HERE(DEBUG_LINES)},
	/* aws-mfa-sts may end before the settings or the code come. */
	{WORD_RESULT,             CHILD,  SOME | STS_WARMING | STS_READY, STATE_ENDED,
		.text = TEXT_RESULT, .statuses = UNSENT},
	{WORD_RESULT,             CHILD,  STS_SPENDING, STATE_ENDED, .text = TEXT_RESULT,
		.statuses = UNSENT | STATUS_BIT(STATUS_OK) | STATUS_BIT(STATUS_CODE_SPENT)},
	{WORD_RESULT,             CHILD,  STS_SPENDING, STS_READY, .text = TEXT_RESULT,
		.statuses = STATUS_BIT(STATUS_WRONG_CODE)},
	/* clang-format on */
};

const struct words words_sts = {rules, sizeof(rules) / sizeof(rules[0]), RECORD_MAX_STS};
