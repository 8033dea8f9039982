#include "rights.h"

#include "file/owner.h"
#include "settings/files.h"

#include <sys/stat.h>

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

static void check_file(struct findings *l, const char *path)
{
	struct error e;
	struct stat st;

	owner_report_way(settings_home(), path, take_folder, l);
	check_link(l, path);
	if (stat(path, &st) == 0 && owner_check(path, &st, &e) != STATUS_OK)
		findings_take(l, "file-rights", FINDING_WARNING, e.text);
}

void rights_check(struct findings *l, const struct settings *s)
{
	size_t before = l->n[FINDING_WARNING];
	struct error e;

	check_file(l, s->value[SETTING_CREDENTIALS_FILE]);
	check_file(l, s->value[SETTING_CONFIG_FILE]);
	if (s->credentials.path && settings_check_mode(s, &e) != STATUS_OK)
		findings_take(l, "file-mode", FINDING_WARNING, e.text);
	if (l->n[FINDING_WARNING] == before)
		findings_pass(l, "rights", "only you and root can change the home and the files");
}
