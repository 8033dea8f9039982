#include "actions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""
#define CREDENTIALS                                                                                \
	"<Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>a/b+c</SecretAccessKey>"    \
	"<SessionToken>tok==</SessionToken><Expiration>2024-05-01T12:00:00Z</Expiration>"          \
	"</Credentials>"
#define NOON 1714564800 /* 2024-05-01T12:00:00Z */

/* Takes what AssumeRole wants. */
static enum parsed parse_bytes(const char *xml, size_t len, struct answer *a)
{
	return answer_parse(xml, len, actions[ACTION_ASSUME_ROLE].wanted, a);
}

static enum parsed parse(const char *xml, struct answer *a)
{
	return parse_bytes(xml, strlen(xml), a);
}

static void session(void **state)
{
	static const char *const shapes[] = {
		"<GetSessionTokenResponse " NS "><GetSessionTokenResult>" CREDENTIALS
		"</GetSessionTokenResult><ResponseMetadata><RequestId>id-1</RequestId>"
		"</ResponseMetadata></GetSessionTokenResponse>",
		/* any order, prefixes, blanks, comments, CDATA, character references */
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:AssumeRoleResponse xmlns:s=\"urn:x\">\n"
		"<s:ResponseMetadata>\n<s:RequestId> id-1\n</s:RequestId></s:ResponseMetadata>"
		"<s:AssumeRoleResult><s:AssumedRoleUser><s:Arn>arn:x</s:Arn></s:AssumedRoleUser>"
		"<s:Credentials><s:Expiration>\n 2024-05-01T12:00:00.5Z </s:Expiration>"
		"<s:SessionToken>to<![CDATA[k]]>&#61;=</s:SessionToken><!-- x -->"
		"<s:SecretAccessKey>a/b+c</s:SecretAccessKey><s:AccessKeyId>ASIAX</s:AccessKeyId>"
		"</s:Credentials></s:AssumeRoleResult></s:AssumeRoleResponse>",
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct answer a;
		time_t expires = 0;

		assert_int_equal(parse(shapes[i], &a), PARSED);
		assert_false(a.is_error);
		assert_string_equal(answer_field(&a, FIELD_ACCESS_KEY_ID), "ASIAX");
		assert_string_equal(answer_field(&a, FIELD_SECRET_ACCESS_KEY), "a/b+c");
		assert_string_equal(answer_field(&a, FIELD_SESSION_TOKEN), "tok==");
		assert_string_equal(a.request_id, "id-1");
		assert_null(answer_field(&a, FIELD_ARN));
		assert_true(answer_credentials(&a, NOON - 1, NOON, &expires, &why));
		assert_int_equal(expires, NOON);
		assert_false(answer_credentials(&a, NOON, NOON + 1, &expires, &why));
		assert_false(answer_credentials(&a, 0, NOON - 1, &expires, &why));
		answer_free(&a);
	}
}

static void identity(void **state)
{
	static const char xml[] =
		"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:x</Arn>"
		"<UserId>U</UserId><Account>123456789012</Account>"
		"</GetCallerIdentityResult></GetCallerIdentityResponse>";
	struct answer a;

	(void)state;
	assert_int_equal(
		answer_parse(xml, sizeof(xml) - 1, actions[ACTION_GET_CALLER_IDENTITY].wanted, &a),
		PARSED);
	assert_string_equal(answer_field(&a, FIELD_ACCOUNT), "123456789012");
	assert_string_equal(answer_field(&a, FIELD_ARN), "arn:aws:x");
	answer_free(&a);
	/* Another action does not want it. */
	assert_int_equal(parse(xml, &a), PARSED);
	assert_null(answer_field(&a, FIELD_ACCOUNT));
	answer_free(&a);
}

/* As IAM's actions have them. */
static void lists(void **state)
{
	static const struct wanted keys[] = {
		{"/AccessKeyMetadata/member/AccessKeyId", FIELD_ACCESS_KEY_ID, EACH},
		{"/AccessKeyMetadata/member/UserName", FIELD_ARN, EACH},
		{"/ListAccessKeysResult/IsTruncated", FIELD_ACCOUNT, ONCE},
		{NULL, 0, ONCE},
	};
	static const char xml[] =
		"<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata>"
		"<member><UserName>me</UserName><AccessKeyId> AKIA1 </AccessKeyId></member>"
		"<member><AccessKeyId>AKIA2</AccessKeyId><UserName/></member>"
		"<member><AccessKeyId>AKIA3</AccessKeyId></member></AccessKeyMetadata>"
		"<IsTruncated>false</IsTruncated></ListAccessKeysResult></ListAccessKeysResponse>";
	const char *id = NULL, *name;
	struct answer a;

	(void)state;
	assert_int_equal(answer_parse(xml, sizeof(xml) - 1, keys, &a), PARSED);
	for (const char *const *want = (const char *const[]){"AKIA1", "AKIA2", "AKIA3", NULL};
		*want; want++) {
		id = answer_next(&a, FIELD_ACCESS_KEY_ID, id);
		assert_non_null(id);
		assert_string_equal(id, *want);
	}
	assert_null(answer_next(&a, FIELD_ACCESS_KEY_ID, id));
	name = answer_field(&a, FIELD_ARN);
	assert_string_equal(name, "me");
	name = answer_next(&a, FIELD_ARN, name);
	assert_string_equal(name, "");
	assert_null(answer_next(&a, FIELD_ARN, name));
	assert_string_equal(answer_field(&a, FIELD_ACCOUNT), "false");
	answer_free(&a);
}

