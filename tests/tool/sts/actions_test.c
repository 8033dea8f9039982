#include "actions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define MFA "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fa.b%40c%2Bd&TokenCode=012345"

static char serial[] = "arn:aws:iam::123456789012:mfa/a.b@c+d";
static char body[65536];

/* Writes what the action makes of its input to body; returns its length. */
static size_t write(int action, const struct parameters *settings, const char *code)
{
	const struct input in = {.settings = settings, .code = code};

	return action_write(&actions[action], &in, body, sizeof(body));
}

static void identity(void **state)
{
	const struct parameters nothing = {0};

	(void)state;
	assert_int_equal(write(ACTION_GET_CALLER_IDENTITY, &nothing, NULL), 43);
	assert_string_equal(body, "Action=GetCallerIdentity&Version=2011-06-15");
	assert_false(actions[ACTION_GET_CALLER_IDENTITY].spends_code);
}

static void session(void **state)
{
	struct parameters s = {.serial = serial};

	(void)state;
	write(ACTION_GET_SESSION_TOKEN, &s, "012345");
	assert_string_equal(body, "Action=GetSessionToken&Version=2011-06-15" MFA);
	s.duration = 129600;
	write(ACTION_GET_SESSION_TOKEN, &s, "012345");
	assert_string_equal(
		body, "Action=GetSessionToken&Version=2011-06-15" MFA "&DurationSeconds=129600");
	assert_true(actions[ACTION_GET_SESSION_TOKEN].spends_code);
}

static void role(void **state)
{
	char arn[] = "arn:aws:iam::1:role/x", name[] = "me~=,", id[] = "a:b", me[] = "me";
	char policy[] = "{\"a\":[]}";
	char tag[] = "Cost Center=a=b", bare[] = "Empty=", key[] = "Cost Center";
	struct parameters s = {.serial = serial,
		.duration = 43200,
		.n_roles = 1,
		.roles = {{.arn = arn,
			.session_name = name,
			.external_id = id,
			.source_identity = me}}};

	(void)state;
	write(ACTION_ASSUME_ROLE, &s, "012345");
	assert_string_equal(body,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"
		"&RoleSessionName=me~%3D%2C&ExternalId=a%3Ab&SourceIdentity=me" MFA
		"&DurationSeconds=43200");
	/* One on the way to another is as short as can be. */
	s.n_roles = 2;
	write(ACTION_ASSUME_ROLE, &s, "012345");
	assert_non_null(strstr(body, MFA "&DurationSeconds=900"));
	s = (struct parameters){.serial = serial,
		.n_roles = 1,
		.roles = {{.arn = arn,
			.session_name = me,
			.session_policy = policy,
			.tags = {{tag, bare}, 2},
			.transitive_tag_keys = {{key}, 1}}}};
	write(ACTION_ASSUME_ROLE, &s, NULL);
	assert_string_equal(body,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"
		"&RoleSessionName=me&Policy=%7B%22a%22%3A%5B%5D%7D&Tags.member.1.Key=Cost%20Center&Tags.member.1.Value=a%3Db"
		"&Tags.member.2.Key=Empty&Tags.member.2.Value=&TransitiveTagKeys.member.1=Cost%20Center");
	assert_true(actions[ACTION_ASSUME_ROLE].spends_code);
}

static void calls(void **state)
{
	static const struct argument arguments[] = {
		{"AccessKeyId", "AKIAEXAMPLE"}, {"Status", "Inactive"}};
	struct input in = {.arguments = arguments, .n_arguments = 2};

	(void)state;
	action_write(&actions[ACTION_UPDATE_ACCESS_KEY], &in, body, sizeof(body));
	assert_string_equal(body,
		"Action=UpdateAccessKey&Version=2010-05-08&AccessKeyId=AKIAEXAMPLE&Status=Inactive");
	in = (struct input){.marker = "a b=&"};
	action_write(&actions[ACTION_LIST_ACCESS_KEYS], &in, body, sizeof(body));
	assert_string_equal(body, "Action=ListAccessKeys&Version=2010-05-08&Marker=a%20b%3D%26");
}

static const struct action *parse(const char *call)
{
	struct argument arguments[ARGUMENTS_MAX];
	char text[128];
	size_t n;

	snprintf(text, sizeof(text), "%s", call);
	return action_parse(text, arguments, &n);
}

/* A call must not spend a code, and an action that changes something must be marked. */
static void what_may_be_called(void **state)
{
	const struct parameters settings = {.serial = serial};

	(void)state;
	for (size_t i = 0; i < N_ACTIONS; i++) {
		const struct action *a = &actions[i];
		const struct action *found = parse(a->called ? a->called : a->name);

		assert_ptr_equal(found, a->spends_code ? NULL : a);
		assert_int_equal(a->changes,
			strncmp(a->name, "Get", 3) != 0 && strncmp(a->name, "List", 4) != 0 &&
				strncmp(a->name, "Simulate", 8) != 0 &&
				strncmp(a->name, "Assume", 6) != 0);
	}
	assert_null(parse(""));
	assert_null(parse("GetSessionToken"));
	assert_null(parse("AssumeRole"));
	assert_null(parse("AssumeWithSession RoleArn=x"));
	write(ACTION_TRY_SESSION, &settings, "012345");
	assert_string_equal(body, "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900");
	assert_null(parse("listaccesskeys"));
	assert_non_null(parse("UpdateAccessKey Status=x"));
	assert_null(parse("DeleteAccessKey Status=x"));
	assert_null(parse("UpdateAccessKey =x"));
	assert_null(parse("UpdateAccessKey AccessKeyId Status=x"));
	assert_null(parse("GetCallerIdentity UserName=x"));
}

static void how_many_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ACTIONS; i++) {
		const struct action *a = &actions[i];
		bool list = strncmp(a->name, "List", 4) == 0;

		assert_int_equal(action_signatures(a),
			a->spends_code ? 1
				: list ? PARTS_MAX + 1
				       : 2);
	}
}

static void every_byte(void **state)
{
	char all[256];

	(void)state;
	for (size_t i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	write(ACTION_GET_SESSION_TOKEN, &(struct parameters){.serial = all}, "");
	assert_non_null(strstr(body, "&SerialNumber=%01%02"));
	assert_non_null(strstr(body, "%1F%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F0"));
	assert_non_null(strstr(body, "9%3A%3B%3C%3D%3E%3F%40A"));
	assert_non_null(strstr(body, "Z%5B%5C%5D%5E_%60a"));
	assert_non_null(strstr(body, "z%7B%7C%7D~%7F%80"));
	assert_non_null(strstr(body, "%FE%FF&TokenCode="));
}

static void too_small(void **state)
{
	const struct parameters s = {.serial = serial, .duration = 900};
	const struct input in = {.settings = &s, .code = "012345"};
	const struct action *a = &actions[ACTION_GET_SESSION_TOKEN];
	size_t len = action_write(a, &in, NULL, 0);
	char whole[256];

	(void)state;
	assert_int_equal(action_write(a, &in, whole, sizeof(whole)), len);
	assert_int_equal(strlen(whole), len);
	for (size_t size = 1; size <= len + 1; size++) {
		body[size] = 'x';
		assert_int_equal(action_write(a, &in, body, size), len);
		assert_int_equal(strlen(body), size - 1);
		assert_memory_equal(body, whole, size - 1);
		assert_int_equal(body[size], 'x');
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),
		cmocka_unit_test(session),
		cmocka_unit_test(role),
		cmocka_unit_test(calls),
		cmocka_unit_test(what_may_be_called),
		cmocka_unit_test(how_many_signatures),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(too_small),
	};

	return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
