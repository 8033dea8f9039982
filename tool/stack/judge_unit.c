/*
 * The units of systemd that load the module for a service. Limits that a session gets in another
 * way are not read: those of pam_limits, of a shell, and of the caller of su or sudo.
 */
#include "judge.h"

#include "least_limits.h"
#include "paths.h"
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Tasks of a daemon beside those of the login: it listens, and has processes for the connection. */
#define DAEMON_TASKS 5

static const struct {
	const char *name; /* as systemd has it */
	unsigned long least;
} limits[] = {
	{"LimitNPROC", LEAST_PROCESSES},
	{"LimitNOFILE", LEAST_DESCRIPTORS},
	{"LimitFSIZE", LEAST_FILE_BYTES},
	{"LimitSTACK", LEAST_STACK_BYTES},
	{"LimitDATA", LEAST_MEMORY_BYTES},
	{"LimitAS", LEAST_MEMORY_BYTES},
	{"TasksMax", LEAST_PROCESSES + DAEMON_TASKS},
};

#define PROPERTIES                                                                                 \
	"Id,LoadState,ActiveState,StateChangeTimestampMonotonic,LimitNPROC,LimitNOFILE,"           \
	"LimitFSIZE,LimitSTACK,LimitDATA,LimitAS,TasksMax,ProtectSystem,ReadWritePaths"

/* A template is shown as the instance that a login makes of it. Else the unit is SERVICE.service.
 */
static const struct {
	const char *service;
	const char *units[UNITS_MOST];
} table[] = {
	{"sshd", {"ssh.service", "sshd.service", "ssh@x.service", "sshd@x.service"}},
	{"login",
		{"getty@tty1.service", "serial-getty@ttyS0.service", "console-getty.service",
			"container-getty@1.service"}},
	{"cron", {"cron.service"}},
	{"crond", {"crond.service"}},
	{"atd", {"atd.service"}},
	{"systemd-user", {"user@0.service"}},
	{"gdm-password", {"gdm.service"}},
	{"polkit-1", {"polkit.service", "polkit-agent-helper@x.service"}},
};

static bool judge_limits(struct view *v, const char *unit, const char *shown)
{
	bool enough = true;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const char *text = units_value(shown, limits[i].name);
		char *end;
		unsigned long long value = strtoull(text, &end, 10);

		if (end == text || value >= limits[i].least)
			continue; /* "infinity" */
		findings_add(v->l, "unit-limit", FINDING_FAULT, NULL, 0,
			"%s of %s is %llu, and a login needs %lu. Raise it, then restart the unit:",
			limits[i].name, unit, value, limits[i].least);
		findings_run(v->l, "systemctl edit %s", unit);
		enough = false;
	}
	return enough;
}

/* Is the folder of the socket, or one above it, in ReadWritePaths? */
static bool may_write(const char *shown)
{
	const char *path = units_value(shown, "ReadWritePaths");

	for (size_t len; (len = strcspn(path, " \n")) > 0; path += len + (path[len] == ' ')) {
		size_t mark = strspn(path, "-+");

		if (strncmp(path + mark, AWS_MFA_RUN_DIR, len - mark) == 0 &&
			strchr("/", AWS_MFA_RUN_DIR[len - mark]))
			return true;
	}
	return false;
}

/* In keystore mode the module writes to the folder of the socket. */
static void judge_sandbox(struct view *v, const char *unit, const char *shown)
{
	if (!v->keystore || !units_is(shown, "ProtectSystem", "strict") || may_write(shown))
		return;
	findings_add(v->l, "unit-sandbox", FINDING_FAULT, NULL, 0,
		"%s has ProtectSystem=strict, so the module cannot write to " AWS_MFA_RUN_DIR
		", and every login is refused. Add ReadWritePaths=-" AWS_MFA_RUN_DIR
		" to [Service], then restart the unit:",
		unit);
	findings_run(v->l, "systemctl edit %s", unit);
}

/* sshd reads its settings when it starts and when it is reloaded. */
static void judge_age(struct view *v, const char *unit, const char *shown)
{
	unsigned long long changed_us =
		strtoull(units_value(shown, "StateChangeTimestampMonotonic"), NULL, 10);
	struct timespec real, since_boot;
	const struct sshd_settings *s = &v->sshd;
	time_t read_at;

	if (!units_is(shown, "ActiveState", "active") || changed_us == 0 || !s->newest_file[0])
		return;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &since_boot);
	read_at = real.tv_sec - since_boot.tv_sec + (time_t)(changed_us / 1000000);
	if (s->newest <= read_at + 1)
		return;
	findings_add(v->l, "sshd-reload", FINDING_WARNING, s->newest_file, 0,
		"was changed after %s read its settings, so they do not count yet", unit);
	findings_run(v->l, "systemctl reload %s", unit);
}

/* "ssh@.service": what people edit of "ssh@x.service". */
static void name_unit(const char *shown, char *unit, size_t size)
{
	const char *id = units_value(shown, "Id");
	size_t len = strcspn(id, "\n"), at = strcspn(id, "@\n");
	size_t dot = at < len ? at + 1 + strcspn(id + at + 1, ".\n") : len;

	snprintf(unit, size, "%.*s%.*s", (int)(at < len ? at + 1 : len), id, (int)(len - dot),
		id + dot);
}

static void judge_shown(struct view *v, const char *unit, const char *shown)
{
	if (!units_is(shown, "LoadState", "loaded"))
		return;
	if (judge_limits(v, unit, shown))
		findings_pass(v->l, "limits",
			"the limits of %s are enough; those of pam_limits are not read", unit);
	judge_sandbox(v, unit, shown);
	if (v->is_sshd)
		judge_age(v, unit, shown);
}

/* The units of the service, into to. own has room for the name that is not in the table. */
static void find_units(const char *service, char own[static 256], const char *to[static UNITS_MOST])
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].service, service) == 0) {
			memcpy(to, table[i].units, sizeof(table[i].units));
			return;
		}
	snprintf(own, 256, "%.240s.service", service);
	to[0] = own;
}

/* One unit may have two of the names. */
static void judge_all(struct view *v, char *shown)
{
	char seen[UNITS_MOST][128];
	size_t n = 0;

	for (char *next; shown && n < UNITS_MOST; shown = next) {
		size_t i = 0;

		next = units_next(shown);
		name_unit(shown, seen[n], sizeof(seen[n]));
		while (strcmp(seen[i], seen[n]) != 0)
			i++;
		if (i == n)
			judge_shown(v, seen[n++], shown);
	}
}

void judge_unit(struct view *v)
{
	const char *units[UNITS_MOST] = {NULL};
	struct secret out = {0};
	char why[128], own[256];

	/* su and sudo run in the session of their caller. */
	if (v->is_su || v->is_sudo)
		return;
	find_units(v->is_sshd ? "sshd" : v->service, own, units);
	if (units_ask(&out, PROPERTIES, units, why, sizeof(why)))
		judge_all(v, out.data);
	secret_free(&out);
}
