/*
 * Every word in every state of each conversation, sent by either side. A word in turn is taken; a
 * word out of turn ends the peer. The tables give the records to send. turns.c lists once more, in
 * full, which words are in turn.
 */
#include "peer.h"
#include "turns.h"
#include "words_pam.h"
#include "words_sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static bool lists(const char *list, const char *item)
{
	char padded[64];

	snprintf(padded, sizeof(padded), " %s ", item);
	return strstr(list, padded) != NULL;
}

/* The row of the list above for this record; NULL: the record is out of turn. */
static const struct turn *expected(const struct conversation *c, unsigned state, enum side from,
	const char *word, const char *text, int status)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", status);
	for (size_t i = 0; i < 2; i++)
		for (const struct turn *t = c->turns[i]; t && t->state; t++)
			if (t->state == state && t->from == from && lists(t->words, word) &&
				(!*t->statuses || lists(t->statuses, number) ||
					(strcmp(t->statuses, BARE) == 0 && !*text)))
				return t;
	return NULL;
}

/* Both ends of one conversation, in the same process. */
struct wire {
	int fd; /* of the side that sends */
	struct peer peer;
	char buf[RECORD_MAX_STS];
};

static struct wire wire;

static void start(const struct words *words, unsigned state, enum side from)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	wire.fd = pair[0];
	peer_init(&wire.peer, words, from == PARENT ? CHILD : PARENT, state, pair[1], wire.buf);
	record_reader_take_descriptors(&wire.peer.reader);
}

static void stop(void)
{
	close(wire.fd);
	close(wire.peer.reader.fd);
	record_reader_wipe(&wire.peer.reader);
}

/* Sends the record as it is, whatever the table says, and reads it at the other end. */
static enum record_error sent(const char *word, const char *text, struct record *rec)
{
	const struct descriptors three = {{wire.fd, wire.fd, wire.fd}, 3};
	const struct descriptors *with = strcmp(word, WORD_USER) == 0 ? &three : NULL;
	enum record_error rc;

	assert_int_equal(record_write(wire.fd, RECORD_MAX_STS, -1, word, text, with), RECORD_OK);
	rc = peer_read(&wire.peer, 0, rec);
	assert_int_equal(rec->with.n, rc == RECORD_OK && with ? 3 : 0);
	descriptors_close(&rec->with);
	return rc;
}

static const char *good_text(const struct word_rule *rule)
{
	return rule->text == TEXT_NONE ? "" : rule->text == TEXT_NUMBER ? "7" : "a b";
}

/* Sends one record in one state. Either it is taken so often, or it ends the peer. */
static void check(const struct conversation *c, unsigned state, enum side from, const char *word,
	const char *text, int status)
{
	const struct turn *turn = expected(c, state, from, word, text, status);
	struct record rec;
	unsigned n = 0;

	start(c->words, state, from);
	while (n < ANY_NUMBER && wire.peer.state == state && sent(word, text, &rec) == RECORD_OK)
		n++;
	if (!turn && n > 0)
		fail_msg("state %u: taken out of turn: %s %s", state, word, text);
	if (turn && n != (turn->next == state ? turn->times : 1))
		fail_msg("state %u: taken %u times: %s %s", state, n, word, text);
	if (n > 0)
		assert_int_equal(wire.peer.state, turn->next);
	if (wire.peer.broken) {
		assert_string_equal(rec.word, word);
		/* After the end, nothing of this peer is taken, even if it would be in turn. */
		assert_int_equal(sent(WORD_RESULT, "4 x", &rec), RECORD_BROKEN);
		assert_null(rec.word);
	} else if (wire.peer.state == STATE_ENDED) {
		assert_int_equal(sent(word, text, &rec), RECORD_BROKEN);
	}
	stop();
}

