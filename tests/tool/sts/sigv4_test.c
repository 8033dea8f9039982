/* AWS's published Signature Version 4 test suite, as far as STS's requests go. */
#include "sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* 20150830T123600Z */
#define SUITE_TIME 1440938160

static struct sigv4_request suite(const char *method)
{
	return (struct sigv4_request){.time = SUITE_TIME,
		.access_key_id = "AKIDEXAMPLE",
		.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.region = "us-east-1",
		.service = "service",
		.method = method,
		.path = "/",
		.body = ""};
}

static void signs_as(struct sigv4_request *req, const struct sigv4_header *headers, size_t n,
	const char *expected)
{
	char auth[SIGV4_AUTH_SIZE];

	req->headers = headers;
	req->n_headers = n;
	assert_true(sigv4_sign(req, auth, sizeof(auth)));
	assert_string_equal(auth, expected);
}

#define CREDENTIAL                                                                                 \
	"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
#define HOST "host", "example.amazonaws.com"
#define DATE "x-amz-date", "20150830T123600Z"

static void get_vanilla(void **state)
{
	static const struct sigv4_header headers[] = {{HOST}, {DATE}};
	struct sigv4_request req = suite("GET");

	(void)state;
	signs_as(&req, headers, 2,
		CREDENTIAL
		"SignedHeaders=host;x-amz-date, "
		"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

static void post_vanilla(void **state)
{
	static const struct sigv4_header headers[] = {{HOST}, {DATE}};
	struct sigv4_request req = suite("POST");

	(void)state;
	signs_as(&req, headers, 2,
		CREDENTIAL
		"SignedHeaders=host;x-amz-date, "
		"Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

static void post_form(void **state)
{
	static const struct sigv4_header headers[] = {
		{"content-type", "application/x-www-form-urlencoded"}, {HOST}, {DATE}};
	struct sigv4_request req = suite("POST");

	(void)state;
	req.body = "Param1=value1";
	req.body_len = strlen(req.body);
	signs_as(&req, headers, 3,
		CREDENTIAL
		"SignedHeaders=content-type;host;x-amz-date, "
		"Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

static void get_header_value_trim(void **state)
{
	static const struct sigv4_header headers[] = {
		{HOST}, {"my-header1", " value1"}, {"my-header2", " \"a   b   c\""}, {DATE}};
	struct sigv4_request req = suite("GET");

	(void)state;
	signs_as(&req, headers, 4,
		CREDENTIAL
		"SignedHeaders=host;my-header1;my-header2;x-amz-date, "
		"Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

static void get_header_key_duplicate(void **state)
{
	static const struct sigv4_header headers[] = {{HOST}, {"my-header1", "value2"},
		{"my-header1", "value2"}, {"my-header1", "value1"}, {DATE}};
	struct sigv4_request req = suite("GET");

	(void)state;
	signs_as(&req, headers, 5,
		CREDENTIAL
		"SignedHeaders=host;my-header1;x-amz-date, "
		"Signature=c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
}

static void get_vanilla_query(void **state)
{
	static const struct sigv4_header headers[] = {{HOST}, {DATE}};
	struct sigv4_request req = suite("GET");

	(void)state;
	req.query = "Param1=value1&Param2=value2";
	signs_as(&req, headers, 2,
		CREDENTIAL
		"SignedHeaders=host;x-amz-date, "
		"Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

static void post_sts_header_before(void **state)
{
	static const struct sigv4_header headers[] = {{HOST}, {DATE},
		{"x-amz-security-token",
			"AQoDYXdzEPT//////////"
			"wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMi"
			"cRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKs"
			"burEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0i"
			"PPkUL64lIZbqBAz+"
			"scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="}};
	struct sigv4_request req = suite("POST");

	(void)state;
	signs_as(&req, headers, 3,
		CREDENTIAL
		"SignedHeaders=host;x-amz-date;x-amz-security-token, "
		"Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

static void refuses(void **state)
{
	static const struct sigv4_header disorder[] = {{DATE}, {HOST}};
	struct sigv4_request req = suite("GET");
	char auth[SIGV4_AUTH_SIZE], date[SIGV4_DATE_SIZE];

	(void)state;
	req.headers = disorder;
	req.n_headers = 2;
	assert_false(sigv4_sign(&req, auth, sizeof(auth)));
	req.n_headers = 1;
	for (size_t size = 0; size < 180; size++)
		assert_false(sigv4_sign(&req, auth, size));
	assert_false(sigv4_date((time_t)400000000000, date));
	assert_true(sigv4_date(0, date));
	assert_string_equal(date, "19700101T000000Z");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_vanilla),
		cmocka_unit_test(post_vanilla),
		cmocka_unit_test(post_form),
		cmocka_unit_test(get_header_value_trim),
		cmocka_unit_test(get_header_key_duplicate),
		cmocka_unit_test(get_vanilla_query),
		cmocka_unit_test(post_sts_header_before),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
