#include "several.h"

#include "share.h"
#include "text/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_SIZE 1024

/* Profiles with the same device. */
struct group {
	struct one *of[SEVERAL_MAX];
	size_t n;
	struct one *first; /* gets its session with the code; without a role, if one has none */
	char names[NAMES_SIZE]; /* "default, admin" */
	struct renewal renewal;
};

/* At most one code is on its way, and at most one question stands. */
struct turns {
	struct several *s;
	const struct renew_options *options;
	struct group *groups[SEVERAL_MAX]; /* in the order of their first question */
	size_t n;
	struct group *asked;       /* the last one that was asked for */
	struct group *flying;      /* its code is on its way */
	struct prompt_watch watch; /* for the answer to it; fd is -1 once that has come */
};

/* Is one code enough for both? */
static bool share_code(const struct one *a, const struct one *b)
{
	return !a->done && !b->done && share_is_possible(&a->r.settings, &b->r.settings);
}

static bool has_role(const struct one *one)
{
	return one->r.settings.value[SETTING_ASSUME_ROLE] != NULL;
}

/* Finds the profile at `from` and those behind it that have the same device. */
static void gather(const struct several *s, size_t from, struct group *g)
{
	size_t used = 0;

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
	for (size_t i = 0; i < g->n; i++)
		g->of[i]->done = true;
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
		several_show(g->of[i], text);
		dprintf(STDERR_FILENO,
			"%s's role is assumed from a session: AWS ends it after 1 h\n", text);
	}
}

/* Has AWS refused the code, or was the answer no code? */
static bool may_ask_again(const struct group *g)
{
	return g->first->rc == STATUS_WRONG_CODE && g->renewal.attempts.left > 0;
}

/*
 * The others get the session of the first one, or its failure: those with a role, or those without.
 * A role needs the network.
 */
static void hand_on(struct group *g, bool roles)
{
	struct one *first = g->first;
	bool has_session = first->r.session.expiration > 0;

	for (size_t i = 0; i < g->n; i++) {
		struct one *one = g->of[i];

		if (has_role(one) != roles || (one == first && !(has_session && one->r.base_only)))
			continue;
		one->rc = has_session ? share_session(&one->r, &first->r.session, &one->e)
				      : error_set(&one->e, first->rc, "%s", first->e.text);
	}
}

/* Takes the outcome, and does with it what needs no network. */
static void take(struct group *g, enum status rc)
{
	g->first->rc = rc;
	/* Another process has renewed the session. The code was not sent: ask for the others. */
	for (size_t i = 0; rc == STATUS_VALID && i < g->n; i++)
		g->of[i]->done = g->of[i] == g->first;
	if (rc != STATUS_VALID && !may_ask_again(g))
		hand_on(g, false);
}

static void finish(struct group *g)
{
	if (may_ask_again(g))
		return;
	if (g->first->rc != STATUS_VALID)
		hand_on(g, true);
	renewal_end(&g->renewal);
}

/* While a question stands. */
static enum status on_answer(void *arg, struct error *e)
{
	struct turns *t = arg;
	struct group *g = t->flying;
	enum status rc;

	(void)e;
	log_hold();
	if (refresh_look(&g->first->r, g->renewal.code.data, &rc, &g->first->e)) {
		t->watch.fd = -1;
		take(g, rc);
	}
	return STATUS_OK;
}

/* Waits for the answer. Returns the group that has it; NULL if no code was on its way. */
static struct group *land(struct turns *t)
{
	struct group *g = t->flying;

	if (!g)
		return NULL;
	if (t->watch.fd >= 0)
		take(g, refresh_receive(&g->first->r, g->renewal.code.data, &g->first->e));
	t->flying = NULL;
	finish(g);
	return g;
}

static void land_and_tell(struct turns *t)
{
	struct group *g = land(t);

	if (g && may_ask_again(g))
		renewal_tell_refused(&g->renewal, g == t->asked);
}

/* A signal ends the question and this program. What is on its way must not be lost. */
static void on_ending(void *arg)
{
	const struct group *g;

	log_release();
	g = land(arg);
	for (size_t i = 0; i < g->n; i++)
		several_tell_failure(g->of[i]);
}

/* Asks for a code and sends it. rc is that of the start. */
static void ask(struct turns *t, struct group *g, enum status rc)
{
	struct error *e = &g->first->e;

	/* Only a question at the terminal watches what is on its way. */
	if (g->renewal.source.tty < 0)
		land_and_tell(t);
	if (rc == STATUS_OK)
		rc = renewal_ask(&g->renewal, g == t->asked, t->flying ? &t->watch : NULL, e);
	log_release();
	t->asked = g;
	land_and_tell(t);
	if (rc == STATUS_OK)
		rc = refresh_send(&g->first->r, g->renewal.code.data, e);
	if (rc == STATUS_OK) {
		t->flying = g;
		t->watch.fd = g->first->r.exchange.process.peer.reader.fd;
		return;
	}
	take(g, rc);
	finish(g);
}

/* Asks for the profile, and those behind it with the same device. */
static void ask_first(struct turns *t, size_t from)
{
	struct renew_options options = *t->options;
	struct group *g = calloc(1, sizeof(*g));
	struct one *one = t->s->of[from];

	if (!g) {
		one->done = true;
		one->rc = error_system(&one->e, "settings");
		return;
	}
	t->groups[t->n++] = g;
	gather(t->s, from, g);
	options.names = g->n > 1 ? g->names : NULL;
	tell_roles(g);
	refresh_restart_time(&g->first->r);
	ask(t, g, renewal_start(&g->renewal, &g->first->r, &options, &g->first->e));
}

/* Asks once, or waits for the last answer. False: nothing is left to do. */
static bool take_turn(struct turns *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->groups[i] != t->flying && may_ask_again(t->groups[i])) {
			ask(t, t->groups[i], STATUS_OK);
			return true;
		}
	}
	for (size_t i = 0; i < t->s->n; i++) {
		if (!t->s->of[i]->done) {
			ask_first(t, i);
			return true;
		}
	}
	if (!t->flying)
		return false;
	land_and_tell(t);
	return true;
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
	struct turns t = {.s = s, .options = options};
	enum status rc = check_token(s, options, e);

	t.watch =
		(struct prompt_watch){.fd = -1, .ready = on_answer, .ending = on_ending, .arg = &t};
	while (rc == STATUS_OK && take_turn(&t))
		;
	for (size_t i = 0; i < t.n; i++)
		free(t.groups[i]);
	return rc;
}
