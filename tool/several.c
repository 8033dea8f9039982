#include "several.h"

#include "share.h"
#include "text/color.h"
#include "text/log.h"
#include "text/span.h"
#include "text/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_SIZE 1024

#define SHOWN_SIZE 512

/* Writes the name as a terminal may show it. Returns its columns. */
static size_t show(const struct one *one, char name[static SHOWN_SIZE])
{
	snprintf(name, SHOWN_SIZE, "%s", one->name);
	return width_clean(name);
}

static bool are_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool have_same_device(const struct settings *a, const struct settings *b)
{
	return are_equal(a->access_key_id, b->access_key_id) &&
		are_equal(a->value[SETTING_DEVICE], b->value[SETTING_DEVICE]) &&
		are_equal(a->value[SETTING_ENDPOINT_URL], b->value[SETTING_ENDPOINT_URL]);
}

/* Is one code enough for both? */
static bool share_code(const struct one *a, const struct one *b)
{
	return !a->done && !b->done && have_same_device(&a->r.settings, &b->r.settings);
}

static bool has_role(const struct one *one)
{
	return one->r.settings.value[SETTING_ASSUME_ROLE] != NULL;
}

/* Profiles with the same device. */
struct group {
	struct one *of[SEVERAL_MAX];
	size_t n;
	struct one *first; /* gets its session with the code; without a role, if one has none */
	char names[NAMES_SIZE]; /* "default, admin" */
};

/* Finds the profile at `from` and those behind it that have the same device. */
static void gather(const struct several *s, size_t from, struct group *g)
{
	size_t used = 0;

	*g = (struct group){.n = 0};
	for (size_t i = from; i < s->n; i++) {
		struct one *one = s->of[i];

		if (i != from && !share_code(s->of[from], one))
			continue;
		if (!has_role(one) && (!g->first || has_role(g->first)))
			g->first = one;
		g->of[g->n++] = one;
		if (used < sizeof(g->names))
			used += (size_t)snprintf(g->names + used, sizeof(g->names) - used, "%s%s",
				used ? ", " : "", one->name);
	}
	g->first = g->first ? g->first : g->of[0];
	g->first->r.base_only = g->n > 1 && has_role(g->first);
}

/* A duration of more is not a mistake: the profile alone could have it. */
static void tell_roles(const struct group *g)
{
	for (size_t i = 0; i < g->n && g->n > 1; i++) {
		char text[SHOWN_SIZE];

		if (!has_role(g->of[i]))
			continue;
		show(g->of[i], text);
		dprintf(STDERR_FILENO,
			"%s's role is assumed from a session: AWS ends it after 1 h\n", text);
	}
}

/* The others share the session of the first one, or its failure. */
static void hand_on(struct group *g)
{
	struct one *first = g->first;
	bool has_session = first->r.session.expiration > 0;

	first->done = true;
	/* Another process has renewed the session. The code was not sent: ask for the others. */
	if (first->rc == STATUS_VALID)
		return;
	for (size_t i = 0; i < g->n; i++) {
		struct one *one = g->of[i];

		one->done = true;
		if (one == first && !(has_session && one->r.base_only))
			continue;
		one->rc = has_session ? share_session(&one->r, &first->r.session, &one->e)
				      : error_set(&one->e, first->rc, "%s", first->e.text);
	}
}

/* With several devices, one code cannot be right. */
static enum status check_token(
	const struct several *s, const struct renew_options *options, struct error *e)
{
	const struct one *first = NULL;

	for (size_t i = 0; i < s->n && options->token && strcmp(options->token, "-") != 0; i++) {
		if (s->of[i]->done || (first && share_code(first, s->of[i])))
			continue;
		if (first)
			return error_set(e, STATUS_USAGE,
				"--token: %s and %s need a code each; use --token - and write the "
				"codes to standard input in this order, one in a line",
				first->name, s->of[i]->name);
		first = s->of[i];
	}
	return STATUS_OK;
}

enum status several_renew(struct several *s, const struct renew_options *options, struct error *e)
{
	enum status rc = check_token(s, options, e);

	for (size_t i = 0; rc == STATUS_OK && i < s->n;) {
		struct renew_options of_group = *options;
		struct group g;

		if (s->of[i]->done) {
			i++;
			continue;
		}
		gather(s, i, &g);
		of_group.names = g.n > 1 ? g.names : NULL;
		tell_roles(&g);
		refresh_restart_time(&g.first->r);
		g.first->rc = renew(&g.first->r, &of_group, &g.first->e);
		hand_on(&g);
	}
	return rc;
}

void several_share(struct several *s, const struct refresh *from)
{
	for (size_t i = 0; i < s->n; i++) {
		struct one *one = s->of[i];

		if (!one->done && strcmp(one->r.settings.session, from->settings.session) != 0 &&
			have_same_device(&one->r.settings, &from->settings))
			one->rc = share_session(&one->r, &from->session, &one->e);
	}
}

struct outcome {
	const char *color, *word;
	const char *rest;
};

static struct outcome outcome_of(const struct one *one, char left[static SPAN_SIZE])
{
	switch (one->rc) {
	case STATUS_OK:
	case STATUS_VALID:
		span_text(left, one->r.expiration - sts_process_time(&one->r.exchange.process));
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

static void print_table(const struct several *s)
{
	bool color = color_wanted(STDERR_FILENO);
	char name[SHOWN_SIZE], left[SPAN_SIZE];
	size_t most = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t width = show(s->of[i], name);

		most = width > most ? width : most;
	}
	for (size_t i = 0; i < s->n; i++) {
		struct outcome w = outcome_of(s->of[i], left);
		size_t width = show(s->of[i], name);

		dprintf(STDERR_FILENO, "%s%*s  %s%-7s%s  %s\n", name, (int)(most - width), "",
			color ? w.color : "", w.word, color ? COLOR_END : "", w.rest);
	}
}

enum status several_report(const struct several *s)
{
	enum status first = STATUS_OK;

	for (size_t i = 0; i < s->n; i++) {
		const struct one *one = s->of[i];
		struct error e;

		if (one->rc == STATUS_OK || one->rc == STATUS_VALID) {
			if (one->e.text[0])
				log_warning("%s", one->e.text);
			continue;
		}
		error_set(&e, one->rc, "%.256s: %.700s", one->name, one->e.text);
		renew_tell_failure(one->rc, &e);
		first = first == STATUS_OK ? one->rc : first;
	}
	print_table(s);
	return first;
}

void several_free(struct several *s)
{
	for (size_t i = 0; i < s->n; i++) {
		refresh_free(&s->of[i]->r);
		free(s->of[i]);
	}
	s->n = 0;
}
