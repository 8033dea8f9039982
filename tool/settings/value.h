/*
 * The checks on single values, before anything is sent. Limits are those of sts_limits.h and of
 * IAM's ARN format.
 *
 * Each returns NULL when value is good, else what was expected, as the end of a sentence:
 * "--duration: abc: expected ...".
 */
#ifndef AWS_MFA_VALUE_H
#define AWS_MFA_VALUE_H

#include <stdbool.h>
#include <time.h>

/* Seconds, or a number with s, m or h behind it: 3600, 15m, 12h. 900 s to 36 h. */
const char *value_duration(const char *value, long *seconds);

/* Seconds from 1 to TIMEOUT_LONGEST. */
const char *value_timeout(const char *value, long *seconds);

/*
 * arn:PARTITION:iam::ACCOUNT:role/NAME; or ACCOUNT is empty, as at STS doubles like Ceph's. Whether
 * that is allowed depends on the endpoint (settings_complete()).
 */
const char *value_role_arn(const char *value);

/* An MFA device: arn:PARTITION:iam::ACCOUNT:mfa/NAME, or the serial number of a hardware one. */
const char *value_mfa_serial(const char *value);

/* Points at the twelve digits of ACCOUNT in one of the ARNs above; NULL where it is none. */
const char *value_account(const char *arn);

/* sts_limits.h has the bounds of these four. */
const char *value_role_session_name(const char *value);
const char *value_external_id(const char *value);
const char *value_access_key_id(const char *value);
const char *value_secret_access_key(const char *value);

/* A label of a host name: a region must not be able to name another host ("x/.."). */
const char *value_region(const char *value);

/* Is value this word, in any case? word is in small letters. */
bool value_is_word(const char *value, const char *word);

/* true or false, in any case (botocore utils.py, ensure_boolean(), takes the rest for false). */
const char *value_boolean(const char *value, bool *yes);

/* sts_regional_endpoints: legacy or regional, in any case. */
const char *value_regional_endpoints(const char *value, bool *legacy);

/* https://HOST[:PORT][/PATH], or http for a loopback address, which aws-mfa-sts sees to. */
const char *value_endpoint_url(const char *value);

/* [SCHEME://][USER:PASSWORD@]HOST:PORT, the scheme being http, https or one of socks. */
const char *value_proxy(const char *value);

/* Hosts separated by commas. */
const char *value_no_proxy(const char *value);

/* A path that can stand in a record. */
const char *value_path(const char *value);

/* A name that can stand in [ ] in every reader: UTF-8, no ']', no control character, no outer
 * blanks. */
const char *value_profile(const char *value);

/*
 * Expiration as we and the Python tool write it, YYYY-MM-DD HH:MM:SS in UTC; T, fractions of a
 * second and a UTC zone (Z, +00:00, UTC) are understood too. -1 when it is none of these.
 */
time_t value_expiration(const char *value);

#endif
