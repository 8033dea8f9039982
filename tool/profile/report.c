#include "report.h"

#include "iso_time.h"
#include "local_time.h"
#include "settings/value.h"
#include "text/color.h"
#include "text/json.h"
#include "text/shell.h"
#include "text/span.h"
#include "text/width.h"

#include <string.h>

static void print_profile(FILE *out, const char *before, const struct profile_state *p)
{
	static const char *const states[] = {[PROFILE_VALID] = "valid",
		[PROFILE_EXPIRING] = "expiring",
		[PROFILE_EXPIRED] = "expired",
		[PROFILE_ABSENT] = "absent",
		[PROFILE_STATIC] = "static",
		[PROFILE_ELSEWHERE] = NULL};
	int64_t left = p->expiration > p->now ? p->expiration - p->now : 0;
	char end[ISO_TIME_SIZE];
	bool ends = p->expiration > 0 && iso_time_write(end, p->expiration);

	json_member(out, before, "Profile", p->name);
	json_member(out, ",", "State", states[p->session]);
	json_member(out, ",", "Expiration", ends ? end : NULL);
	json_number(out, "SecondsRemaining", left, ends);
	json_member(out, ",", "AccountId", p->account);
	json_member(out, ",", "AccessKeyId", p->access_key_id);
	json_member(out, ",", "SerialNumber", p->device);
	json_member(out, ",", "RoleArn", p->role);
	json_member(out, ",", "SourceProfile", p->source);
	json_member(out, ",", "CredentialsFile", p->file);
	json_member(out, ",", "LongTermSection", p->keys);
	json_member(out, ",", "Region", p->region);
	putc('}', out);
}

void profile_print_json(FILE *out, const struct profile_list *l)
{
	fputs("{\"Version\":1,\"Profiles\":[", out);
	for (size_t i = 0; i < l->n; i++)
		print_profile(out, i > 0 ? ",{" : "{", &l->list[i]);
	fputs("]}\n", out);
}

/* "22:02" if it is today, else with the date. */
static void write_end(const struct profile_state *p, char *to, size_t size)
{
	struct tm now, end;
	bool today;

	if (!localtime_r(&p->now, &now) || !localtime_r(&p->expiration, &end)) {
		*to = '\0';
		return;
	}
	today = now.tm_year == end.tm_year && now.tm_yday == end.tm_yday;
	if (strftime(to, size, today ? "%H:%M" : "%Y-%m-%d %H:%M", &end) == 0)
		*to = '\0';
}

/* "3 h 12 min  (22:02)" */
static void write_short(const struct profile_state *p, const char *span, struct profile_words *w)
{
	char end[32];

	write_end(p, end, sizeof(end));
	snprintf(w->rest, sizeof(w->rest), "%-11s (%s)%s", span, end,
		p->session == PROFILE_EXPIRED ? ", renew" : "");
}

/* "3 h 12 min, until 2026-11-27 22:02 JST" */
static void write_long(const struct profile_state *p, const char *span, struct profile_words *w)
{
	bool valid = p->session == PROFILE_VALID;
	char end[64], least[SPAN_SIZE];

	/* The name of a zone in TZ can have any length. */
	if (!local_time(end, sizeof(end), p->expiration))
		end[0] = '\0';
	if (p->session == PROFILE_EXPIRED && p->least > SESSION_LEAST)
		snprintf(w->rest, sizeof(w->rest), "in %s, and renew_before is %s", span,
			span_text(least, p->least));
	else
		snprintf(w->rest, sizeof(w->rest), "%s%s%s%s%s", valid ? "" : "in ", span,
			*end ? ", " : "", *end && valid ? "until " : "", end);
}

static void write_time(const struct profile_state *p, bool short_form, struct profile_words *w)
{
	int64_t left = p->expiration - p->now;
	char span[SPAN_SIZE], end[64];

	span_text(span, left < 0 ? -left : left);
	if (left > 0) {
		if (p->session == PROFILE_EXPIRED)
			w->word = "ends"; /* so it does, but a refresh would renew it */
		(short_form ? write_short : write_long)(p, span, w);
	} else if (short_form || !local_time(end, sizeof(end), p->expiration)) {
		snprintf(w->rest, sizeof(w->rest), "%s ago", span);
	} else {
		snprintf(w->rest, sizeof(w->rest), "%s ago, %s", span, end);
	}
}

void profile_words(const struct profile_state *p, bool short_form, struct profile_words *w)
{
	static const struct {
		const char *color, *word;
	} looks[] = {[PROFILE_VALID] = {COLOR_GREEN, "valid"},
		[PROFILE_EXPIRING] = {COLOR_YELLOW, "ends"},
		[PROFILE_EXPIRED] = {COLOR_YELLOW, "expired"},
		[PROFILE_ABSENT] = {"", "none"},
		[PROFILE_STATIC] = {COLOR_RED, "static keys, not a session"},
		[PROFILE_ELSEWHERE] = {"", "AWS tools:"}};

	*w = (struct profile_words){
		.color = looks[p->session].color, .word = looks[p->session].word};
	if (p->session == PROFILE_ELSEWHERE) {
		snprintf(w->rest, sizeof(w->rest), "%s", p->why);
	} else if (p->expiration > 0) {
		write_time(p, short_form, w);
	} else if (p->why && p->session == PROFILE_ABSENT && !short_form) {
		snprintf(w->rest, sizeof(w->rest), "(%s)", p->why);
	}
	w->width = strlen(w->word) + 1 + width_clean(w->rest);
}

char *profile_name_in(char *arn)
{
	char *slash = arn ? strrchr(arn, '/') : NULL;

	return slash && slash[1] ? slash + 1 : arn;
}

struct command_text {
	char *text;
	size_t used;
	bool fits;
};

static void add(struct command_text *c, const char *before, const char *word)
{
	size_t left = NEXT_SIZE - c->used;
	int len = snprintf(c->text + c->used, left, "%s", before);

	c->fits = c->fits && (size_t)len < left &&
		shell_quote(word, strlen(word), c->text + c->used + len, left - (size_t)len);
	if (c->fits)
		c->used += strlen(c->text + c->used);
}

bool profile_next(
	const struct profile_files *f, const struct profile_state *p, char to[static NEXT_SIZE])
{
	static const enum setting given[] = {SETTING_LONG_TERM_SUFFIX, SETTING_SHORT_TERM_SUFFIX,
		SETTING_ASSUME_ROLE, SETTING_RENEW_BEFORE};
	struct command_text c = {.text = to, .fits = true};
	char named[SHELL_PROFILE_SIZE];
	const char *name = p->by_tools && p->source ? p->source : p->name;
	bool setup =
		p->session == PROFILE_STATIC || (p->session == PROFILE_ABSENT && !p->refreshable);
	size_t n = setup ? 2 : sizeof(given) / sizeof(given[0]);

	if (profile_is_valid(p) || p->session == PROFILE_ELSEWHERE)
		return false;
	c.used = (size_t)snprintf(to, NEXT_SIZE, "aws-mfa %s%s",
		!p->file        ? "exec "
			: setup ? "setup "
				: "",
		!p->file || setup ? shell_operand(name, named) : shell_profile(name, named));
	for (size_t i = 0; i < n && p->file; i++) {
		char option[64];

		if (f->settings.origin[given[i]] != ORIGIN_OPTION || !f->settings.value[given[i]])
			continue;
		snprintf(option, sizeof(option), " %s ", settings_rule(given[i])->option.names[0]);
		add(&c, option, f->settings.value[given[i]]);
	}
	return c.fits;
}
