#include "judge.h"

#include "config_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last line of a Defaults counts. */
struct default_line {
	char file[256], value[64];
	size_t number;
	bool off; /* "!NAME" */
};

struct sudoers {
	struct default_line prompt, timeout;
};

static void take(struct default_line *d, const char *file, size_t number, const char *word)
{
	const char *value = strchr(word, '=');

	*d = (struct default_line){.number = number, .off = word[0] == '!'};
	snprintf(d->file, sizeof(d->file), "%s", file);
	snprintf(d->value, sizeof(d->value), "%s", value ? value + 1 : "");
}

/* "a = b" -> "a=b" */
static void close_up(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		bool blank = *from == ' ' || *from == '\t';

		if (blank &&
			(from[1 + strspn(from + 1, " \t")] == '=' || (to > text && to[-1] == '=')))
			continue;
		*to++ = *from;
	}
	*to = '\0';
}

/* "Defaults", "Defaults:alice", "Defaults@host" and so on. */
static void on_line(void *data, const char *file, size_t number, char *word, char *rest)
{
	struct sudoers *s = data;
	char *save = NULL;

	if (strncmp(word, "Defaults", strlen("Defaults")) != 0)
		return;
	close_up(rest);
	for (char *one = strtok_r(rest, " \t,", &save); one; one = strtok_r(NULL, " \t,", &save)) {
		const char *name = one + (one[0] == '!');
		size_t len = strcspn(name, "=");

		if (len == strlen("passprompt_override") &&
			memcmp(name, "passprompt_override", len) == 0)
			take(&s->prompt, file, number, one);
		if (len == strlen("timestamp_timeout") &&
			memcmp(name, "timestamp_timeout", len) == 0)
			take(&s->timeout, file, number, one);
	}
}

void judge_sudo(struct view *v)
{
	static const char *const includes[] = {
		"@include", "@includedir", "#include", "#includedir", NULL};
	static const struct config_syntax syntax = {.includes = includes, .joins = true};
	struct sudoers s = {.prompt = {.number = 0}};
	const struct default_line *t = &s.timeout;
	const struct stack_line *account;
	bool remembers;

	if (!v->is_sudo || !view_line(v))
		return;
	config_lines("/etc/sudoers", &syntax, on_line, &s);
	if (s.prompt.number && !s.prompt.off) {
		findings_add(v->l, "sudo-prompt", FINDING_FAULT, s.prompt.file, s.prompt.number,
			"passprompt_override: sudo shows its question for the password in place of the "
			"question for the code. Write:");
		findings_write(v->l, "Defaults !passprompt_override");
	}
	remembers = !t->off && (!t->number || strtod(t->value, NULL) != 0);
	/* sudo, which remembers a password, skips auth then. */
	account = ours_account_line(&v->stack);
	if (remembers && v->decides && (account || v->keystore)) {
		findings_add(v->l, "sudo-remembers", FINDING_FAULT,
			t->number ? t->file : "/etc/sudoers", t->number,
			"timestamp_timeout is %s: sudo remembers the password and skips auth, and then "
			"%s. Write:",
			t->number ? t->value : "15 (sudo's own)",
			account ? "account refuses every command" : "asks for no code");
		findings_write(v->l, "Defaults timestamp_timeout=0");
	}
	if (findings_ok(v->l))
		findings_pass(v->l, "sudoers", "sudo shows the question for the code");
}
