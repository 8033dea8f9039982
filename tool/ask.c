#include "ask.h"

#include "prompt.h"
#include "settings/value.h"
#include "text/color.h"
#include "text/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_SIZE 1200

static void put(const struct asker *a, const char *color, const char *text)
{
	bool colored = *color && color_wanted(a->tty);

	dprintf(a->tty, "%s%s%s", colored ? color : "", text, colored ? COLOR_END : "");
}

__attribute__((format(printf, 5, 0))) static void tell(const struct asker *a, const char *color,
	const char *mark, const char *text_color, const char *fmt, va_list ap)
{
	char text[LINE_MAX_SIZE];

	vsnprintf(text, sizeof(text), fmt, ap);
	log_clean(text);
	if (a->tty < 0) {
		log_info("%s%s", *color ? "" : mark, text);
		return;
	}
	put(a, color, mark);
	put(a, text_color, text);
	put(a, "", "\n");
}

void ask_tell(const struct asker *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(a, "", "", "", fmt, ap);
	va_end(ap);
}

void ask_tell_marked(const struct asker *a, const char *color, const char *mark,
	const char *text_color, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(a, color, mark, text_color, fmt, ap);
	va_end(ap);
}

enum status ask_line(const struct asker *a, const char *question, bool hidden, struct secret *value,
	struct error *e)
{
	static const char blanks[] = " \t\r";
	struct secret answer = {0};
	char shown[LINE_MAX_SIZE];
	size_t from, to;
	enum status rc;

	snprintf(shown, sizeof(shown), "%s", question);
	log_clean(shown);
	rc = a->tty < 0 ? prompt_read_stdin(&answer, e)
			: prompt_ask(a->tty, shown, hidden, &answer, NULL, e);
	if (rc == STATUS_OK) {
		from = strspn(answer.data, blanks);
		for (to = answer.size; to > from && strchr(blanks, answer.data[to - 1]); to--)
			;
		secret_free(value);
		if (!secret_copy(value, answer.data + from, to - from))
			rc = error_system(e, "/dev/tty");
	}
	secret_free(&answer);
	return rc;
}

enum status ask_yes(
	const struct asker *a, const char *question, bool enter, bool *yes, struct error *e)
{
	struct secret answer = {0};
	char line[LINE_MAX_SIZE];
	enum status rc;

	snprintf(line, sizeof(line), "%s %s ", question, enter ? "[Y/n]" : "[y/N]");
	rc = ask_line(a, line, false, &answer, e);
	if (rc == STATUS_OK)
		*yes = answer.size == 0
			? enter
			: value_is_word(answer.data, "y") || value_is_word(answer.data, "yes");
	secret_free(&answer);
	return rc;
}

enum status ask_hidden(const struct asker *a, const char *question,
	const char *(*check)(const void *arg, const char *text), const void *arg,
	struct secret *value, struct error *e)
{
	for (;;) {
		enum status rc = ask_line(a, question, true, value, e);
		const char *expected = rc == STATUS_OK ? check(arg, value->data) : NULL;

		if (!expected)
			return rc;
		if (a->tty < 0)
			return error_set(e, STATUS_USAGE, "standard input: %s", expected);
		ask_tell(a, "  %s", expected);
	}
}
