#include "rights.h"

#include "file/owner.h"
#include "settings/files.h"
#include "text/shell.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void take_folder(void *arg, const struct error *e)
{
	struct findings *l = arg;

	findings_take(l, "folder-rights", FINDING_WARNING, e->text);
	if (l->last && !l->last->fix)
		findings_write(l, "set HOME to your own home, or have it mounted");
}

static void check_link(struct findings *l, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode) || stat(path, &st) == 0)
		return;
	findings_add(l, "dead-link", FINDING_WARNING, path, 0,
		"is a symlink that leads nowhere, so a login is refused");
	findings_write(l, "have its target mounted, or remove the symlink");
}

static bool is_closed(const char *path)
{
	return access(path, R_OK) != 0 && errno == EACCES;
}

/*
 * A file below the home that this user may not read: says what opens it, or the folder that closes
 * it. Often root has made them.
 */
static void mend_access(struct findings *l, const char *path)
{
	const char *home = settings_home();
	size_t len = strlen(home);
	char at[4096], word[400], *slash;
	struct stat st;

	if (!is_closed(path) || snprintf(at, sizeof(at), "%s", path) >= (int)sizeof(at))
		return;
	while (stat(at, &st) != 0 && errno == EACCES && (slash = strrchr(at, '/')))
		*slash = '\0';
	if (strncmp(at, home, len) != 0 || at[len] != '/' ||
		!shell_quote(at, strlen(at), word, sizeof(word)))
		return;
	if (st.st_uid == geteuid())
		findings_mend(l, "settings", path, "chmod u+rwX %s", word);
	else
		findings_mend(
			l, "settings", path, "sudo chown -R %ju %s", (uintmax_t)geteuid(), word);
}

static void check_file(struct findings *l, const char *path)
{
	struct error e;
	struct stat st;

	mend_access(l, path);
	owner_report_way(settings_home(), path, take_folder, l);
	check_link(l, path);
	/* Not of /dev/null, which stands for an empty file: everybody needs to write it. */
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && owner_check(path, &st, &e) != STATUS_OK)
		findings_take(l, "file-rights", FINDING_WARNING, e.text);
}

/* The home of another user: a chown of its files would take them from that user. */
static bool is_home_of_another(struct findings *l)
{
	const char *home = settings_home();
	struct stat st;

	if (stat(home, &st) != 0 || st.st_uid == geteuid())
		return false;
	findings_add(l, "folder-rights", FINDING_WARNING, home, 0,
		"this home is not a folder of this user, but HOME names it");
	findings_write(l, "set HOME to your own home");
	return true;
}

void rights_check(struct findings *l, const struct settings *s)
{
	const char *credentials = s->value[SETTING_CREDENTIALS_FILE];
	const char *config = s->value[SETTING_CONFIG_FILE];
	size_t before = l->n[FINDING_WARNING];
	struct error e;

	if (is_home_of_another(l))
		return;
	check_file(l, credentials);
	check_file(l, config);
	if (s->credentials.path && settings_check_mode(s, &e) != STATUS_OK)
		findings_take(l, "file-mode", FINDING_WARNING, e.text);
	if (l->n[FINDING_WARNING] == before && !is_closed(credentials) && !is_closed(config))
		findings_pass(l, "rights", "only you and root can change the home and the files");
}
