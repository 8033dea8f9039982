#include "several.h"

#include "share.h"
#include "text/color.h"
#include "text/log.h"
#include "text/span.h"
#include "text/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

size_t several_show(const struct several_profile *p, char name[static SHOWN_SIZE])
{
	snprintf(name, SHOWN_SIZE, "%s", p->name);
	return width_clean(name);
}

void several_share(struct several *s, const struct refresh *from)
{
	for (size_t i = 0; i < s->n; i++) {
		struct several_profile *p = s->profiles[i];

		if (!p->done && strcmp(p->r.settings.session, from->settings.session) != 0 &&
			share_is_possible(&from->settings, &p->r.settings))
			p->rc = share_session(&p->r, &from->session, &p->e);
	}
}

struct outcome {
	const char *color, *word;
	const char *rest;
};

static struct outcome outcome_of(
	const struct several_profile *p, time_t now, char left[static SPAN_SIZE])
{
	switch (p->rc) {
	case STATUS_OK:
	case STATUS_VALID:
		span_text(left, p->r.expiration - now);
		return (struct outcome){COLOR_GREEN, "valid", left};
	case STATUS_WRONG_CODE:
		return (struct outcome){COLOR_RED, "refused", "wrong code"};
	case STATUS_NOT_STORED:
		return (struct outcome){COLOR_RED, "lost", "not stored"};
	case STATUS_NOT_SET_UP:
		return (struct outcome){COLOR_RED, "failed", "not set up"};
	case STATUS_UNAVAILABLE:
		return (struct outcome){COLOR_RED, "failed", "AWS not reached"};
	default:
		return (struct outcome){COLOR_RED, "failed", "see above"};
	}
}

/* The server's time, if any process heard it: a profile that shares a session spoke with none. */
static time_t now_of(const struct several *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->profiles[i]->r.exchange.process.heard_time)
			return sts_process_time(&s->profiles[i]->r.exchange.process);
	return time(NULL);
}

static void print_table(const struct several *s)
{
	bool color = color_wanted(STDERR_FILENO);
	time_t now = now_of(s);
	char name[SHOWN_SIZE], left[SPAN_SIZE];
	size_t most = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t width = several_show(s->profiles[i], name);

		most = width > most ? width : most;
	}
	for (size_t i = 0; i < s->n; i++) {
		struct outcome w = outcome_of(s->profiles[i], now, left);
		size_t width = several_show(s->profiles[i], name);

		dprintf(STDERR_FILENO, "%s%*s  %s%-7s%s  %s\n", name, (int)(most - width), "",
			color ? w.color : "", w.word, color ? COLOR_END : "", w.rest);
	}
}

bool several_failed(const struct several_profile *p)
{
	return p->rc != STATUS_OK && p->rc != STATUS_VALID;
}

void several_tell_failure(const struct several_profile *p)
{
	struct error e;

	if (!several_failed(p))
		return;
	error_set(&e, p->rc, "%.256s: %.700s", p->name, p->e.text);
	renew_tell_failure(p->rc, &e);
}

enum status several_report(const struct several *s)
{
	enum status first = STATUS_OK;

	for (size_t i = 0; i < s->n; i++) {
		const struct several_profile *p = s->profiles[i];

		several_tell_failure(p);
		if (several_failed(p))
			first = first == STATUS_OK ? p->rc : first;
		else if (p->e.text[0])
			log_warning("%s", p->e.text);
	}
	print_table(s);
	return first;
}

void several_free(struct several *s)
{
	for (size_t i = 0; i < s->n; i++) {
		refresh_free(&s->profiles[i]->r);
		free(s->profiles[i]);
	}
	s->n = 0;
}
