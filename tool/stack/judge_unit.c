#include "judge.h"

#include "command_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1ULL << 20)

/* The least that the module's helper needs (pam/child.c), as systemd names it. */
static const struct {
	const char *name;
	unsigned long long least;
} limits[] = {
	{"LimitNPROC", 16},
	{"LimitNOFILE", 64},
	{"LimitFSIZE", MIB},
	{"LimitDATA", 256 * MIB},
	{"LimitAS", 256 * MIB},
	{"TasksMax", 16},
};

static void take_line(struct view *v, const char *unit, const char *line)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t len = strlen(limits[i].name);
		char *end;
		unsigned long long value;

		if (strncmp(line, limits[i].name, len) != 0 || line[len] != '=')
			continue;
		value = strtoull(line + len + 1, &end, 10);
		if (end == line + len + 1 || value >= limits[i].least)
			continue; /* "infinity" */
		findings_add(v->l, "unit-limit", FINDING_FAULT, NULL, 0,
			"%s of %s is %llu, and a login needs %llu. Raise it:", limits[i].name, unit,
			value, limits[i].least);
		findings_run(v->l, "systemctl edit %s", unit);
	}
}

void judge_unit(struct view *v)
{
	static const char *const paths[] = {"/usr/bin/systemctl", "/bin/systemctl", NULL};
	static const char *const units[] = {"ssh.service", "sshd.service"};
	const char *systemctl = command_find(paths);

	if (!v->is_sshd || !systemctl || access("/run/systemd/system", F_OK) != 0)
		return;
	for (size_t i = 0; i < 2; i++) {
		const char *argv[] = {systemctl, "show", "--property",
			"LoadState,LimitNPROC,LimitNOFILE,LimitFSIZE,LimitDATA,LimitAS,TasksMax",
			units[i], NULL};
		struct secret out = {0};
		char why[128], *save = NULL;

		if (command_output(argv, &out, why, sizeof(why)) &&
			strstr(out.data, "LoadState=loaded"))
			for (char *line = strtok_r(out.data, "\n", &save); line;
				line = strtok_r(NULL, "\n", &save))
				take_line(v, units[i], line);
		secret_free(&out);
	}
}
