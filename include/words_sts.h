/*
 * What aws-mfa and aws-mfa-sts say to each other. aws-mfa is the parent: it runs aws-mfa-sts, with
 * an empty environment and no arguments. The table in words_sts.c says when each word may come. EOF
 * ends either side.
 */
#ifndef AWS_MFA_WORDS_STS_H
#define AWS_MFA_WORDS_STS_H

#include "words.h"

/* aws-mfa sends the settings first. A word that does not come is unset. */
#define WORD_ACCESS_KEY_ID "access-key-id"
#define WORD_SECRET_ACCESS_KEY "secret-access-key"
#define WORD_SERIAL "serial"
#define WORD_REGION "region"
#define WORD_ENDPOINT_URL "endpoint-url"
#define WORD_CA_BUNDLE "ca-bundle"
#define WORD_HTTPS_PROXY "https-proxy"
#define WORD_NO_PROXY "no-proxy"
#define WORD_DURATION "duration" /* SECONDS: of the last role where there are several */
#define WORD_FIPS "fips"
#define WORD_DUAL_STACK "dual-stack"
#define WORD_LEGACY_ENDPOINT "legacy-endpoint"
/*
 * CLOCK_MONOTONIC in milliseconds: the deadline of all that follows until the next one. Waiting for
 * a person does not count.
 */
#define WORD_DEADLINE "deadline"
/*
 * SECONDS: the whole time that `deadline` is the end of. AWS must have had half of it before a
 * time-out is called an outage.
 */
#define WORD_TIMEOUT "timeout"

/* Then the roles, in the order in which they are assumed. */
#define WORD_ROLE_ARN "role-arn" /* begins a role; what follows is of this role */
#define WORD_ROLE_SESSION_NAME "role-session-name"
#define WORD_EXTERNAL_ID "external-id"
#define WORD_SOURCE_IDENTITY "source-identity"
#define WORD_TAG "tag"                               /* KEY=VALUE */
#define WORD_TRANSITIVE_TAG_KEY "transitive-tag-key" /* KEY */

#define WORD_CONNECT "connect" /* ends the settings: warm up, `signed` or `unsigned` */

/* aws-mfa-sts answers. */
#define WORD_READY "ready" /* [ACCOUNT ARN], which come when `signed`: warmed up, send a code */
#define WORD_DEBUG "debug" /* TEXT: for --log-level=DEBUG */

/*
 * Then aws-mfa sends a `deadline` and a `code`. aws-mfa-sts answers with access-key-id,
 * secret-access-key, session-token, expiration, server-time, request-id, and a result.
 */
#define WORD_SESSION_TOKEN "session-token" /* a long one comes in several records, to be joined */
#define WORD_EXPIRATION "expiration"       /* SECONDS since the epoch */
#define WORD_SERVER_TIME "server-time"     /* SECONDS: the server's clock, where it has told it */

enum sts_state {
	STS_SETTINGS = 1,
	STS_ROLE = 2,      /* a role has begun */
	STS_WARMING = 4,   /* after `connect` */
	STS_READY = 8,     /* a code may come */
	STS_SPENDING = 16, /* a code has come, a result will */
};

/* Starts in STS_SETTINGS. */
extern const struct words words_sts;

#endif