static void errors(void **state)
{
	static const char *const shapes[] = {
		"<ErrorResponse " NS "><Error><Type>Sender</Type><Code>AccessDenied</Code>"
		"<Message>no</Message></Error><RequestId>id-2</RequestId></ErrorResponse>",
		"<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>id-2</RequestId></Error>",
		"<ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
		"</Errors><RequestId>id-2</RequestId></ErrorResponse>",
		"<Response><Errors><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
		"</Errors><RequestID>id-2</RequestID></Response>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct answer a;

		assert_int_equal(parse(shapes[i], &a), PARSED);
		assert_true(a.is_error);
		assert_string_equal(a.error_code, "AccessDenied");
		assert_string_equal(a.error_message, "no");
		assert_string_equal(a.request_id, "id-2");
		answer_free(&a);
	}
}

static void not_understood(void **state)
{
	static const char *const bodies[] = {
		"",
		" ",
		"{\"Error\": 1}",
		"<!DOCTYPE html><html><body>x</body></html>",
		"<html><head/></html>",
		"<HTML/>",
		"<!DOCTYPE r [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
		"<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><Error/>",
		"<Error><Code>x</Code>",
		"<Error><Code>x</Error></Code>",
		"<Error><Code>&undefined;</Code></Error>",
		"<Error><Code>\xff</Code></Error>",
		"<Error><Code>&#0;</Code></Error>",
		"<Error><Code>a</Code><Code>b</Code></Error>",
		"<Error><Code>a<b/></Code></Error>",
		"<R><XResult>" CREDENTIALS CREDENTIALS "</XResult></R>",
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?><Error><Code>x</Code></Error>\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct answer a;

		if (parse(bodies[i], &a) != PARSED_NO_ANSWER)
			fail_msg("understood: %s", bodies[i]);
		answer_free(&a);
	}
}

/* Fields count only where they belong. */
static void elsewhere(void **state)
{
	struct answer a;
	time_t expires;
	const char *why;

	(void)state;
	assert_int_equal(parse("<R><Other>" CREDENTIALS
			       "</Other><A><B><C><Error><Code>x</Code></Error></C></B></A></R>",
				 &a),
		PARSED);
	assert_null(answer_field(&a, FIELD_ACCESS_KEY_ID));
	assert_false(a.is_error);
	assert_false(answer_credentials(&a, 0, NOON, &expires, &why));
	answer_free(&a);
}

static void depth(void **state)
{
	(void)state;
	for (size_t levels = 31; levels <= 10000; levels += levels < 34 ? 1 : 9966) {
		char *xml = calloc(levels, 7);
		struct answer a;

		assert_non_null(xml);
		for (size_t i = 0; i < levels; i++) {
			memcpy(xml + 3 * i, "<a>", 3);
			memcpy(xml + 3 * levels + 4 * i, "</a>", 4);
		}
		assert_int_equal(
			parse_bytes(xml, 7 * levels, &a), levels <= 32 ? PARSED : PARSED_NO_ANSWER);
		answer_free(&a);
		free(xml);
	}
}

/* Cut anywhere, an answer is not one. */
static void truncated(void **state)
{
	static const char whole[] =
		"<R><XResult>" CREDENTIALS
		"</XResult><ResponseMetadata><RequestId>i</RequestId></ResponseMetadata></R>";

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		struct answer a;

		assert_int_equal(parse_bytes(whole, len, &a), PARSED_NO_ANSWER);
		answer_free(&a);
	}
}

