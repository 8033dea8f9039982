/* The checks of single values: a record and an INI file can hold every value that passes. */
#include "fuzz.h"

#include "code.h"
#include "iso_time.h"
#include "settings/tags.h"
#include "settings/value.h"

static void check_clean(const char *s)
{
	for (; *s; s++)
		MUST((unsigned char)*s >= ' ' && *s != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *(*const checks[])(const char *) = {value_role_arn, value_mfa_serial,
		value_role_session_name, value_external_id, value_region, value_endpoint_url,
		value_proxy, value_no_proxy, value_path, value_access_key_id,
		value_secret_access_key, value_profile, tags_check};
	char *text = fuzz_string(data, size), code[CODE_DIGITS + 1];
	time_t expires = iso_time_from_file(text), sent = iso_time_from_aws(text);
	long seconds = 0;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!checks[i](text))
			check_clean(text);
	if (!value_duration(text, &seconds))
		MUST(seconds >= 900 && seconds <= 129600);
	if (!value_timeout(text, &seconds))
		MUST(seconds >= 1 && seconds <= 300);
	MUST(expires >= -1 && expires <= 253402300800); /* 9999, and a leap second */
	MUST(sent == -1 || sent == expires);
	tags_check_keys(text, text);
	MUST(!code_from_answer(code, text) || code_is_exact(code));
	free(text);
	return 0;
}
