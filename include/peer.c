#include "peer.h"

#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void peer_init(
	struct peer *p, const struct words *words, enum side me, unsigned state, int fd, char *buf)
{
	*p = (struct peer){.words = words, .me = me, .state = state};
	record_reader_init(&p->reader, fd, buf, words->line_max);
}

static bool fits(const struct word_rule *rule, const char *text)
{
	enum status status;

	switch ((enum text)rule->text) {
	case TEXT_ANY:
		return true;
	case TEXT_NONE:
		return *text == '\0';
	case TEXT_NUMBER:
		return record_number(text) >= 0;
	case TEXT_RESULT:
		status = record_result(text, &text);
		return status >= 0 && status < 16 && rule->statuses & STATUS_BIT(status);
	}
	return false;
}

/* Returns the row that allows this record now, or NULL. */
static const struct word_rule *find(
	const struct peer *p, enum side from, const char *word, const char *text)
{
	for (size_t i = 0; i < p->words->n; i++) {
		const struct word_rule *rule = &p->words->rules[i];

		if (rule->from == from && rule->states & p->state &&
			(rule->most == 0 || p->count[i] < rule->most) &&
			strcmp(rule->word, word) == 0 && fits(rule, text))
			return rule;
	}
	return NULL;
}

static void take(struct peer *p, const struct word_rule *rule)
{
	const struct word_rule *rules = p->words->rules;

	if (rule->next)
		p->state = rule->next;
	for (size_t i = 0; rule->next && i < p->words->n; i++)
		if (rules[i].here)
			p->count[i] = 0;
	if (rule->most)
		p->count[rule - rules]++;
}

enum record_error peer_read(struct peer *p, int64_t deadline_ms, struct record *rec)
{
	enum record_error rc = RECORD_BROKEN;
	const struct word_rule *rule;

	rec->word = NULL;
	if (!p->broken)
		rc = record_read(&p->reader, deadline_ms, rec);
	if (rc == RECORD_OK) {
		rule = find(p, p->me == PARENT ? CHILD : PARENT, rec->word, rec->text);
		if (rule && rule->with == rec->with.n) {
			take(p, rule);
		} else {
			descriptors_close(&rec->with);
			rc = RECORD_BROKEN;
		}
	}
	p->broken = p->broken || rc == RECORD_BROKEN;
	return rc;
}

void peer_hold(struct peer *p, char *buf, size_t size)
{
	if (p->held)
		return;
	p->held = buf;
	p->held_size = size;
	p->held_len = 0;
}

static enum record_error send_held(struct peer *p, int64_t deadline_ms)
{
	enum record_error rc = RECORD_OK;

	if (p->held_len > 0)
		rc = record_send(p->reader.fd, deadline_ms, p->held, p->held_len);
	if (p->held)
		explicit_bzero(p->held, p->held_len);
	p->held_len = 0;
	return rc;
}

enum record_error peer_release(struct peer *p, int64_t deadline_ms)
{
	enum record_error rc = send_held(p, deadline_ms);

	p->held = NULL;
	return rc;
}

static enum record_error write_or_hold(struct peer *p, int64_t deadline_ms, const char *word,
	const char *text, const struct descriptors *with)
{
	enum record_error rc = RECORD_FAILED;

	if (p->held && !with)
		rc = record_append(p->held, p->held_size, &p->held_len, p->words->line_max, word,
			text ? text : "");
	if (rc != RECORD_FAILED)
		return rc;
	rc = send_held(p, deadline_ms);
	return rc == RECORD_OK
		? record_write(p->reader.fd, p->words->line_max, deadline_ms, word, text, with)
		: rc;
}

enum record_error peer_write_with(struct peer *p, int64_t deadline_ms, const char *word,
	const char *text, const struct descriptors *with)
{
	const struct word_rule *rule = find(p, p->me, word, text ? text : "");
	enum record_error rc = RECORD_BROKEN;

	if (rule && rule->with == (with ? with->n : 0))
		rc = write_or_hold(p, deadline_ms, word, text, with);
	if (rc == RECORD_OK)
		take(p, rule);
	return rc;
}

enum record_error peer_write(
	struct peer *p, int64_t deadline_ms, const char *word, const char *text)
{
	return peer_write_with(p, deadline_ms, word, text, NULL);
}

enum record_error peer_printf(
	struct peer *p, int64_t deadline_ms, const char *word, const char *fmt, ...)
{
	char text[RECORD_MAX_PAM];
	size_t room = p->words->line_max - strlen(word) - 2;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* One byte less than fits: vsnprintf() may have cut the last character in half. */
	record_fit(text, room < sizeof(text) - 2 ? room : sizeof(text) - 2);
	return peer_write(p, deadline_ms, word, text);
}
