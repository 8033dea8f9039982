#include "aws_error.h"

#include "pasted.h"
#include "quote.h"
#include "status.h"

#include <stdio.h>
#include <string.h>

struct error_row {
	const char *code;    /* NULL: any */
	const char *message; /* a part of AWS's message; NULL: any */
	enum status status;
	bool key_refused;
	/*
	 * The line to print. AWS's own words replace {aws}. Names replace {host}, {region}, {key},
	 * {serial}, {role} and {next}.
	 */
	const char *say;
};

/* The lines of more than one row. */
static const char clock_is_off[] = "AWS refuses the time of the request: set this machine's clock "
				   "(timedatectl set-ntp true) and try again";
static const char unknown_key[] = "AWS at {host} does not know the access key {key}: it may be "
				  "mistyped, inactive or deleted, or belong to another partition "
				  "or to a region not enabled; check aws_access_key_id and region";
static const char wrong_secret[] = "the secret does not belong to the access key {key}: copy "
				   "aws_secret_access_key again";
static const char temporary_key[] = "the long-term section holds the keys of a session: put the "
				    "user's own key (AKIA...) there";
static const char slow[] = "AWS limits the rate of requests; the code may be used up: wait a "
			   "minute and try with the next one";
static const char aws_fails[] = "AWS has an error of its own ({aws}); the code may be used up: try "
				"with the next one";

/* The first row that matches counts. */
static const struct error_row rows[] = {
	{NULL, "invalid MFA one time pass code", STATUS_WRONG_CODE, false,
		"the code for {serial} is wrong or was used before; the next one comes {next}"},
	{NULL, "unable to validate MFA code", STATUS_CONFIG, false,
		"AWS finds no MFA device {serial} for the owner of key {key}: is it .../mfa/NAME and not "
		".../user/NAME, and of the same user? If it is, resynchronise the device in the IAM "
		"console"},
	{NULL, "MFA serial number and one time pass code", STATUS_CONFIG, false,
		"AWS says that the serial {serial} or the code is missing: check aws_mfa_device"},
	{NULL, "MultiFactorAuthentication failed", STATUS_CONFIG, false,
		"AWS refuses the MFA device {serial}: {aws}"},
	{NULL, "Signature expired", STATUS_CONFIG, true, clock_is_off},
	{NULL, "ignature not yet current", STATUS_CONFIG, true, clock_is_off},
	{"RequestExpired", NULL, STATUS_CONFIG, true, clock_is_off},
	{"RequestTimeTooSkewed", NULL, STATUS_CONFIG, true, clock_is_off},
	{"RegionDisabledException", NULL, STATUS_CONFIG, true,
		"STS is not enabled for this account in {region}: enable it in the IAM console (Account "
		"settings) or set another region"},
	{"InvalidClientTokenId", NULL, STATUS_CONFIG, true, unknown_key},
	{"InvalidAccessKeyId", NULL, STATUS_CONFIG, true, unknown_key},
	{"UnrecognizedClientException", NULL, STATUS_CONFIG, true, unknown_key},
	{"AuthFailure", NULL, STATUS_CONFIG, true, unknown_key},
	{"SignatureDoesNotMatch", "Credential should be scoped", STATUS_CONFIG, true,
		"{host} does not accept signatures for the region {region} ({aws}): set region"},
	{"SignatureDoesNotMatch", NULL, STATUS_CONFIG, true, wrong_secret},
	{"InvalidSignatureException", NULL, STATUS_CONFIG, true, wrong_secret},
	{"IncompleteSignature", NULL, STATUS_CONFIG, true,
		"{host} does not understand the signature ({aws}); is it an STS endpoint?"},
	{"MissingAuthenticationToken", NULL, STATUS_CONFIG, true,
		"{host} saw no signature; does a proxy remove the Authorization header?"},
	{"ExpiredToken", NULL, STATUS_CONFIG, true, temporary_key},
	{"ExpiredTokenException", NULL, STATUS_CONFIG, true, temporary_key},
	{"OptInRequired", NULL, STATUS_CONFIG, true,
		"the AWS account of key {key} is not signed up for STS: {aws}"},
	{NULL, "with session credentials", STATUS_CONFIG, false, temporary_key},
	{NULL, "exceeds the MaxSessionDuration", STATUS_CONFIG, false,
		"{role} does not allow sessions that long: ask for less with --duration, or raise the "
		"role's maximum session duration"},
	{NULL, "DurationSeconds exceeds", STATUS_CONFIG, false,
		"AWS does not give sessions that long: ask for less with --duration ({aws})"},
	{"AccessDenied", "perform: sts:AssumeRole", STATUS_CONFIG, false,
		"the key {key} may not assume {role}: the role's trust policy and the policy of the key's "
		"owner must both allow it, and the role must exist (AWS: {aws})"},
	{"AccessDenied", NULL, STATUS_CONFIG, false, "a policy denies the request (AWS: {aws})"},
	{"AccessDeniedException", NULL, STATUS_CONFIG, false,
		"a policy denies the request (AWS: {aws})"},
	{"ValidationError", NULL, STATUS_CONFIG, false, "AWS refuses a setting: {aws}"},
	{"Throttling", NULL, STATUS_CODE_SPENT, false, slow},
	{"ThrottlingException", NULL, STATUS_CODE_SPENT, false, slow},
	{"ThrottledException", NULL, STATUS_CODE_SPENT, false, slow},
	{"RequestThrottled", NULL, STATUS_CODE_SPENT, false, slow},
	{"RequestThrottledException", NULL, STATUS_CODE_SPENT, false, slow},
	{"RequestLimitExceeded", NULL, STATUS_CODE_SPENT, false, slow},
	{"TooManyRequestsException", NULL, STATUS_CODE_SPENT, false, slow},
	{"SlowDown", NULL, STATUS_CODE_SPENT, false, slow},
	{"EC2ThrottledException", NULL, STATUS_CODE_SPENT, false, slow},
	{"BandwidthLimitExceeded", NULL, STATUS_CODE_SPENT, false, slow},
	{"LimitExceededException", NULL, STATUS_CODE_SPENT, false, slow},
	{"PriorRequestNotComplete", NULL, STATUS_CODE_SPENT, false, slow},
	{"ProvisionedThroughputExceededException", NULL, STATUS_CODE_SPENT, false, slow},
	{"TransactionInProgressException", NULL, STATUS_CODE_SPENT, false, slow},
	{"InternalFailure", NULL, STATUS_CODE_SPENT, false, aws_fails},
	{"InternalError", NULL, STATUS_CODE_SPENT, false, aws_fails},
	{"ServiceUnavailable", NULL, STATUS_CODE_SPENT, false, aws_fails},
	{"RequestTimeout", NULL, STATUS_CODE_SPENT, false, aws_fails},
	{"RequestTimeoutException", NULL, STATUS_CODE_SPENT, false, aws_fails},
};

