#include "log.h"

#include "character.h"
#include "write_all.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static enum log_level lowest = LOG_LEVEL_INFO;

bool log_set_level(const char *name)
{
	static const struct {
		const char *name;
		enum log_level level;
	} names[] = {
		{"CRITICAL", LOG_LEVEL_ERROR},
		{"DEBUG", LOG_LEVEL_DEBUG},
		{"ERROR", LOG_LEVEL_ERROR},
		{"INFO", LOG_LEVEL_INFO},
		{"NOTSET", LOG_LEVEL_DEBUG},
		{"WARNING", LOG_LEVEL_WARNING},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(name, names[i].name) == 0) {
			lowest = names[i].level;
			return true;
		}
	}
	return false;
}

void log_clean(char *text)
{
	size_t len;

	for (; *text; text += len) {
		uint32_t c = character_first(text, SIZE_MAX, &len);

		if (c == NO_CHARACTER || character_steers(c))
			memset(text, '?', len);
	}
}

void log_message(enum log_level level, const char *fmt, ...)
{
	static const struct {
		const char *tag, *color;
	} looks[] = {
		[LOG_LEVEL_DEBUG] = {"debug: ", ""},
		[LOG_LEVEL_INFO] = {"", ""},
		[LOG_LEVEL_WARNING] = {"warning: ", "\033[33m"},
		[LOG_LEVEL_ERROR] = {"error: ", "\033[31m"},
	};
	FILE *out = level == LOG_LEVEL_INFO ? stdout : stderr;
	const char *no_color = getenv("NO_COLOR");
	const char *color = looks[level].color;
	char line[2112];
	size_t len;
	va_list ap;

	if (level < lowest)
		return;
	if (!*color || (no_color && *no_color) || !isatty(fileno(out)))
		color = "";
	len = (size_t)snprintf(
		line, 64, "aws-mfa: %s%s%s", color, looks[level].tag, *color ? "\033[0m" : "");
	va_start(ap, fmt);
	vsnprintf(line + len, sizeof(line) - 64, fmt, ap);
	va_end(ap);
	log_clean(line + len);
	len += strlen(line + len);
	line[len++] = '\n';
	/* Write without stdio: its buffer would cost as much as everything else. */
	fflush(out);
	write_all(fileno(out), line, len);
}
