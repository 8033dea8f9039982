/*
 * aws-mfa's side of its conversation with aws-mfa-sts. aws-mfa-sts sends every existing record in
 * every state in which aws-mfa reads. This program plays aws-mfa-sts, too. It gets the record to
 * send, and the time to send it, as the region.
 */
#include "monotonic.h"
#include "paths.h"

#undef AWS_MFA_STS_PATH
#define AWS_MFA_STS_PATH "/proc/self/exe"
/* NOLINTNEXTLINE(bugprone-suspicious-include): the path above is compiled in */
#include "exchange.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "sts_process.c"

#include "emulated.h"
#include "words_pam.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BROKEN "gave no answer"
#define BROKEN_OFF "has broken off"

/* The time when aws-mfa-sts sends the record. */
#define AT_WARMING 'w'
#define AT_READY 'r'
#define AT_SPENDING 's'
#define AT_READY_AGAIN 'a'

/* --- aws-mfa-sts --- */

static void put(const char *line)
{
	(void)!send(RECORD_FD, line, strlen(line), MSG_NOSIGNAL);
}

/* Reads up to the word; keeps the region. */
static void hear(struct record_reader *r, const char *word, char region[static 256])
{
	struct record rec;

	do {
		if (record_read(r, -1, &rec) != RECORD_OK)
			_exit(1);
		if (strcmp(rec.word, WORD_REGION) == 0)
			snprintf(region, 256, "%s", rec.text);
	} while (strcmp(rec.word, word) != 0);
}

/* A session, without the word that the record has. */
static void put_session(const char *record)
{
	static const char *const lines[] = {"access-key-id ASIA\n", "secret-access-key s\n",
		"session-token t\n", "expiration 4102444800\n", "result 0 accepted\n"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strcspn(lines[i], " ") != strcspn(record, " ") ||
			strncmp(lines[i], record, strcspn(record, " ")) != 0)
			put(lines[i]);
}

static void play_sts(void)
{
	static char buf[RECORD_MAX_STS];
	struct record_reader r;
	char region[256] = "", line[300];

	record_reader_init(&r, RECORD_FD, buf, sizeof(buf));
	hear(&r, WORD_CONNECT, region);
	snprintf(line, sizeof(line), "%s%s\n", region[0] == AT_READY ? "ready\n" : "", region + 1);
	if (region[0] == AT_WARMING || region[0] == AT_READY)
		put(line);
	/* Not if the record itself was this `ready`. */
	if (region[0] != AT_READY && strncmp(region, "wready", 6) != 0)
		put("ready\n");
	hear(&r, WORD_CODE, region);
	if (region[0] == AT_READY_AGAIN) {
		snprintf(line, sizeof(line), "result 11 no\n%s\n", region + 1);
		put(line);
		hear(&r, WORD_CODE, region);
	} else if (region[0] == AT_SPENDING) {
		put(line);
	}
	put_session(region[0] == AT_SPENDING ? region + 1 : "");
	hear(&r, "", region); /* until it is ended */
}

/* --- aws-mfa --- */

static char secret_data[] = "secret";
static const struct secret secret = {.data = secret_data};

/* Leads x to the state that reads the record, and reads on. Returns the result. */
static enum status lead(struct exchange *x, char when, const char *record, struct error *e)
{
	int64_t deadline_ms = monotonic_ms() + 20000;
	struct session session = {0};
	char region[256];
	struct sts_request request = {
		.access_key_id = "AKIA",
		.secret_access_key = &secret,
		.serial = "x",
		.region = region,
		.timeout = 20,
	};
	enum status rc;

	snprintf(region, sizeof(region), "%c%s", when, record);
	rc = exchange_start(x, &request, deadline_ms, e);
	while (rc == STATUS_OK && when == AT_READY && !x->ready)
		rc = exchange_step(x, deadline_ms, e);
	if (rc == STATUS_OK && when == AT_READY_AGAIN) {
		assert_int_equal(
			exchange_code(x, "111111", deadline_ms, &session, e), STATUS_WRONG_CODE);
		assert_int_not_equal(x->process.pid, 0);
	}
	if (rc == STATUS_OK && (when == AT_READY || when == AT_READY_AGAIN))
		rc = exchange_step(x, deadline_ms, e);
	if (rc == STATUS_OK)
		rc = exchange_code(x, "123456", deadline_ms, &session, e);
	session_free(&session);
	return rc;
}

/*
 * words: the words in turn, with blanks around each. statuses: the statuses in turn, the same way.
 */
static void check(char when, const char *words, const char *statuses, const char *word,
	const char *text, int status)
{
	char record[128], item[64];
	struct exchange x = {0};
	struct error e = {0};
	enum status rc;

	snprintf(record, sizeof(record), "%s%s%s", word, *text ? " " : "", text);
	rc = lead(&x, when, record, &e);
	snprintf(item, sizeof(item), " %s ", word);
	if (status >= 0)
		snprintf(item, sizeof(item), " %d ", status);
	if (strstr(status >= 0 ? statuses : words, item)) {
		/* `result 0` without a session is no session, and counts as broken. */
		if (status == 0)
			assert_int_equal(rc, STATUS_CODE_SPENT);
		else if ((int)rc != (status > 0 ? status : 0))
			fail_msg("%c %s: %d %s", when, record, (int)rc, e.text);
	} else {
		if (!strstr(e.text, BROKEN) && !strstr(e.text, BROKEN_OFF))
			fail_msg("taken out of turn: %c %s: %d %s", when, record, (int)rc, e.text);
		assert_int_equal(rc,
			when == AT_WARMING || when == AT_READY ? STATUS_SYSTEM : STATUS_CODE_SPENT);
		assert_int_equal(x.process.pid, 0); /* ended */
	}
	exchange_end(&x);
}

static void every_record(char when, const char *words, const char *statuses)
{
	static const struct words *const tables[] = {&words_pam, &words_sts};

	skip_if_emulated("start what it runs a second time");
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < tables[i]->n; k++) {
			const struct word_rule *rule = &tables[i]->rules[k];

			if (rule->text != TEXT_RESULT)
				check(when, words, statuses, rule->word,
					rule->text == TEXT_NONE             ? ""
						: rule->text == TEXT_NUMBER ? "4102444800"
									    : "x",
					-1);
		}
	for (int status = 0; status < 20; status++) {
		char text[32];

		snprintf(text, sizeof(text), "%d because", status);
		check(when, words, statuses, WORD_RESULT, text, status);
	}
}

static void while_it_warms_up(void **state)
{
	(void)state;
	every_record(AT_WARMING, " debug ready ", " 4 13 14 ");
}

static void while_a_code_is_waited_for(void **state)
{
	(void)state;
	every_record(AT_READY, " debug ", " 4 13 14 ");
}

static void after_the_code(void **state)
{
	(void)state;
	every_record(AT_SPENDING,
		" access-key-id secret-access-key session-token expiration server-time request-id "
		"debug ",
		" 0 4 11 13 14 15 ");
}

static void after_a_wrong_code(void **state)
{
	(void)state;
	every_record(AT_READY_AGAIN, " debug ", " 4 13 14 ");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_it_warms_up),
		cmocka_unit_test(while_a_code_is_waited_for),
		cmocka_unit_test(after_the_code),
		cmocka_unit_test(after_a_wrong_code),
	};

	if (argc == 1 && strcmp(argv[0], "aws-mfa-sts") == 0) {
		play_sts();
		return 0;
	}
	return cmocka_run_group_tests_name("tool/exchange", tests, NULL, NULL);
}