/* Every row of all tables: each conversation gets the words of the others, too. */
static void every_word_in_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CONVERSATIONS; i++)
		for (size_t k = 0; k < N_CONVERSATIONS; k++)
			for (size_t r = 0; r < conversations[k].words->n; r++) {
				const struct word_rule *rule = &conversations[k].words->rules[r];
				const unsigned *s = conversations[i].states;

				for (; *s && rule->text != TEXT_RESULT; s++) {
					const char *text = good_text(rule);

					check(&conversations[i], *s, PARENT, rule->word, text, -1);
					check(&conversations[i], *s, CHILD, rule->word, text, -1);
				}
			}
}

static void every_result_in_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CONVERSATIONS; i++)
		for (const unsigned *s = conversations[i].states; *s; s++)
			for (int status = 0; status < 100; status++) {
				char text[32];

				snprintf(text, sizeof(text), "%d because", status);
				check(&conversations[i], *s, PARENT, WORD_RESULT, text, status);
				check(&conversations[i], *s, CHILD, WORD_RESULT, text, status);
			}
}

static bool has(const struct words *table, const char *word)
{
	for (size_t r = 0; r < table->n; r++)
		if (strcmp(table->rules[r].word, word) == 0)
			return true;
	return false;
}

static void look_up_words(const struct words *table, const struct turn *turns)
{
	for (const struct turn *t = turns; t && t->state; t++) {
		char words[512], *rest = words, *word;

		snprintf(words, sizeof(words), "%s", t->words + 1);
		while ((word = strsep(&rest, " ")) && *word)
			if (!has(table, word))
				fail_msg("not in the table: %s", word);
	}
}

/* Each word of turns.c is in the table. Otherwise it would not have been sent. */
static void every_word_is_in_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CONVERSATIONS; i++)
		for (size_t k = 0; k < 2; k++)
			look_up_words(conversations[i].words, conversations[i].turns[k]);
}

/* In no state may a word come with a text that is not its own. */
static void wrong_texts(void **state)
{
	static const char *const bad[][2] = {{"until", "-5"}, {"until", ""}, {"until", "soon"},
		{"ask", "0"}, {"idle", "x"}, {"result", ""}, {"result", "ok"}, {"result", "-1 x"},
		{"duration", "1h"}, {"timeout", ""}, {"deadline", "-1"}, {"fips", "1"},
		{"dual-stack", "x"}, {"legacy-endpoint", "x"}, {"expiration", "2031-05-06"},
		{"server-time", ""}, {"unheard-of", ""}, {"version", "1.0"}, {"version", ""}};

	(void)state;
	for (size_t i = 0; i < N_CONVERSATIONS; i++)
		for (const unsigned *s = conversations[i].states; *s; s++)
			for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
				for (enum side from = PARENT; from <= CHILD; from++) {
					struct record rec;

					start(conversations[i].words, *s, from);
					assert_int_equal(
						sent(bad[b][0], bad[b][1], &rec), RECORD_BROKEN);
					stop();
				}
}

/* A role resets the fields of a role, and a code resets the fields of an answer. */
static void what_counts_anew(void **state)
{
	static const char *const settings[][2] = {{"role-arn", "a"}, {"external-id", "x"},
		{"tag", "a=b"}, {"role-arn", "b"}, {"external-id", "y"}, {"tag", "a=b"},
		{"connect", "signed"}};
	static const char *const talk[][2] = {{"account", "1"}, {"until", "1"}, {"ask", ""},
		{"code", "123456"}, {"until", "2"}, {"key-id", "k"}, {"result", "11 no"},
		{"code", "123456"}, {"until", "3"}, {"key-id", "k"}, {"result", "0 yes"}};
	struct record rec;

	(void)state;
	start(&words_sts, STS_SETTINGS, PARENT);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		assert_int_equal(sent(settings[i][0], settings[i][1], &rec), RECORD_OK);
	assert_int_equal(sent("external-id", "z", &rec), RECORD_BROKEN);
	stop();
	start(&words_pam, LOGIN_STARTED, CHILD);
	for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++)
		if (strcmp(talk[i][0], WORD_CODE) == 0)
			assert_int_equal(
				peer_write(&wire.peer, -1, WORD_CODE, talk[i][1]), RECORD_OK);
		else
			assert_int_equal(sent(talk[i][0], talk[i][1], &rec), RECORD_OK);
	stop();
}

