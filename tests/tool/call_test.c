/*
 * aws-mfa's side of calls. aws-mfa-sts sends every existing record as an answer, and answers that
 * are complete or lack something. This program plays aws-mfa-sts, too. It gets the lines to send as
 * the region, with '|' for a line's end.
 */
#include "paths.h"

#undef AWS_MFA_STS_PATH
#define AWS_MFA_STS_PATH "/proc/self/exe"
/* NOLINTNEXTLINE(bugprone-suspicious-include): the path above is compiled in */
#include "call.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "sts_process.c"

#include "emulated.h"
#include "words_pam.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- aws-mfa-sts --- */

static void play_sts(void)
{
	static char buf[RECORD_MAX_STS];
	char lines[1024] = "";
	struct record_reader r;
	struct record rec;

	record_reader_init(&r, RECORD_FD, buf, sizeof(buf));
	while (record_read(&r, -1, &rec) == RECORD_OK) {
		if (strcmp(rec.word, WORD_REGION) == 0)
			snprintf(lines, sizeof(lines), "%s", rec.text);
		if (strcmp(rec.word, WORD_CALL) != 0)
			continue;
		for (char *p = lines; (p = strchr(p, '|')); p++)
			*p = '\n';
		(void)!send(RECORD_FD, lines, strlen(lines), MSG_NOSIGNAL);
		if (strstr(lines, "end\n"))
			return;
	}
}

/* --- aws-mfa --- */

static char secret_data[] = "secret";
static const struct secret secret = {.data = secret_data};

static void start(struct caller *c, const char *lines)
{
	const struct sts_request request = {.access_key_id = "AKIA",
		.secret_access_key = &secret,
		.region = lines,
		.timeout = 20};
	struct error e;

	skip_if_emulated("start what it runs a second time");
	assert_int_equal(call_start(c, &request, &e), STATUS_OK);
}

static void identity(void **state)
{
	struct call_identity who;
	struct caller c = {0};
	struct error e;

	(void)state;
	start(&c, "arn arn:x|account-id 123|server-time 4102444800|request-id id|result 0 ok|");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(call_identity(&c, &who, &e), STATUS_OK);
		assert_string_equal(who.account, "123");
		assert_string_equal(who.arn, "arn:x");
		assert_string_equal(c.process.request_id, "id");
		assert_true(sts_process_time(&c.process) - 4102444800 < 60);
	}
	call_end(&c);
	assert_int_equal(call_identity(&c, &who, &e), STATUS_SYSTEM);
}

static void lists(void **state)
{
	struct call_device devices[ITEMS_MAX];
	struct call_key keys[ITEMS_MAX];
	struct caller c = {0};
	struct error e;
	size_t n;

	(void)state;
	start(&c, "item|serial a|created 7|item|serial b|result 0 ok|");
	assert_int_equal(call_list_devices(&c, devices, &n, &e), STATUS_OK);
	assert_int_equal(n, 2);
	assert_string_equal(devices[0].serial, "a");
	assert_int_equal(devices[0].enabled, 7);
	assert_string_equal(devices[1].serial, "b");
	call_end(&c);
	start(&c,
		"item|access-key-id A|key-status Active|item|key-status Inactive|"
		"access-key-id B|created 9|result 0 ok|");
	assert_int_equal(call_list_keys(&c, keys, &n, &e), STATUS_OK);
	assert_int_equal(n, 2);
	assert_string_equal(keys[0].id, "A");
	assert_true(keys[0].active);
	assert_string_equal(keys[1].id, "B");
	assert_false(keys[1].active);
	assert_int_equal(keys[1].created, 9);
	call_end(&c);
}

static void new_key(void **state)
{
	struct call_new_key key;
	struct caller c = {0};
	struct error e;

	(void)state;
	start(&c, "access-key-id A|secret-access-key S|result 0 ok|");
	assert_int_equal(call_create_key(&c, &key, &e), STATUS_OK);
	assert_string_equal(key.id.data, "A");
	assert_string_equal(key.secret.data, "S");
	secret_free(&key.id);
	secret_free(&key.secret);
	call_end(&c);
}

