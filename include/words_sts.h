/*
 * What aws-mfa and aws-mfa-sts say to each other. aws-mfa is the parent. It runs aws-mfa-sts with
 * an empty environment and no arguments. The table in words_sts.c says when each word may come.
 * Each side ends the conversation by closing its end.
 *
 * There are two kinds of conversation. After `connect`, aws-mfa spends a code. After `call`, it
 * asks for one action after another, none of which takes a code.
 */
#ifndef AWS_MFA_WORDS_STS_H
#define AWS_MFA_WORDS_STS_H

#include "words.h"

/* First, aws-mfa sends the settings. A setting is unset if its word does not come. */
#define WORD_ACCESS_KEY_ID "access-key-id"
#define WORD_SECRET_ACCESS_KEY "secret-access-key"
#define WORD_SERIAL "serial"
#define WORD_REGION "region"
#define WORD_ENDPOINT_URL "endpoint-url" /* of STS */
#define WORD_IAM_ENDPOINT_URL "iam-endpoint-url"
#define WORD_CA_BUNDLE "ca-bundle"
#define WORD_HTTPS_PROXY "https-proxy"
#define WORD_NO_PROXY "no-proxy"
#define WORD_DURATION "duration" /* SECONDS; with several roles, of the last one */
#define WORD_FIPS "fips"
#define WORD_DUAL_STACK "dual-stack"
#define WORD_LEGACY_ENDPOINT "legacy-endpoint"
#define WORD_GIVE_UP_ROOT "give-up-root" /* for the network, if aws-mfa runs as root */
/*
 * Milliseconds of CLOCK_MONOTONIC. Everything must end by then, until another `deadline` comes. The
 * time that a person needs does not count.
 */
#define WORD_DEADLINE "deadline"
/* `timeout` is the whole time that ends at it. A time-out is an outage only if AWS had half of it.
 */

/* For `call`, the keys may be those of a session. */
#define WORD_SESSION_TOKEN "session-token" /* a long token comes in several records; join them */
#define TOKEN_PIECE 32768                  /* bytes of a token in one record */
#define TOKEN_PIECES 32                    /* records of one token at most */

/* Next, aws-mfa sends the roles, in the order in which they are assumed. */
#define WORD_ROLE_ARN "role-arn" /* begins a role; the next words belong to this role */
#define WORD_ROLE_SESSION_NAME "role-session-name"
#define WORD_EXTERNAL_ID "external-id"
#define WORD_SOURCE_IDENTITY "source-identity"
#define WORD_SESSION_POLICY "session-policy"         /* JSON in one line */
#define WORD_TAG "tag"                               /* KEY=VALUE */
#define WORD_TRANSITIVE_TAG_KEY "transitive-tag-key" /* KEY */

#define WORD_CONNECT "connect" /* `signed` or `unsigned`: ends the settings, start the warm-up */

/* aws-mfa-sts answers: */
#define WORD_READY "ready" /* [ACCOUNT ARN], only if `signed`: warmed up, send a code */
#define WORD_DEBUG "debug" /* TEXT: for --log-level=DEBUG */
#define DEBUG_LINES 8      /* at most, in one state */

/*
 * Then aws-mfa sends a `deadline` and a `code`. aws-mfa-sts answers with access-key-id,
 * secret-access-key, session-token, expiration, server-time, request-id and a result. After a
 * wrong code, it answers with server-time and a result.
 */
#define WORD_EXPIRATION "expiration"   /* SECONDS since the epoch */
#define WORD_SERVER_TIME "server-time" /* SECONDS since the epoch, if the server sent its time */

/*
 * DONE DNS TCP TLS: how many of these steps of a new connection were done (0 to 3), and how many
 * microseconds each took. A time that is not known is 0.
 */
#define WORD_STEPS "steps"
#define STEPS_LINES 8 /* at most, in one state */

/*
 * Instead of `connect`, aws-mfa sends `call ACTION [NAME=VALUE ...]`: an action of
 * tool/sts/actions.c that may be called, and its parameters, with AWS's names and a blank before
 * each. aws-mfa-sts answers with what the action gives: account, arn, or an `item` for each member
 * of a list, with the fields that follow it. AssumeWithSession, with the keys of a session and the
 * role of the settings, gives the words of a session. Then come steps, server-time, request-id,
 * aws-error and a result. After the result, aws-mfa may send a `deadline` and the next `call`.
 *
 * The result of a call: STATUS_CONFIG: AWS refuses it. STATUS_UNAVAILABLE: there was no answer, and
 * AWS has changed nothing. STATUS_CODE_SPENT: there was no answer, but AWS may have done it.
 */
#define WORD_CALL "call"
#define WORD_ACCOUNT_ID "account-id"
#define WORD_ARN "arn"
#define WORD_ITEM "item" /* a member of the list begins */
#define WORD_KEY_STATUS "key-status"
#define WORD_ACTION "action"       /* SERVICE:NAME; its decision follows in the same item */
#define WORD_DECISION "decision"   /* allowed, implicitDeny or explicitDeny */
#define WORD_CREATED "created"     /* SECONDS since the epoch: of a key or a device */
#define WORD_AWS_ERROR "aws-error" /* CODE: AWS's error, such as AccessDenied or NoSuchEntity */
#define CALLS_MAX 100              /* in one conversation */
#define ITEMS_MAX 32               /* of one list */

enum sts_state {
	STS_SETTINGS = 1,
	STS_ROLE = 2,      /* a role has begun */
	STS_WARMING = 4,   /* after `connect` */
	STS_READY = 8,     /* a code may come */
	STS_SPENDING = 16, /* a code has come, a result follows */
	STS_CALLING = 32,  /* a call has come, a result follows */
	STS_CALLED = 64,   /* another call may come */
};

/* Starts in STS_SETTINGS. */
extern const struct words words_sts;

#endif
