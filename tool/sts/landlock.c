#include "landlock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * From linux/landlock.h, which kernels before 5.13 do not have. libc has no functions for these
 * calls. Their numbers are the same on all processors that have a filter in seccomp.c.
 */
enum { CALL_CREATE_RULESET = 444, CALL_ADD_RULE = 445, CALL_RESTRICT_SELF = 446 };
#define ASK_VERSION 1U
#define RULE_PATH_BENEATH 1
#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define BIND_TCP (UINT64_C(1) << 0)
#define CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_SOCKETS (UINT64_C(1) << 0)
#define SCOPE_SIGNALS (UINT64_C(1) << 1)

struct ruleset {
	uint64_t file, network, scope;
};

struct path_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* The rights that each version of Landlock knows. A right that the kernel does not know fails. */
static uint64_t file_rights(long version)
{
	static const unsigned char known[] = {0, 13, 14, 15, 15, 16};
	size_t last = sizeof(known) - 1;

	return (UINT64_C(1) << known[version < (long)last ? (size_t)version : last]) - 1;
}

/* Allows reading a file, or a folder and all below it. What does not exist needs no rule. */
static bool may_read(int rules, const char *path)
{
	struct path_beneath rule = {READ_FILE | READ_DIR, -1};
	struct stat st;
	bool good;

	rule.parent = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR || errno == ELOOP;
	good = fstat(rule.parent, &st) == 0;
	if (good && !S_ISDIR(st.st_mode))
		rule.allowed = READ_FILE;
	good = good && syscall(CALL_ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0) == 0;
	close(rule.parent);
	return good;
}

/*
 * Allows reading the folder of a symlink's target. The target alone would not do: programs replace
 * it, such as that of resolv.conf.
 */
static bool may_read_around(int rules, const char *link)
{
	char *target = realpath(link, NULL);
	char *slash = target ? strrchr(target, '/') : NULL;
	bool good = true;

	if (slash && slash > target) {
		*slash = '\0';
		good = may_read(rules, target);
	}
	free(target);
	return good;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Does the symlink lead out of its folder, and not to a place that may be read anyway? */
static bool leads_elsewhere(int folder, const char *name)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(folder, name, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return strchr(text, '/') && !starts_with(text, "/usr/") && !starts_with(text, "/etc/");
}

/* Certificates in a folder of hash links may be links to other folders. */
static bool may_read_linked(int rules, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool good = true;
	char path[PATH_MAX];

	while (good && dir && (entry = readdir(dir))) {
		if (!leads_elsewhere(dirfd(dir), entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		good = may_read(rules, path);
	}
	if (dir)
		closedir(dir);
	return good;
}

static bool add_rules(int rules, const char *ca_bundle)
{
	static const char *const places[] = {"/etc", "/usr", "/lib", "/lib64", "/proc/self",
		"/run/systemd/resolve", "/var/lib/ca-certificates", "/nix/store", "/gnu/store"};
	bool good = may_read_around(rules, "/etc/resolv.conf");

	for (size_t i = 0; good && i < sizeof(places) / sizeof(places[0]); i++)
		good = may_read(rules, places[i]);
	if (good && ca_bundle)
		good = may_read(rules, ca_bundle) && may_read_linked(rules, ca_bundle);
	return good;
}

/*
 * Are these the answers of a system without Landlock? EPERM is a filter's: that of systemd-nspawn
 * in Debian 12, say. No user can cause it, since su and sudo would then not become root.
 */
static bool no_landlock(int error)
{
	return error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

static enum status not_confined(struct error *e)
{
	return error_set(e, STATUS_SYSTEM, "cannot confine this process to some folders: %s",
		strerror(errno));
}

/* Refuses all that add() does not allow, of TCP what is in tcp, and what is in scope. */
static enum status restrict_to(bool (*add)(int rules, const char *path), const char *path,
	uint64_t tcp, uint64_t scope, struct error *e)
{
	long version = syscall(CALL_CREATE_RULESET, NULL, 0, ASK_VERSION);
	struct ruleset set = {0};
	int rules;
	bool good;

	if (version < 1)
		return no_landlock(errno) ? STATUS_OK : not_confined(e);
	set.file = file_rights(version);
	set.network = version >= 4 ? tcp : 0;
	set.scope = version >= 6 ? scope : 0;
	rules = (int)syscall(CALL_CREATE_RULESET, &set, sizeof(set), 0);
	good = rules >= 0 && (!add || add(rules, path)) &&
		syscall(CALL_RESTRICT_SELF, rules, 0) == 0;
	if (!good)
		not_confined(e);
	if (rules >= 0)
		close(rules);
	return good ? STATUS_OK : STATUS_SYSTEM;
}

enum status landlock_signer(struct error *e)
{
	/*
	 * No SCOPE_SIGNALS: the kernel sends PR_SET_PDEATHSIG in the name of the parent that dies,
	 * so it would not reach the talker (seen with Linux 6.18). seccomp refuses kill() and the
	 * like.
	 */
	return restrict_to(NULL, NULL, BIND_TCP | CONNECT_TCP, SCOPE_ABSTRACT_SOCKETS, e);
}

enum status landlock_talker(const char *ca_bundle, struct error *e)
{
	return restrict_to(
		add_rules, ca_bundle, BIND_TCP, SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS, e);
}
