#include "turns.h"

#include "sts/words_signer.h"
#include "words_pam.h"
#include "words_sts.h"

#define WITHOUT_CODE " 2 3 4 12 13 14 "

static const struct turn login[] = {
	{LOGIN_STARTED, CHILD, " account until ", "", LOGIN_STARTED, 1},
	{LOGIN_STARTED, CHILD, " ask ", "", LOGIN_ASKED, 1},
	{LOGIN_STARTED, CHILD, " result ", WITHOUT_CODE, STATE_ENDED, 1},
	{LOGIN_NOTIFIED, CHILD, " account until ", "", LOGIN_NOTIFIED, 1},
	{LOGIN_NOTIFIED, CHILD, " result ", " 1" WITHOUT_CODE, STATE_ENDED, 1},
	{LOGIN_ASKED, PARENT, " code ", "", LOGIN_SPENDING, 1},
	{LOGIN_ASKED, CHILD, " idle ", "", STATE_ENDED, 1},
	{LOGIN_ASKED, CHILD, " result ", WITHOUT_CODE, STATE_ENDED, 1},
	{LOGIN_SPENDING, CHILD, " until key-id request-id ", "", LOGIN_SPENDING, 1},
	{LOGIN_SPENDING, CHILD, " result ", " 0 10 15" WITHOUT_CODE, STATE_ENDED, 1},
	{LOGIN_SPENDING, CHILD, " result ", " 11 ", LOGIN_ASKED, 1},
	{LOGIN_VERSION, PARENT, " version ", "", LOGIN_OPENING, 1},
	{LOGIN_VERSION, CHILD, " result ", " 2 4 13 ", STATE_ENDED, 1},
	{LOGIN_OPENING, PARENT, " login timeout profile ", "", LOGIN_OPENING, 1},
	{LOGIN_OPENING, PARENT, " user ", "", LOGIN_STARTED, 1},
	{LOGIN_OPENING, CHILD, " result ", " 2 4 13 ", STATE_ENDED, 1},
	{LOGIN_STORING, CHILD, " result ", " 0 4 10 13 ", STATE_ENDED, 1},
	{0},
};

/* What the signer passes on, in both directions. */
static const struct turn passed_on[] = {

	{STS_SETTINGS, PARENT,
		" access-key-id serial region endpoint-url iam-endpoint-url ca-bundle "
		"https-proxy no-proxy duration fips dual-stack legacy-endpoint give-up-root deadline timeout ",
		"", STS_SETTINGS, 1},
	{STS_SETTINGS, PARENT, " call ", "", STS_CALLING, 1},
	{STS_SETTINGS, PARENT, " role-arn ", "", STS_ROLE, 5},
	{STS_SETTINGS, PARENT, " connect ", "", STS_WARMING, 1},
	{STS_SETTINGS, CHILD, " result ", " 4 13 14 ", STATE_ENDED, 1},
	{STS_ROLE, PARENT, " role-arn ", "", STS_ROLE, 5},
	{STS_ROLE, PARENT, " role-session-name external-id source-identity session-policy ", "",
		STS_ROLE, 1},
	{STS_ROLE, PARENT, " tag transitive-tag-key ", "", STS_ROLE, 50},
	{STS_ROLE, PARENT, " connect ", "", STS_WARMING, 1},
	{STS_ROLE, PARENT, " call ", "", STS_CALLING, 1},
	{STS_ROLE, CHILD, " result ", " 4 13 14 ", STATE_ENDED, 1},
	{STS_WARMING, CHILD, " debug ", "", STS_WARMING, 8},
	{STS_WARMING, CHILD, " ready ", "", STS_READY, 1},
	{STS_WARMING, CHILD, " result ", " 4 13 14 ", STATE_ENDED, 1},
	{STS_READY, PARENT, " deadline ", "", STS_READY, 1},
	{STS_READY, CHILD, " debug ", "", STS_READY, 8},
	{STS_READY, CHILD, " result ", " 4 13 14 ", STATE_ENDED, 1},
	{STS_SPENDING, CHILD, " access-key-id secret-access-key expiration server-time request-id ",
		"", STS_SPENDING, 1},
	{STS_SPENDING, CHILD, " session-token ", "", STS_SPENDING, 32},
	{STS_SPENDING, CHILD, " debug ", "", STS_SPENDING, 8},
	{STS_SPENDING, CHILD, " result ", " 0 4 13 14 15 ", STATE_ENDED, 1},
	{STS_SPENDING, CHILD, " result ", " 11 ", STS_READY, 1},
	{STS_CALLING, CHILD,
		" account-id arn secret-access-key expiration server-time request-id aws-error ",
		"", STS_CALLING, 1},
	{STS_CALLING, CHILD, " session-token ", "", STS_CALLING, 32},
	{STS_CALLING, CHILD, " item serial access-key-id key-status action decision created ", "",
		STS_CALLING, 32},
	{STS_CALLING, CHILD, " debug steps ", "", STS_CALLING, 8},
	{STS_CALLING, CHILD, " result ", " 0 4 13 14 15 ", STS_CALLED, 1},
	{STS_CALLED, PARENT, " deadline ", "", STS_CALLED, 1},
	{STS_CALLED, PARENT, " call ", "", STS_CALLING, 1},
	{STS_CALLED, CHILD, " result ", " 4 13 14 ", STATE_ENDED, 1},
	{0},
};

static const struct turn sts[] = {
	{STS_SETTINGS, PARENT, " secret-access-key ", "", STS_SETTINGS, 1},
	{STS_SETTINGS, PARENT, " session-token ", "", STS_SETTINGS, 32},
	{STS_READY, PARENT, " code ", "", STS_SPENDING, 1},
	{0},
};

/* The talker gets no secret key and no code, and asks for signatures. */
static const struct turn signer[] = {
	{STS_SETTINGS, PARENT, " session-token ", BARE, STS_SETTINGS, 1},
	{STS_READY, PARENT, " spend ", "", STS_SPENDING, 1},
	{STS_WARMING, CHILD, " sign ", "", STS_WARMING, 2},
	{STS_SPENDING, CHILD, " sign ", "", STS_SPENDING, 1},
	{STS_CALLING, CHILD, " sign ", "", STS_CALLING, 17},
	{STS_WARMING, PARENT, " body authorization signed ", "", STS_WARMING, ANY_NUMBER},
	{STS_SPENDING, PARENT, " body authorization signed ", "", STS_SPENDING, ANY_NUMBER},
	{STS_CALLING, PARENT, " body session-token authorization signed ", "", STS_CALLING,
		ANY_NUMBER},
	{0},
};

/* clang-format off */
#define STS_STATES \
	{STS_SETTINGS, STS_ROLE, STS_WARMING, STS_READY, STS_SPENDING, STS_CALLING, STS_CALLED, STATE_ENDED}
/* clang-format on */

const struct conversation conversations[N_CONVERSATIONS] = {
	{&words_pam, {login, NULL},
		{LOGIN_STARTED, LOGIN_NOTIFIED, LOGIN_ASKED, LOGIN_SPENDING, LOGIN_VERSION,
			LOGIN_OPENING, LOGIN_STORING, STATE_ENDED}},
	{&words_sts, {sts, passed_on}, STS_STATES},
	{&words_signer, {signer, passed_on}, STS_STATES},
};
