/*
 * Checks of single values, before anything is sent. The limits are in sts_limits.h; ARNs have the
 * format of IAM.
 *
 * Each check returns NULL for a good value. Otherwise it returns the end of a message:
 * "--duration: 'abc': expected ...".
 */
#ifndef AWS_MFA_VALUE_H
#define AWS_MFA_VALUE_H

#include <stdbool.h>

/* Seconds, or a number with the unit s, m or h: 3600, 15m, 12h. From 900 s to 36 h. */
const char *value_duration(const char *value, long *seconds);

/* Seconds. With less time left, the user's next command could fail half-way. */
#define SESSION_LEAST 60

/* The same from SESSION_LEAST to 36 h. */
const char *value_renew_before(const char *value, long *seconds);

/* Seconds from 1 to TIMEOUT_LONGEST. */
const char *value_timeout(const char *value, long *seconds);

/*
 * arn:PARTITION:iam::ACCOUNT:role/NAME. ACCOUNT may be empty, as at an STS like Ceph's;
 * settings_complete() refuses this where the endpoint is AWS.
 */
const char *value_role_arn(const char *value);

/* arn:PARTITION:iam::ACCOUNT:mfa/NAME, or the serial number of a hardware device. */
const char *value_mfa_serial(const char *value);

/* Returns a pointer to the twelve digits of ACCOUNT in an ARN; NULL if arn is not such an ARN. */
const char *value_account(const char *arn);

/* sts_limits.h has the limits of these four. */
const char *value_role_session_name(const char *value);
const char *value_external_id(const char *value);
const char *value_access_key_id(const char *value);
const char *value_secret_access_key(const char *value);

/* A label of a host name. Anything else, such as "x/..", could name another host. */
const char *value_region(const char *value);

/* True if value is word in any case. Give word in small letters. */
bool value_is_word(const char *value, const char *word);

/*
 * true or false, in any case. Other words are refused; botocore takes them for false (utils.py,
 * ensure_boolean()).
 */
const char *value_boolean(const char *value, bool *yes);

/* sts_regional_endpoints: legacy or regional, in any case. */
const char *value_regional_endpoints(const char *value, bool *legacy);

/* https://HOST[:PORT][/PATH], or http. aws-mfa-sts refuses http except for a loopback address. */
const char *value_endpoint_url(const char *value);

/* [SCHEME://][USER:PASSWORD@]HOST:PORT. SCHEME is http, https or begins with socks. */
const char *value_proxy(const char *value);

/* Host names, separated by commas. */
const char *value_no_proxy(const char *value);

/* A path that fits in a record: no control characters, limited length. */
const char *value_path(const char *value);

/*
 * A name that every reader accepts between [ and ]: UTF-8 without brackets, control characters and
 * outer blanks.
 */
const char *value_profile(const char *value);

#endif
