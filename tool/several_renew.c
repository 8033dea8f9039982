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
	struct several_profile *profiles[SEVERAL_MAX];
	size_t n;
	/* Gets its session with the code. It has no role, if a profile of the group has none. */
	struct several_profile *first;
	char names[NAMES_SIZE]; /* "default, admin" */
	struct renewal renewal;
};

/* AWS has at most one code to answer, and the terminal at most one question. */
struct turns {
	struct several *s;
	const struct renew_options *options;
	struct group *groups[SEVERAL_MAX]; /* in the order of their first question */
	size_t n;
	struct group *asked;       /* the last one that was asked for */
	struct group *sent;        /* AWS has its code, and the answer is to come */
	struct prompt_watch watch; /* for the answer to it; fd is -1 once that has come */
};

/* Is one code enough for both? */
static bool share_code(const struct several_profile *a, const struct several_profile *b)
{
	return !a->done && !b->done && share_is_possible(&a->r.settings, &b->r.settings);
}

static bool has_role(const struct several_profile *p)
{
	return p->r.settings.value[SETTING_ASSUME_ROLE] != NULL;
}

/* Finds the profile at `from` and those behind it that have the same device. */
static void gather(const struct several *s, size_t from, struct group *g)
{
	size_t used = 0;

	for (size_t i = from; i < s->n; i++) {
		struct several_profile *p = s->profiles[i];

		if (i != from && !share_code(s->profiles[from], p))
			continue;
		if (!has_role(p) && (!g->first || has_role(g->first)))
			g->first = p;
		g->profiles[g->n++] = p;
		if (used < sizeof(g->names))
			used += (size_t)snprintf(g->names + used, sizeof(g->names) - used, "%s%s",
				used ? ", " : "", p->name);
	}
	for (size_t i = 0; i < g->n; i++)
		g->profiles[i]->done = true;
	g->first = g->first ? g->first : g->profiles[0];
	g->first->r.base_only = g->n > 1 && has_role(g->first);
}

/* A duration of more is not a mistake: the profile alone could have it. */
static void tell_roles(const struct group *g)
{
	for (size_t i = 0; i < g->n && g->n > 1; i++) {
		char text[SHOWN_SIZE];

		if (!has_role(g->profiles[i]))
			continue;
		several_show(g->profiles[i], text);
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
static void give_to_others(struct group *g, bool roles)
{
	struct several_profile *first = g->first;
	bool has_session = first->r.session.expiration > 0;

	for (size_t i = 0; i < g->n; i++) {
		struct several_profile *p = g->profiles[i];

		if (has_role(p) != roles || (p == first && !(has_session && p->r.base_only)))
			continue;
		p->rc = has_session ? share_session(&p->r, &first->r.session, &p->e)
				    : error_set(&p->e, first->rc, "%s", first->e.text);
	}
}

/* Takes the outcome, and does with it what needs no network. */
static void take_outcome(struct group *g, enum status rc)
{
	g->first->rc = rc;
	/* Another process has renewed the session. The code was not sent: ask for the others. */
	for (size_t i = 0; rc == STATUS_VALID && i < g->n; i++)
		g->profiles[i]->done = g->profiles[i] == g->first;
	if (rc != STATUS_VALID && !may_ask_again(g))
		give_to_others(g, false);
}

static void finish(struct group *g)
{
	if (may_ask_again(g))
		return;
	if (g->first->rc != STATUS_VALID)
		give_to_others(g, true);
	renewal_end(&g->renewal);
}

/* The answer to a code comes while the user types the next one. */
static enum status on_answer(void *arg, struct error *e)
{
	struct turns *t = arg;
	struct group *g = t->sent;
	enum status rc;

	(void)e;
	log_hold();
	if (refresh_look(&g->first->r, g->renewal.code.data, &rc, &g->first->e)) {
		t->watch.fd = -1;
		take_outcome(g, rc);
	}
	return STATUS_OK;
}

/* Waits for the answer. Returns the group that has it; NULL if no code was on its way. */
static struct group *await_answer(struct turns *t)
{
	struct group *g = t->sent;

	if (!g)
		return NULL;
	if (t->watch.fd >= 0)
		take_outcome(g, refresh_receive(&g->first->r, g->renewal.code.data, &g->first->e));
	t->sent = NULL;
	finish(g);
	return g;
}

static void await_and_tell(struct turns *t)
{
	struct group *g = await_answer(t);

	if (g && may_ask_again(g))
		renewal_tell_refused(&g->renewal, g == t->asked);
}

/* A signal ends the question and this program. What is on its way must not be lost. */
static void on_ending(void *arg)
{
	const struct group *g;

	log_release();
	g = await_answer(arg);
	for (size_t i = 0; i < g->n; i++)
		several_tell_failure(g->profiles[i]);
}

/* Asks for a code and sends it. rc is that of the start. */
static void ask(struct turns *t, struct group *g, enum status rc)
{
	struct error *e = &g->first->e;

	/* Only a question at the terminal watches what is on its way. */
	if (g->renewal.source.tty < 0)
		await_and_tell(t);
	if (rc == STATUS_OK)
		rc = renewal_ask(&g->renewal, g == t->asked, t->sent ? &t->watch : NULL, e);
	log_release();
	t->asked = g;
	await_and_tell(t);
	if (rc == STATUS_OK)
		rc = refresh_send(&g->first->r, g->renewal.code.data, e);
	if (rc == STATUS_OK) {
		t->sent = g;
		t->watch.fd = g->first->r.exchange.process.peer.reader.fd;
		return;
	}
	take_outcome(g, rc);
	finish(g);
}

/* Asks for the profile, and those behind it with the same device. */
static void ask_first(struct turns *t, size_t from)
{
	struct renew_options options = *t->options;
	struct group *g = calloc(1, sizeof(*g));
	struct several_profile *p = t->s->profiles[from];

	if (!g) {
		p->done = true;
		p->rc = error_system(&p->e, "settings");
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
		if (t->groups[i] != t->sent && may_ask_again(t->groups[i])) {
			ask(t, t->groups[i], STATUS_OK);
			return true;
		}
	}
	for (size_t i = 0; i < t->s->n; i++) {
		if (!t->s->profiles[i]->done) {
			ask_first(t, i);
			return true;
		}
	}
	if (!t->sent)
		return false;
	await_and_tell(t);
	return true;
}

/* With several devices, one code cannot be right. */
static enum status check_token(
	const struct several *s, const struct renew_options *options, struct error *e)
{
	const struct several_profile *first = NULL;

	for (size_t i = 0; i < s->n && options->token && strcmp(options->token, "-") != 0; i++) {
		if (s->profiles[i]->done || (first && share_code(first, s->profiles[i])))
			continue;
		if (first)
			return error_set(e, STATUS_USAGE,
				"--token: %s and %s need a code each; use --token - and write the "
				"codes to standard input in this order, one in a line",
				first->name, s->profiles[i]->name);
		first = s->profiles[i];
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
