/*
 * The rows that two tables share: words_sts.c, and words_signer.c in tool/sts/. aws-mfa-sts
 * consists of two processes, the signer and the talker. The signer passes these words on, from
 * aws-mfa to the talker and back. Include words_sts.h, too.
 */
#ifndef AWS_MFA_WORDS_SHARED_H
#define AWS_MFA_WORDS_SHARED_H

#include "status.h"
#include "sts_limits.h"

/* clang-format off */
#define STS_SETTING STS_SETTINGS, .text = TEXT_ANY, AT_MOST(1)
#define STS_TOKEN .text = TEXT_ANY, AT_MOST_HERE(TOKEN_PIECES)
#define STS_OF_ITEM STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(ITEMS_MAX)
#define STS_FLAG STS_SETTINGS, .text = TEXT_NONE, AT_MOST(1)
#define STS_OF_ROLE STS_ROLE, .text = TEXT_ANY
#define STS_SOME (STS_SETTINGS | STS_ROLE)

/* The statuses that are possible while no code is sent. */
#define STS_UNSENT (STATUS_BIT(STATUS_SYSTEM) | STATUS_BIT(STATUS_CONFIG) | \
	STATUS_BIT(STATUS_UNAVAILABLE))
#define STS_SENT (STS_UNSENT | STATUS_BIT(STATUS_OK) | STATUS_BIT(STATUS_CODE_SPENT))

/* What aws-mfa sends, except secrets and the code. */
#define STS_REQUESTS \
	{WORD_ACCESS_KEY_ID,      PARENT, STS_SETTING}, \
	{WORD_SERIAL,             PARENT, STS_SETTING}, \
	{WORD_REGION,             PARENT, STS_SETTING}, \
	{WORD_ENDPOINT_URL,       PARENT, STS_SETTING}, \
	{WORD_IAM_ENDPOINT_URL,   PARENT, STS_SETTING}, \
	{WORD_CA_BUNDLE,          PARENT, STS_SETTING}, \
	{WORD_HTTPS_PROXY,        PARENT, STS_SETTING}, \
	{WORD_NO_PROXY,           PARENT, STS_SETTING}, \
	{WORD_DURATION,           PARENT, STS_SETTINGS, .text = TEXT_NUMBER, AT_MOST(1)}, \
	{WORD_FIPS,               PARENT, STS_FLAG}, \
	{WORD_DUAL_STACK,         PARENT, STS_FLAG}, \
	{WORD_LEGACY_ENDPOINT,    PARENT, STS_FLAG}, \
	{WORD_GIVE_UP_ROOT,       PARENT, STS_FLAG}, \
	{WORD_TIMEOUT,            PARENT, STS_SETTINGS, .text = TEXT_NUMBER, AT_MOST(1)}, \
	{WORD_DEADLINE,           PARENT, STS_SETTINGS | STS_READY | STS_CALLED, .text = TEXT_NUMBER, \
		AT_MOST_HERE(1)}, \
	{WORD_ROLE_ARN,           PARENT, STS_SOME, STS_ROLE, .text = TEXT_ANY, AT_MOST(ROLES_MAX)}, \
	{WORD_ROLE_SESSION_NAME,  PARENT, STS_OF_ROLE, AT_MOST_HERE(1)}, \
	{WORD_EXTERNAL_ID,        PARENT, STS_OF_ROLE, AT_MOST_HERE(1)}, \
	{WORD_SOURCE_IDENTITY,    PARENT, STS_OF_ROLE, AT_MOST_HERE(1)}, \
	{WORD_SESSION_POLICY,     PARENT, STS_OF_ROLE, AT_MOST_HERE(1)}, \
	{WORD_TAG,                PARENT, STS_OF_ROLE, AT_MOST_HERE(TAGS_MAX)}, \
	{WORD_TRANSITIVE_TAG_KEY, PARENT, STS_OF_ROLE, AT_MOST_HERE(TAGS_MAX)}, \
	{WORD_CONNECT,            PARENT, STS_SOME, STS_WARMING, .text = TEXT_ANY}, \
	{WORD_CALL,               PARENT, STS_SOME | STS_CALLED, STS_CALLING, .text = TEXT_ANY, \
		AT_MOST(CALLS_MAX)}

/* What aws-mfa-sts answers. It may end before the settings or the code come. */
#define STS_ANSWERS \
	{WORD_READY,              CHILD,  STS_WARMING, STS_READY, .text = TEXT_ANY}, \
	{WORD_ACCESS_KEY_ID,      CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_SECRET_ACCESS_KEY,  CHILD,  STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_SESSION_TOKEN,      CHILD,  STS_SPENDING, STS_TOKEN}, \
	{WORD_EXPIRATION,         CHILD,  STS_SPENDING, .text = TEXT_NUMBER, AT_MOST_HERE(1)}, \
	{WORD_SERVER_TIME,        CHILD,  STS_SPENDING | STS_CALLING, .text = TEXT_NUMBER, \
		AT_MOST_HERE(1)}, \
	{WORD_REQUEST_ID,         CHILD,  STS_SPENDING | STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_DEBUG,              CHILD,  STS_WARMING | STS_READY | STS_SPENDING | STS_CALLING, \
		.text = TEXT_ANY, AT_MOST_HERE(DEBUG_LINES)}, \
	{WORD_STEPS,              CHILD,  STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(STEPS_LINES)}, \
	{WORD_ACCOUNT_ID,         CHILD,  STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_ARN,                CHILD,  STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_ITEM,               CHILD,  STS_CALLING, .text = TEXT_NONE, AT_MOST_HERE(ITEMS_MAX)}, \
	{WORD_SERIAL,             CHILD,  STS_OF_ITEM}, \
	{WORD_ACCESS_KEY_ID,      CHILD,  STS_OF_ITEM}, \
	{WORD_KEY_STATUS,         CHILD,  STS_OF_ITEM}, \
	{WORD_ACTION,             CHILD,  STS_OF_ITEM}, \
	{WORD_DECISION,           CHILD,  STS_OF_ITEM}, \
	{WORD_CREATED,            CHILD,  STS_CALLING, .text = TEXT_NUMBER, AT_MOST_HERE(ITEMS_MAX)}, \
	{WORD_SECRET_ACCESS_KEY,  CHILD,  STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_SESSION_TOKEN,      CHILD,  STS_CALLING, STS_TOKEN}, \
	{WORD_EXPIRATION,         CHILD,  STS_CALLING, .text = TEXT_NUMBER, AT_MOST_HERE(1)}, \
	{WORD_AWS_ERROR,          CHILD,  STS_CALLING, .text = TEXT_ANY, AT_MOST_HERE(1)}, \
	{WORD_RESULT,             CHILD,  STS_SOME | STS_WARMING | STS_READY | STS_CALLED, STATE_ENDED, \
		.text = TEXT_RESULT, .statuses = STS_UNSENT}, \
	{WORD_RESULT,             CHILD,  STS_SPENDING, STATE_ENDED, .text = TEXT_RESULT, \
		.statuses = STS_SENT}, \
	{WORD_RESULT,             CHILD,  STS_CALLING, STS_CALLED, .text = TEXT_RESULT, \
		.statuses = STS_SENT}, \
	{WORD_RESULT,             CHILD,  STS_SPENDING, STS_READY, .text = TEXT_RESULT, \
		.statuses = STATUS_BIT(STATUS_WRONG_CODE)}
/* clang-format on */

#endif