/* What is refused, or not known: the status and AWS's error come through. */
static void failures(void **state)
{
	struct call_new_key key;
	struct caller c = {0};
	struct error e;

	(void)state;
	start(&c, "aws-error LimitExceeded|result 13 too many|");
	assert_int_equal(call_create_key(&c, &key, &e), STATUS_CONFIG);
	assert_string_equal(c.aws_error, "LimitExceeded");
	assert_string_equal(e.text, "too many");
	assert_null(key.secret.data);
	call_end(&c);
	start(&c, "access-key-id A|secret-access-key S|result 15 no idea|");
	assert_int_equal(call_create_key(&c, &key, &e), STATUS_CODE_SPENT);
	assert_string_equal(c.aws_error, "");
	assert_null(key.secret.data);
	call_end(&c);
}

/* Answers that lack something, and a process that ends. What is not known is not taken for nothing.
 */
static void incomplete(void **state)
{
	static const char *const lines[] = {"arn arn:x|result 0 ok|", "account-id 1|result 0 ok|",
		"item|result 0 ok|", "serial a|result 0 ok|", "access-key-id A|result 0 ok|",
		"end|", "result 0 ok"};
	struct call_device devices[ITEMS_MAX];
	struct call_identity who;
	struct call_key keys[ITEMS_MAX];
	struct call_new_key key;
	struct error e;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct caller c = {0};
		char text[256];

		snprintf(text, sizeof(text), "%s%s", lines[i], i == 6 ? "|end|" : "");
		start(&c, text);
		assert_int_equal(call_identity(&c, &who, &e), STATUS_SYSTEM);
		assert_int_equal(c.process.pid, 0);
		call_end(&c);
		start(&c, text);
		assert_int_equal(call_create_key(&c, &key, &e), STATUS_CODE_SPENT);
		assert_int_equal(c.process.pid, 0);
		if (i != 2 && i != 3 && i != 5)
			continue;
		start(&c, text);
		assert_int_equal(call_list_devices(&c, devices, &n, &e), STATUS_SYSTEM);
		assert_int_equal(n, 0);
		call_end(&c);
		if (i == 3) /* a serial is no field of a key */
			continue;
		start(&c, text);
		assert_int_equal(call_list_keys(&c, keys, &n, &e), STATUS_SYSTEM);
		assert_int_equal(n, 0);
		call_end(&c);
	}
}

static void check(const char *word, const char *text, bool in_turn)
{
	char lines[256];
	struct caller c = {0};
	struct error e = {0};
	enum status rc;

	snprintf(lines, sizeof(lines), "%s%s%s|result 0 ok|", word, *text ? " " : "", text);
	start(&c, lines);
	rc = call_set_key_active(&c, "AKIA", true, &e);
	if (in_turn ? rc != STATUS_OK : rc != STATUS_CODE_SPENT || c.process.pid != 0)
		fail_msg("%s: %d %s", lines, (int)rc, e.text);
	call_end(&c);
}

static void every_record(void **state)
{
	static const struct words *const tables[] = {&words_pam, &words_sts};
	static const char in_turn[] =
		" account-id arn secret-access-key session-token expiration server-time request-id "
		"aws-error item serial access-key-id key-status action decision created "
		"debug steps ";

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < tables[i]->n; k++) {
			const struct word_rule *rule = &tables[i]->rules[k];
			char padded[64];

			if (rule->text == TEXT_RESULT)
				continue;
			snprintf(padded, sizeof(padded), " %s ", rule->word);
			check(rule->word,
				rule->text == TEXT_NONE             ? ""
					: rule->text == TEXT_NUMBER ? "7"
								    : "x",
				strstr(in_turn, padded));
		}
}

static void every_result(void **state)
{
	struct error e;

	(void)state;
	for (int status = 0; status < 20; status++) {
		bool in_turn =
			status == 0 || status == 4 || status == 13 || status == 14 || status == 15;
		struct caller c = {0};
		char lines[64];

		snprintf(lines, sizeof(lines), "result %d because|", status);
		start(&c, lines);
		assert_int_equal(
			call_delete_key(&c, "A", &e), in_turn ? status : STATUS_CODE_SPENT);
		assert_int_equal(c.process.pid != 0, in_turn);
		call_end(&c);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),
		cmocka_unit_test(lists),
		cmocka_unit_test(new_key),
		cmocka_unit_test(failures),
		cmocka_unit_test(incomplete),
		cmocka_unit_test(every_record),
		cmocka_unit_test(every_result),
	};

	if (argc == 1 && strcmp(argv[0], "aws-mfa-sts") == 0) {
		play_sts();
		return 0;
	}
	return cmocka_run_group_tests_name("tool/call", tests, NULL, NULL);
}