/* This end does not send what it may not send, either. */
static void never_sends_out_of_turn(void **state)
{
	struct record rec;

	(void)state;
	start(&words_pam, LOGIN_STARTED, CHILD);
	assert_int_equal(peer_write(&wire.peer, -1, WORD_CODE, "123456"), RECORD_BROKEN);
	assert_int_equal(peer_printf(&wire.peer, -1, WORD_RESULT, "%d x", 0), RECORD_BROKEN);
	assert_int_equal(recv(wire.fd, wire.buf, 1, MSG_DONTWAIT), -1);
	assert_int_equal(sent(WORD_ASK, NULL, &rec), RECORD_OK);
	assert_int_equal(peer_write(&wire.peer, -1, WORD_CODE, "123456"), RECORD_OK);
	assert_int_equal(recv(wire.fd, wire.buf, 64, MSG_DONTWAIT), 12);
	assert_int_equal(peer_write(&wire.peer, -1, WORD_CODE, "123456"), RECORD_BROKEN);
	stop();
}

/* A record that did not go out has not changed the conversation. */
static void what_is_not_sent_does_not_count(void **state)
{
	struct record rec;

	(void)state;
	start(&words_pam, LOGIN_STARTED, CHILD);
	assert_int_equal(sent(WORD_ASK, NULL, &rec), RECORD_OK);
	assert_int_equal(
		record_write(wire.fd, RECORD_MAX_PAM, -1, WORD_IDLE, NULL, NULL), RECORD_OK);
	shutdown(wire.fd, SHUT_RD);
	assert_int_equal(peer_write(&wire.peer, -1, WORD_CODE, "123456"), RECORD_EOF);
	assert_int_equal(peer_read(&wire.peer, -1, &rec), RECORD_OK);
	assert_string_equal(rec.word, WORD_IDLE);
	stop();
}

static void malformed_lines_have_no_word(void **state)
{
	struct record rec;

	(void)state;
	start(&words_pam, LOGIN_STARTED, CHILD);
	assert_int_equal(write(wire.fd, "ask\task\nask\n", 12), 12);
	assert_int_equal(peer_read(&wire.peer, 0, &rec), RECORD_BROKEN);
	assert_null(rec.word);
	assert_int_equal(peer_read(&wire.peer, 0, &rec), RECORD_BROKEN);
	stop();
}

/* Formatted text is made fit for a line. */
static void cuts_messages_at_a_character(void **state)
{
	char euros[RECORD_MAX_PAM + 3];
	struct record rec;
	struct wire other = {0};

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(euros); i += 3)
		memcpy(euros + i, "\xe2\x82\xac", 4);
	start(&words_pam, LOGIN_NOTIFIED, PARENT);
	assert_int_equal(
		peer_printf(&wire.peer, -1, WORD_RESULT, "%d a\n%s", 13, euros), RECORD_OK);
	peer_init(&other.peer, &words_pam, PARENT, LOGIN_NOTIFIED, wire.fd, other.buf);
	assert_int_equal(peer_read(&other.peer, 0, &rec), RECORD_OK);
	assert_memory_equal(rec.text, "13 a \xe2\x82\xac", 8);
	assert_true(rec.text_len > RECORD_MAX_PAM - 16);
	assert_int_equal((rec.text_len - 5) % 3, 0);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_in_every_state),
		cmocka_unit_test(every_result_in_every_state),
		cmocka_unit_test(every_word_is_in_the_table),
		cmocka_unit_test(wrong_texts),
		cmocka_unit_test(what_counts_anew),
		cmocka_unit_test(never_sends_out_of_turn),
		cmocka_unit_test(what_is_not_sent_does_not_count),
		cmocka_unit_test(malformed_lines_have_no_word),
		cmocka_unit_test(cuts_messages_at_a_character),
	};

	return cmocka_run_group_tests_name("include/words", tests, NULL, NULL);
}
