#include "shell.h"

#include <stdio.h>
#include <string.h>

/* Characters without a special meaning in a shell. */
static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-";

bool shell_quote(const char *text, size_t len, char *to, size_t size)
{
	size_t n = 0;

	if (len > 0 && strspn(text, plain) >= len)
		return snprintf(to, size, "%.*s", (int)len, text) < (int)size;
	/* For a quote: end the quoted part, add a quote after a backslash, begin a quoted part
	 * again. */
	for (size_t i = 0; i < len && n + 6 < size; i++)
		n += (size_t)snprintf(to + n, size - n, "%s%s%.1s", i == 0 ? "'" : "",
			text[i] == '\'' ? "'\\'" : "", text + i);
	return n + 6 < size && snprintf(to + n, size - n, "%s'", n == 0 ? "'" : "") > 0;
}

static const char *name_profile(const char *name, const char *option, char *to)
{
	const char *before = *name == '-' ? "--profile=" : option;
	size_t len = (size_t)snprintf(to, SHELL_PROFILE_SIZE, "%s", before);

	if (!shell_quote(name, strlen(name), to + len, SHELL_PROFILE_SIZE - len))
		snprintf(to + len, SHELL_PROFILE_SIZE - len, "NAME");
	return to;
}

const char *shell_profile(const char *name, char to[static SHELL_PROFILE_SIZE])
{
	return name_profile(name, "--profile ", to);
}

const char *shell_operand(const char *name, char to[static SHELL_PROFILE_SIZE])
{
	return name_profile(name, "", to);
}
