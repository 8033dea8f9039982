#include "findings.h"

#include "text/equal.h"
#include "text/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void findings_init(struct findings *l)
{
	*l = (struct findings){.first = NULL};
	l->passed_end = &l->passed;
	l->ways_end = &l->ways;
}

void findings_free(struct findings *l)
{
	for (struct finding *f = l->first, *next; f; f = next) {
		next = f->next;
		free(f->file);
		free(f->message);
		free(f->fix);
		free(f);
	}
	for (struct passed *p = l->passed, *next; p; p = next) {
		next = p->next;
		free(p->brief);
		free(p->detail);
		free(p);
	}
	for (struct way_in *w = l->ways, *next; w; w = next) {
		next = w->next;
		free(w->way);
		free(w->outcome);
		free(w->result);
		free(w);
	}
	findings_init(l);
}

/* Returns a cleaned text that the caller frees. NULL without memory. */
__attribute__((format(printf, 2, 0))) static char *format(
	struct findings *l, const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	if (text)
		log_clean(text);
	l->failed = l->failed || !text;
	return text;
}

/* The same for a text. NULL stays NULL. */
static char *copy(struct findings *l, const char *text)
{
	char *copied = text ? strdup(text) : NULL;

	if (copied)
		log_clean(copied);
	l->failed = l->failed || (text && !copied);
	return copied;
}

void findings_add(struct findings *l, const char *id, enum finding_level level, const char *file,
	size_t line, const char *fmt, ...)
{
	struct finding *f = calloc(1, sizeof(*f));
	va_list ap;

	if (!f) {
		l->failed = true;
		return;
	}
	f->id = id;
	f->level = level;
	f->file = copy(l, file);
	f->line = line;
	va_start(ap, fmt);
	f->message = format(l, fmt, ap);
	va_end(ap);
	l->n[level]++;
	if (l->last)
		l->last->next = f;
	else
		l->first = f;
	l->last = f;
}

__attribute__((format(printf, 4, 0))) static void set_fix(
	struct findings *l, struct finding *f, bool runs, const char *fmt, va_list ap)
{
	if (!f)
		return;
	free(f->fix);
	f->fix = format(l, fmt, ap);
	f->runs = runs;
}

/* file: NULL for any. */
static struct finding *find(const struct findings *l, const char *id, const char *file)
{
	struct finding *f = l->first;

	while (f && (strcmp(f->id, id) != 0 || (file && !same_text(f->file, file))))
		f = f->next;
	return f;
}

bool findings_have(const struct findings *l, const char *id)
{
	return find(l, id, NULL);
}

void findings_mend(struct findings *l, const char *id, const char *file, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_fix(l, find(l, id, file), false, fmt, ap);
	va_end(ap);
}

void findings_run(struct findings *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_fix(l, l->last, true, fmt, ap);
	va_end(ap);
}

void findings_write(struct findings *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_fix(l, l->last, false, fmt, ap);
	va_end(ap);
}

/*
 * Splits "FILE:LINE: rest" or "FILE: rest" and returns rest. *file_len becomes 0 if the message
 * does not begin with an absolute path.
 */
static char *split_file(char *message, size_t *file_len, size_t *line)
{
	char *colon = *message == '/' ? strstr(message, ": ") : NULL;
	size_t len, digits = 0;

	*file_len = *line = 0;
	if (!colon)
		return message;
	len = (size_t)(colon - message);
	while (digits < len && message[len - digits - 1] >= '0' && message[len - digits - 1] <= '9')
		digits++;
	if (digits > 0 && digits < len && message[len - digits - 1] == ':') {
		*line = (size_t)strtoull(message + len - digits, NULL, 10);
		len -= digits + 1;
	}
	*file_len = len;
	return colon + strlen(": ");
}

/* Returns where the last sentence part begins, such as "run: COMMAND"; NULL without one. */
static char *split_fix(char *rest)
{
	char *found = NULL;

	for (char *at = strstr(rest, "; "); at; at = strstr(at + 1, "; "))
		found = at;
	return found;
}

static bool is_known(const struct findings *l, const char *file, size_t line, const char *message)
{
	for (const struct finding *f = l->first; f; f = f->next)
		if (same_text(f->file, file) && f->line == line &&
			(line > 0 || (f->message && strcmp(f->message, message) == 0)))
			return true;
	return false;
}

/* message is split in place. */
static void take(struct findings *l, const char *id, enum finding_level level, char *message)
{
	static const char run[] = "run: ";
	size_t file_len, line;
	char *rest = split_file(message, &file_len, &line);
	char *fix = split_fix(rest);
	const char *command = fix && strncmp(fix + strlen("; "), run, strlen(run)) == 0
		? fix + strlen("; ")
		: NULL;
	const char *file = file_len > 0 ? message : NULL;

	message[file_len] = file ? '\0' : message[file_len];
	if (fix)
		*fix = '\0';
	if (is_known(l, file, line, rest))
		return;
	findings_add(l, id, level, file, line, "%s", rest);
	if (command)
		findings_run(l, "%s", command + strlen(run));
	else if (fix)
		findings_write(l, "%s", fix + strlen("; "));
}

void findings_take(
	struct findings *l, const char *id, enum finding_level level, const char *message)
{
	char *writable = copy(l, message);

	if (writable)
		take(l, id, level, writable);
	free(writable);
}

void findings_pass(struct findings *l, const char *brief, const char *fmt, ...)
{
	struct passed *p = calloc(1, sizeof(*p));
	va_list ap;

	if (!p) {
		l->failed = true;
		return;
	}
	p->brief = copy(l, brief);
	va_start(ap, fmt);
	p->detail = format(l, fmt, ap);
	va_end(ap);
	l->n_passed++;
	*l->passed_end = p;
	l->passed_end = &p->next;
}

void findings_way_in(struct findings *l, const char *way, const char *outcome, const char *result,
	unsigned factors)
{
	struct way_in *w = calloc(1, sizeof(*w));

	if (!w) {
		l->failed = true;
		return;
	}
	w->way = copy(l, way);
	w->outcome = copy(l, outcome);
	w->result = copy(l, result);
	w->factors = factors;
	*l->ways_end = w;
	l->ways_end = &w->next;
}

bool findings_ok(const struct findings *l)
{
	return l->n[FINDING_FAULT] == 0 && l->n[FINDING_WARNING] == 0;
}
