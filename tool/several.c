#include "several.h"

#include "text/color.h"
#include "text/log.h"
#include "text/span.h"
#include "text/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_SIZE 1024

static struct one *find(const struct several *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->of[i]->name, name) == 0)
			return s->of[i];
	return NULL;
}

enum status several_add(struct several *s, const char *name, struct error *e)
{
	const char *options[N_SETTINGS];
	struct one *one;

	if (find(s, name))
		return STATUS_OK;
	if (s->n == SEVERAL_MAX)
		return error_set(e, STATUS_USAGE, "more than %d profiles", SEVERAL_MAX);
	one = calloc(1, sizeof(*one));
	if (!one)
		return error_system(e, name);
	s->of[s->n++] = one;
	one->name = name;
	one->r.mode = s->mode;
	memcpy(options, s->options, sizeof(options));
	options[SETTING_PROFILE] = name;
	one->rc = refresh_load(&one->r, options, &one->e);
	one->done = one->rc != STATUS_OK;
	return STATUS_OK;
}

static bool are_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Can b have the session of a? */
static bool share(const struct one *a, const struct one *b)
{
	const struct settings *of_a = &a->r.settings, *of_b = &b->r.settings;

	return !a->done && !b->done && !of_a->value[SETTING_ASSUME_ROLE] &&
		!of_b->value[SETTING_ASSUME_ROLE] &&
		are_equal(of_a->access_key_id, of_b->access_key_id) &&
		are_equal(of_a->value[SETTING_DEVICE], of_b->value[SETTING_DEVICE]) &&
		are_equal(of_a->value[SETTING_ENDPOINT_URL], of_b->value[SETTING_ENDPOINT_URL]);
}

/* The profiles that get a session with the code of the first one. */
struct group {
	struct one *of[SEVERAL_MAX];
	size_t n;
	char names[NAMES_SIZE]; /* "default, admin" */
};

/* Finds the group of the profile at `from` and those behind it. */
static void gather(const struct several *s, size_t from, struct group *g)
{
	size_t used = 0;

	g->n = 0;
	g->names[0] = '\0';
	for (size_t i = from; i < s->n; i++) {
		struct one *one = s->of[i];

		if (i != from && !share(s->of[from], one))
			continue;
		g->of[g->n++] = one;
		if (used < sizeof(g->names))
			used += (size_t)snprintf(g->names + used, sizeof(g->names) - used, "%s%s",
				used ? ", " : "", one->name);
	}
}

/* The others get the session of the first one, or its failure. */
static void hand_on(struct group *g)
{
	struct one *first = g->of[0];
	bool has_session = first->r.session.expiration > 0;

	first->done = true;
	/* Another process has renewed the session. The code was not sent: ask for the others. */
	if (first->rc == STATUS_VALID)
		return;
	for (size_t i = 1; i < g->n; i++) {
		struct one *one = g->of[i];

		one->done = true;
		one->rc = has_session ? refresh_store(&one->r, &first->r.session, &one->e)
				      : error_set(&one->e, first->rc, "%s", first->e.text);
	}
}

/* With several devices, one code cannot be right. */
static enum status check_token(
	const struct several *s, const struct renew_options *options, struct error *e)
{
	const struct one *first = NULL;

	for (size_t i = 0; i < s->n && options->token && strcmp(options->token, "-") != 0; i++) {
		if (s->of[i]->done || (first && share(first, s->of[i])))
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
		refresh_restart_time(&g.of[0]->r);
		g.of[0]->rc = renew(&g.of[0]->r, &of_group, &g.of[0]->e);
		hand_on(&g);
	}
	return rc;
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

#define SHOWN_SIZE 512

/* Writes the name as a terminal may show it. Returns its columns. */
static size_t show(const struct one *one, char name[static SHOWN_SIZE])
{
	snprintf(name, SHOWN_SIZE, "%s", one->name);
	return width_clean(name);
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
