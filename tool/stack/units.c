#include "units.h"

#include "command_output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool units_ask(struct secret *shown, const char *properties, const char *const *units, char *why,
	size_t size)
{
	static const char *const paths[] = {"/usr/bin/systemctl", "/bin/systemctl", NULL};
	const char *argv[5 + UNITS_MOST + 1] = {
		command_find(paths), "show", "--property", properties, "--"};

	for (size_t i = 0; i < UNITS_MOST && units[i]; i++)
		argv[5 + i] = units[i];
	snprintf(why, size, "systemd does not run here");
	return argv[0] && access("/run/systemd/system", F_OK) == 0 &&
		command_output(argv, shown, why, size);
}

char *units_next(char *shown)
{
	/* systemctl leaves an empty line between two units. */
	char *next = strstr(shown, "\n\n");

	if (!next)
		return NULL;
	*next = '\0';
	return next + 2;
}

const char *units_value(const char *shown, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = shown; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == '=')
			return line + len + 1;
	}
	return "";
}

bool units_is(const char *shown, const char *name, const char *value)
{
	const char *is = units_value(shown, name);

	return strcspn(is, "\n") == strlen(value) && strncmp(is, value, strlen(value)) == 0;
}
