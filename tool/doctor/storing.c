#include "storing.h"

#include "credentials/store.h"
#include "text/log.h"
#include "text/shell.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Warnings of the checks that a refresh makes: a file system without locks. */
static void take_warning(void *arg, enum log_level level, const char *text)
{
	(void)level;
	findings_take(arg, "locks", FINDING_WARNING, text);
}

static void check_mount(struct findings *l, const char *path)
{
	struct statx x;

	if (statx(AT_FDCWD, path, 0, STATX_NLINK, &x) < 0)
		return;
	if (x.stx_nlink == 0) {
		findings_add(l, "old-file", FINDING_FAULT, path, 0,
			"this file was replaced where it was mounted from, and here is the old one");
		findings_write(
			l, "mount the folder instead of the file, and start the container again");
	} else if (x.stx_attributes & STATX_ATTR_MOUNT_ROOT) {
		findings_add(l, "mounted-file", FINDING_WARNING, path, 0,
			"is a mount of its own: after a refresh on the other side it stays the old "
			"file here");
		findings_write(l, "mount its folder instead of the file");
	}
}

static void check_links(struct findings *l, const char *path)
{
	char word[400];
	struct stat st;

	if (stat(path, &st) < 0 || st.st_nlink < 2)
		return;
	findings_add(l, "hard-links", FINDING_WARNING, path, 0,
		"has %ju names (hard links); after a refresh the others keep the old content. Make "
		"them symlinks to this one; they are found with",
		(uintmax_t)st.st_nlink);
	if (shell_quote(path, strlen(path), word, sizeof(word)))
		findings_run(l, "find ~ -xdev -samefile %s", word);
}

void storing_check(struct findings *l, const struct settings *s)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	size_t before = l->n[FINDING_FAULT] + l->n[FINDING_WARNING];
	struct error e;

	log_take(take_warning, l);
	if (store_check(path, false, &e) != STATUS_OK)
		findings_take(l, "storing", FINDING_FAULT, e.text);
	log_take(NULL, NULL);
	check_mount(l, path);
	check_links(l, path);
	if (l->n[FINDING_FAULT] + l->n[FINDING_WARNING] == before)
		findings_pass(l, "storing", "%s can be written, with locks and room", path);
}
