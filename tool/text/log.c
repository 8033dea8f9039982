#include "log.h"

#include "character.h"
#include "color.h"
#include "write_all.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static enum log_level lowest = LOG_LEVEL_INFO;
static bool stdout_is_spared;
static void (*before_message)(void);
static struct {
	bool on;
	size_t len;
	char text[4096];
} held;
static log_take_fn *taker;
static void *taker_arg;

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

void log_spare_stdout(void)
{
	stdout_is_spared = true;
}

bool log_prints(enum log_level level)
{
	return level >= lowest;
}

void log_before(void (*before)(void))
{
	before_message = before;
}

void log_hold(void)
{
	held.on = true;
}

void log_release(void)
{
	held.on = false;
	if (held.len > 0 && before_message)
		before_message();
	write_all(STDERR_FILENO, held.text, held.len);
	held.len = 0;
}

bool log_is_held(void)
{
	return held.on;
}

void log_take(log_take_fn *take, void *arg)
{
	taker = take;
	taker_arg = arg;
}

bool log_is_taken(void)
{
	return taker;
}

void log_clean(char *text)
{
	size_t len;

	for (; *text; text += len) {
		if (character_shown(text, &len) == '?')
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
		[LOG_LEVEL_WARNING] = {"warning: ", COLOR_YELLOW},
		[LOG_LEVEL_ERROR] = {"error: ", COLOR_RED},
	};
	FILE *out = level == LOG_LEVEL_INFO && !stdout_is_spared ? stdout : stderr;
	const char *color = looks[level].color;
	char line[2112];
	size_t len;
	va_list ap;

	if (!log_prints(level) && !(taker && level >= LOG_LEVEL_WARNING))
		return;
	if (!*color || !color_wanted(fileno(out)))
		color = "";
	len = (size_t)snprintf(
		line, 64, "aws-mfa: %s%s%s", color, looks[level].tag, *color ? COLOR_END : "");
	va_start(ap, fmt);
	vsnprintf(line + len, sizeof(line) - 64, fmt, ap);
	va_end(ap);
	log_clean(line + len);
	if (taker && level >= LOG_LEVEL_WARNING) {
		taker(taker_arg, level, line + len);
		return;
	}
	len += strlen(line + len);
	line[len++] = '\n';
	if (held.on && out == stderr && len <= sizeof(held.text) - held.len) {
		memcpy(held.text + held.len, line, len);
		held.len += len;
		return;
	}
	if (before_message)
		before_message();
	/* Write without stdio: its buffer would cost as much as everything else. */
	fflush(out);
	write_all(fileno(out), line, len);
}