static const struct error_row any_other = {
	NULL, NULL, STATUS_CONFIG, false, "AWS refuses the request: {aws}"};
static const struct error_row server_fails = {NULL, NULL, STATUS_CODE_SPENT, false, aws_fails};
static const struct error_row slow_down = {NULL, NULL, STATUS_CODE_SPENT, false, slow};

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static const struct error_row *find(const struct answer *a)
{
	const char *code = or_empty(a->error_code), *message = or_empty(a->error_message);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((!rows[i].code || strcmp(code, rows[i].code) == 0) &&
			(!rows[i].message || strstr(message, rows[i].message)))
			return &rows[i];
	return NULL;
}

/* True if the line sends people to the keys in their file. */
static bool is_about_written_keys(const struct error_row *row)
{
	return row->say == unknown_key || row->say == wrong_secret || row->say == temporary_key;
}

static const char *value_of(
	const char *name, size_t len, const struct aws_error_names *names, const char *aws)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{"host", names->host},
		{"region", names->region},
		{"key", names->access_key_id ? pasted_hide(names->access_key_id) : NULL},
		{"serial", names->serial},
		{"role", names->role_arn ? names->role_arn : "the account"},
		{"next", names->next_code},
		{"aws", aws},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strlen(values[i].name) == len && strncmp(values[i].name, name, len) == 0)
			return or_empty(values[i].value);
	return "";
}

static void append(char *dst, size_t size, const char *src, size_t len)
{
	size_t used = strlen(dst);

	if (len > size - used - 1)
		len = size - used - 1;
	memcpy(dst + used, src, len);
	dst[used + len] = '\0';
}

static enum status say(const struct error_row *row, const struct answer *a,
	const struct aws_error_names *names, struct error *e)
{
	char aws[400], message[300], id[80];
	const char *p = row->say;

	quote(message, sizeof(message), or_empty(a->error_message));
	quote(id, sizeof(id), or_empty(a->error_code));
	snprintf(aws, sizeof(aws), "%s%s%s", id, id[0] && message[0] ? ": " : "", message);
	e->status = row->status;
	e->text[0] = '\0';
	while (*p) {
		size_t len = strcspn(p, "{");
		const char *value;

		append(e->text, sizeof(e->text), p, len);
		p += len;
		if (!*p)
			break;
		len = strcspn(p, "}");
		value = value_of(p + 1, len - 1, names, aws);
		append(e->text, sizeof(e->text), value, strlen(value));
		p += len + 1;
	}
	if (a->request_id) {
		quote(id, sizeof(id), a->request_id);
		append(e->text, sizeof(e->text), " (RequestId ", strlen(" (RequestId "));
		append(e->text, sizeof(e->text), id, strlen(id));
		append(e->text, sizeof(e->text), ")", 1);
	}
	return e->status;
}

enum status aws_error_explain(const struct answer *a, long http_status,
	const struct aws_error_names *names, struct error *e)
{
	const struct error_row *row = find(a);

	if (row && names->by_session && is_about_written_keys(row))
		row = NULL;
	if (!row && http_status == 429)
		row = &slow_down;
	/* With such a status, the request may have been processed, whatever the words say. */
	if ((http_status >= 500 || http_status == 408) &&
		(!row || row->status != STATUS_CODE_SPENT))
		row = &server_fails;
	return say(row ? row : &any_other, a, names, e);
}

bool aws_error_key_refused(
	const struct answer *a, const struct aws_error_names *names, struct error *e)
{
	const struct error_row *row = a->is_error ? find(a) : NULL;

	if (!row || !row->key_refused)
		return false;
	say(row, a, names, e);
	return true;
}

bool aws_error_blames_clock(const struct answer *a)
{
	const char *message = or_empty(a->error_message);

	return strstr(message, "Signature expired") || strstr(message, "ignature not yet current");
}

bool aws_error_may_be_clock(const struct answer *a)
{
	static const char *const codes[] = {"SignatureDoesNotMatch", "RequestExpired",
		"RequestTimeTooSkewed", "InvalidSignatureException"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(or_empty(a->error_code), codes[i]) == 0)
			return true;
	return aws_error_blames_clock(a);
}

bool aws_error_is_throttling(const struct answer *a)
{
	const struct error_row *row = a->is_error ? find(a) : NULL;

	return row && row->say == slow;
}
