#include "actions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define MFA "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fa.b%40c%2Bd&TokenCode=012345"

static const char serial[] = "arn:aws:iam::123456789012:mfa/a.b@c+d";

static void bodies(void **state)
{
	char arn[] = "arn:aws:iam::1:role/x", name[] = "me~=,", id[] = "a:b", me[] = "me",
	     device[] = "arn:aws:iam::123456789012:mfa/a.b@c+d";
	char tag[] = "Cost Center=a=b", bare[] = "Empty=", key[] = "Cost Center";
	struct role role = {
		.arn = arn, .session_name = name, .external_id = id, .source_identity = me};
	char body[REQUEST_MAX];

	(void)state;
	assert_int_equal(request_get_caller_identity(body, sizeof(body)), 43);
	assert_string_equal(body, "Action=GetCallerIdentity&Version=2011-06-15");
	request_get_session_token(body, sizeof(body), serial, "012345", 0);
	assert_string_equal(body, "Action=GetSessionToken&Version=2011-06-15" MFA);
	request_get_session_token(body, sizeof(body), serial, "012345", 129600);
	assert_string_equal(
		body, "Action=GetSessionToken&Version=2011-06-15" MFA "&DurationSeconds=129600");
	request_assume_role(body, sizeof(body), &role, device, "012345", 900);
	assert_string_equal(body,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"
		"&RoleSessionName=me~%3D%2C&ExternalId=a%3Ab&SourceIdentity=me" MFA
		"&DurationSeconds=900");
	role = (struct role){.arn = arn,
		.session_name = me,
		.tags = {{tag, bare}, 2},
		.transitive_tag_keys = {{key}, 1}};
	request_assume_role(body, sizeof(body), &role, NULL, NULL, 0);
	assert_string_equal(body,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"
		"&RoleSessionName=me&Tags.member.1.Key=Cost%20Center&Tags.member.1.Value=a%3Db"
		"&Tags.member.2.Key=Empty&Tags.member.2.Value=&TransitiveTagKeys.member.1=Cost%20Center");
}

static void every_byte(void **state)
{
	char body[REQUEST_MAX], all[256];

	(void)state;
	for (size_t i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	request_get_session_token(body, sizeof(body), all, "", 0);
	assert_non_null(strstr(body, "&SerialNumber=%01%02"));
	assert_non_null(strstr(body, "%1F%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F0"));
	assert_non_null(strstr(body, "9%3A%3B%3C%3D%3E%3F%40A"));
	assert_non_null(strstr(body, "Z%5B%5C%5D%5E_%60a"));
	assert_non_null(strstr(body, "z%7B%7C%7D~%7F%80"));
	assert_non_null(strstr(body, "%FE%FF&TokenCode="));
}

static void too_small(void **state)
{
	char body[REQUEST_MAX];
	size_t len = request_get_session_token(body, sizeof(body), serial, "012345", 900);

	(void)state;
	for (size_t size = 0; size <= len; size++) {
		body[size] = 'x';
		assert_int_equal(request_get_session_token(body, size, serial, "012345", 900), 0);
		assert_int_equal(body[size], 'x');
	}
	assert_int_equal(request_get_session_token(body, len + 1, serial, "012345", 900), len);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(too_small),
	};

	return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
