/*
 * The limits of AWS STS, in one place for all programs that check them. Sources: the STS service
 * model (botocore data/sts/2011-06-15/service-2.json), and the API Reference of GetSessionToken and
 * AssumeRole for DurationSeconds and role chaining.
 */
#ifndef AWS_MFA_STS_LIMITS_H
#define AWS_MFA_STS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#define ACCOUNT_DIGITS 12 /* of an AWS account id */
#define ROLES_MAX 5       /* one after the other, with one code */
#define TAGS_MAX 50       /* of one session: tagListType */

/* Seconds that this machine's clock may be off. AWS tolerates 5 to 15 minutes. */
#define SKEW_TOLERATED 240
/*
 * Seconds that are corrected at most. Threat: a server that asks for another day's signature may
 * use the signature on that day.
 */
#define SKEW_MAX 86400

/* Seconds a session may last. */
#define STS_SESSION_SHORTEST 900
#define STS_SESSION_LONGEST 129600

/* Returns the longest session in seconds. It is shorter with one role, shortest with several. */
long sts_session_longest(size_t n_roles);

/* The message for a role's session that would last longer. */
#define STS_ROLE_SESSION_TOO_LONG "a role's session lasts 43200 seconds (12h) at most"

/* 1 to 128 of \w. The model says at least 16, but services like STS have shorter ids. */
bool sts_takes_access_key_id(const char *id);

/* 1 to 256 printable characters without blanks. No model says what a secret consists of. */
bool sts_takes_secret_access_key(const char *secret);

/* SerialNumber: 9 to 256 of [\w+=/:,.@-] */
bool sts_takes_serial(const char *serial);

/* RoleArn: 20 to 2048 printable characters without blanks. IAM checks the rest. */
bool sts_takes_role_arn(const char *arn);

/* RoleSessionName and SourceIdentity */
#define STS_SESSION_NAME_HAS "2 to 64 letters, digits or any of _+=,.@-"
bool sts_takes_session_name(const char *name);

/* ExternalId */
#define STS_EXTERNAL_ID_HAS "2 to 1224 letters, digits or any of _+=,.@:/-"
bool sts_takes_external_id(const char *id);

/* Policy, of AssumeRole: sessionPolicyDocumentType. Bytes. */
#define STS_POLICY_LONGEST 2048

/* A tag's key has 1 to 128 characters of UTF-8, its value has at most 256. len is in bytes. */
bool sts_takes_tag_key(const char *key, size_t len);
bool sts_takes_tag_value(const char *value, size_t len);

#endif
