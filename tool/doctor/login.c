#include "login.h"

#include "pam_folders.h"
#include "settings/settings.h"
#include "text/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_BYTES 65536 /* a PAM stack is shorter */

/* Does a line of this file name the module? A line that begins with '#' does not count. */
static bool names_module(int folder, const char *name, char *buf)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd >= 0 ? read(fd, buf, STACK_BYTES - 1) : -1;
	bool found = false;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	for (char *line = buf, *end; line && !found; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		found = line[strspn(line, " \t")] != '#' && strstr(line, "pam_aws_mfa");
	}
	return found;
}

/* Files that are also in hidden_by (NULL: none) do not count. */
static bool folder_names_module(const char *path, const char *hidden_by, char *buf)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool found = false;
	char other[600];

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(other, sizeof(other), "%s/%s", hidden_by ? hidden_by : "", entry->d_name);
		if (!hidden_by || access(other, F_OK) != 0)
			found = names_module(dirfd(dir), entry->d_name, buf);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_used_here(void)
{
	char *buf = malloc(STACK_BYTES);
	bool found = buf &&
		(folder_names_module(PAM_ETC, NULL, buf) ||
			folder_names_module(PAM_USR, PAM_ETC, buf));

	free(buf);
	return found;
}

static void take_warning(void *arg, enum log_level level, const char *text)
{
	(void)level;
	findings_take(arg, "login", FINDING_WARNING, text);
}

/* A login sees no variables of the user's shell, and the home of the user database. */
static enum status load_as_login(struct findings *l, const char *profile, struct error *e)
{
	const char *const options[N_SETTINGS] = {[SETTING_PROFILE] = profile};
	const struct passwd *pw = getpwuid(getuid());
	char home[4096];
	char *login[] = {home, NULL}, **before = environ;
	struct settings s;
	enum status rc;

	if (!pw || snprintf(home, sizeof(home), "HOME=%s", pw->pw_dir) >= (int)sizeof(home))
		return STATUS_OK;
	environ = login;
	log_take(take_warning, l);
	rc = settings_load(&s, options, MODE_LOGIN, e);
	log_take(NULL, NULL);
	environ = before;
	settings_free(&s);
	return rc;
}

void login_check(struct findings *l, const char *profile)
{
	size_t before = l->n[FINDING_FAULT] + l->n[FINDING_WARNING];
	struct error e;

	if (!is_used_here())
		return;
	if (load_as_login(l, profile, &e) != STATUS_OK)
		findings_take(l, "login", FINDING_FAULT, e.text);
	if (l->n[FINDING_FAULT] + l->n[FINDING_WARNING] == before)
		findings_pass(l, "login", "a login finds all that it needs, too");
}
