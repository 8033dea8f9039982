#include "log.h"

#include "write_all.h"

#include <stdarg.h>
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

/*
 * The bytes of a character that steers a terminal or the order of what it shows, 0 for none: C0, C1
 * (U+0080 to U+009F), and the bidirectional controls U+202A to U+202E and U+2066 to U+2069.
 */
static size_t steering(const unsigned char *p)
{
	if (*p < 0x20 || *p == 0x7f)
		return 1;
	if (*p == 0xc2)
		return p[1] >= 0x80 && p[1] < 0xa0 ? 2 : 0;
	if (*p != 0xe2)
		return 0;
	return (p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
			(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
		? 3
		: 0;
}

void log_clean(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		for (size_t n = steering(p); n > 0; n--)
			p[n - 1] = '?';
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
	/* Past stdio: its buffer would cost as much as the rest. */
	fflush(out);
	write_all(fileno(out), line, len);
}