static void big_token(void **state)
{
	static const char head[] = "<R><XResult><Credentials><SessionToken>";
	static const char tail[] = "</SessionToken></Credentials></XResult></R>";
	size_t token = 1000000, len = sizeof(head) - 1 + token + sizeof(tail) - 1;
	char *xml = malloc(len);
	struct answer a;

	(void)state;
	assert_non_null(xml);
	memcpy(xml, head, sizeof(head) - 1);
	memset(xml + sizeof(head) - 1, 't', token);
	memcpy(xml + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
	assert_int_equal(parse_bytes(xml, len, &a), PARSED);
	assert_int_equal(strlen(answer_field(&a, FIELD_SESSION_TOKEN)), token);
	answer_free(&a);
	free(xml);
}

/* Half of the bytes of UTF-16 may become three in UTF-8: more text than there was body. */
static void utf16(void **state)
{
	static const char head[] = "<R><XResult><Credentials><SessionToken>";
	static const char tail[] = "</SessionToken><AccessKeyId/><SecretAccessKey/><Expiration/>"
				   "</Credentials></XResult></R>";

	(void)state;
	for (size_t wide = 0; wide < 600; wide++) {
		size_t heads = sizeof(head) - 1, tails = sizeof(tail) - 1;
		size_t len = 2 * (1 + heads + wide + tails);
		char *xml = calloc(len, 1);
		struct answer a;

		assert_non_null(xml);
		memcpy(xml, "\xff\xfe", 2);
		for (size_t i = 0; i < heads; i++)
			xml[2 + 2 * i] = head[i];
		memset(xml + 2 + 2 * heads, 0x4e, 2 * wide); /* U+4E4E */
		for (size_t i = 0; i < tails; i++)
			xml[2 + 2 * (heads + wide + i)] = tail[i];
		assert_int_equal(parse_bytes(xml, len, &a), PARSED_NO_ANSWER);
		answer_free(&a);
		/* without a byte order mark */
		assert_int_equal(parse_bytes(xml + 2, len - 2, &a), PARSED_NO_ANSWER);
		answer_free(&a);
		free(xml);
	}
}

static void ini_injection(void **state)
{
	static const char *const secrets[] = {
		"fine", "a\nb", "a b", "", "a\tb", "\xc3\xa4", "#a", ";a"};

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		struct answer a;
		char xml[512];
		time_t expires;
		const char *why;

		snprintf(xml, sizeof(xml),
			"<R><XResult><Credentials><AccessKeyId>K</AccessKeyId>"
			"<SecretAccessKey>%s</SecretAccessKey><SessionToken>T</SessionToken>"
			"<Expiration>2024-05-01T12:00:00Z</Expiration></Credentials></XResult></R>",
			secrets[i]);
		assert_int_equal(parse(xml, &a), PARSED);
		assert_string_equal(answer_field(&a, FIELD_SECRET_ACCESS_KEY), secrets[i]);
		assert_int_equal(answer_credentials(&a, 0, NOON, &expires, &why), i == 0);
		answer_free(&a);
	}
}

static const char keys_of_iam[] =
	"<ListAccessKeysResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
	"<ListAccessKeysResult><AccessKeyMetadata><member><UserName>a</UserName>"
	"<AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status></member><member>"
	"<Status>Inactive</Status><AccessKeyId>AKIA2</AccessKeyId></member></AccessKeyMetadata>"
	"<IsTruncated>true</IsTruncated><Marker>m</Marker></ListAccessKeysResult>"
	"<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></ListAccessKeysResponse>";

static void a_list(void **state)
{
	static const struct {
		enum field field;
		const char *text;
	} expected[] = {{FIELD_ITEM, ""}, {FIELD_ACCESS_KEY_ID, "AKIA1"},
		{FIELD_KEY_STATUS, "Active"}, {FIELD_ITEM, ""}, {FIELD_KEY_STATUS, "Inactive"},
		{FIELD_ACCESS_KEY_ID, "AKIA2"}, {FIELD_TRUNCATED, "true"}, {FIELD_MARKER, "m"},
		{FIELD_REQUEST_ID, "id"}};
	const char *text = NULL;
	struct answer a;
	enum field field;

	(void)state;
	assert_int_equal(answer_parse(keys_of_iam, strlen(keys_of_iam),
				 actions[ACTION_LIST_ACCESS_KEYS].wanted, &a),
		PARSED);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		text = answer_after(&a, text, &field);
		assert_non_null(text);
		assert_int_equal(field, expected[i].field);
		assert_string_equal(text, expected[i].text);
	}
	assert_null(answer_after(&a, text, &field));
	assert_string_equal(
		answer_next(&a, FIELD_ACCESS_KEY_ID, answer_field(&a, FIELD_ACCESS_KEY_ID)),
		"AKIA2");
	answer_free(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(session),
		cmocka_unit_test(identity),
		cmocka_unit_test(lists),
		cmocka_unit_test(errors),
		cmocka_unit_test(not_understood),
		cmocka_unit_test(elsewhere),
		cmocka_unit_test(depth),
		cmocka_unit_test(truncated),
		cmocka_unit_test(big_token),
		cmocka_unit_test(utf16),
		cmocka_unit_test(ini_injection),
		cmocka_unit_test(a_list),
	};

	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
