#include "keystore_copies.h"

#include "file/file.h"
#include "file/place.h"
#include "file/target.h"
#include "ini/ini.h"
#include "text/shell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD_SIZE 1200

/* --- lines --- */

static bool has(const struct secret *bytes, size_t from, size_t to, const char *secret)
{
	return memmem(bytes->data + from, to - from, secret, strlen(secret)) != NULL;
}

/* Where the secret must be, and nowhere else. */
struct place_of_keys {
	const char *path, *section;
};

/* Is the secret on a line other than own? If own is NULL, no line may have it. */
static enum status check_lines(const struct ini *ini, const struct ini_line *own,
	const struct place_of_keys *keys, const char *secret, struct error *e)
{
	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (l != own && has(&ini->bytes, l->start, l->end, secret))
			return error_set(e, STATUS_CONFIG,
				"%s:%zu: the secret is in this line, and would stay in the home; "
				"have it only in [%s] of %s" IMPORT_AGAIN,
				ini->path, i + 1, keys->section, keys->path);
	}
	return STATUS_OK;
}

enum status copies_check_lines(
	const struct ini *ini, const char *section, const char *secret, struct error *e)
{
	static const char key[] = "aws_secret_access_key";
	const struct place_of_keys keys = {ini->path, section};
	const struct ini_line *header = ini_section(ini, section, strlen(section));
	const struct ini_line *own = header ? ini_key(ini, header, key, strlen(key)) : NULL;

	/* Only the line in the section itself is removed. A line of [DEFAULT] stays. */
	if (own && ini->lines[own->section - 1].section != header->section)
		own = NULL;
	return check_lines(ini, own, &keys, secret, e);
}

/* Some make the config file a symlink to the credentials file. */
static bool is_credentials(const struct settings *s, const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && st.st_dev == s->credentials_stat.st_dev &&
		st.st_ino == s->credentials_stat.st_ino;
}

static enum status check_config(const struct settings *s, const char *secret, struct error *e)
{
	const struct place_of_keys keys = {s->value[SETTING_CREDENTIALS_FILE], s->long_term};

	return is_credentials(s, s->value[SETTING_CONFIG_FILE])
		? STATUS_OK
		: check_lines(&s->config, NULL, &keys, secret, e);
}

/* --- files --- */

/* The file is replaced, and its other names keep the old one. */
static enum status check_names(const struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	const struct stat *st = &s->credentials_stat;
	char word[400];

	if (st->st_nlink < 2)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: has %ju names (hard links), and the secret would stay under the others; keep "
		"only this name" IMPORT_AGAIN
		"; to see all names, run: find \"$(stat -Lc %%m %s)\" -xdev "
		"-inum %ju",
		path, (uintmax_t)st->st_nlink,
		shell_quote(path, strlen(path), word, sizeof(word)) ? word : path,
		(uintmax_t)st->st_ino);
}

/* The path as one word of a shell: it may be given to rm, and the user has chosen the name. */
static const char *as_word(const char *path, char word[static WORD_SIZE])
{
	return shell_quote(path, strlen(path), word, WORD_SIZE) ? word : "a file with a long name";
}

/* STATUS_CONFIG: "PATH: what" */
static enum status refuse(const char *path, const char *what, struct error *e)
{
	char word[WORD_SIZE];

	return error_set(e, STATUS_CONFIG, "%s: %s" IMPORT_AGAIN, as_word(path, word), what);
}

struct copy_search {
	const struct settings *settings;
	const char *secret;
	struct stat credentials; /* as the file is now */
	/* A file that this user did not make has no copy, and is not looked at. Threat: another
	 * user makes one in /var/tmp that cannot be searched. */
	bool only_ours;
};

/*
 * Do not advise to make a file readable. Threat: the user makes a symlink to a file of root, and
 * root does what the message says.
 */
static enum status search_file(const struct copy_search *search, int fd, const char *path,
	const char *found, struct error *e)
{
	struct secret bytes = {0};
	struct stat st;
	enum status rc;

	if (fd < 0 && errno != ENOENT)
		return refuse(path, "may have the secret, and cannot be read; remove it", e);
	if (fd < 0)
		return STATUS_OK;
	rc = file_read_fd(fd, path, &bytes, &st, e);
	if (rc != STATUS_OK)
		rc = refuse(path,
			"may have the secret, and cannot be searched (is it larger than 8 MiB?); "
			"move it to another folder",
			e);
	else if (has(&bytes, 0, bytes.size, search->secret))
		rc = refuse(path, found, e);
	secret_free(&bytes);
	return rc;
}

static enum status check_file(const struct copy_search *search, int folder, const char *name,
	const char *path, struct error *e)
{
	const int how = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	const struct stat *own = &search->credentials;
	const char *found = search->only_ours
		? "an interrupted write has left the secret here; compare the file with "
		  "the credentials file, then remove it"
		: "the secret is in this file, too, and would stay in the home; remove it";
	struct stat st;
	enum status rc;
	bool link;
	int fd;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return STATUS_OK;
	link = S_ISLNK(st.st_mode);
	if (search->only_ours && (link || st.st_uid != geteuid()))
		return STATUS_OK;
	/* Look at the target before it is opened: to open a device may change it. */
	if (link && fstatat(folder, name, &st, 0) < 0)
		return errno == ENOENT || errno == ELOOP
			? STATUS_OK
			: refuse(path,
				  "is a symlink to a place that cannot be read; remove the symlink",
				  e);
	if (!S_ISREG(st.st_mode) || (st.st_dev == own->st_dev && st.st_ino == own->st_ino))
		return STATUS_OK;
	if (link)
		found = "a symlink to a file with the secret, which would stay; remove both";
	fd = openat(folder, name, link ? how : how | O_NOFOLLOW);
	rc = search_file(search, fd, path, found, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

/*
 * Searches the files in the folder of path that have its name in their own. The one that a write
 * makes (replace.h) does not count: what a killed run has left is gone.
 */
static enum status check_beside(
	const struct copy_search *search, const char *path, const char *in_work, struct error *e)
{
	const char *slash = strrchr(path, '/'), *own = slash ? slash + 1 : path;
	size_t len = (size_t)(own - path);
	char beside[PATH_MAX + NAME_MAX + 1];
	enum status rc = STATUS_OK;
	const struct dirent *d;
	DIR *dir;
	int fd;

	snprintf(beside, sizeof(beside), "%.*s", (int)len, path);
	fd = open(*beside ? beside : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return STATUS_OK;
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && rc == STATUS_OK && (errno = 0, d = readdir(dir))) {
		if (!strstr(d->d_name, own) || strcmp(d->d_name, own) == 0 ||
			strcmp(d->d_name, in_work) == 0)
			continue;
		snprintf(beside + len, sizeof(beside) - len, "%s", d->d_name);
		rc = check_file(search, fd, d->d_name, beside, e);
	}
	if (rc == STATUS_OK && errno != 0) {
		beside[len < sizeof(beside) ? len : 0] = '\0';
		rc = error_set(e, STATUS_CONFIG,
			"%s: this folder cannot be listed, and may have a copy of the secret; "
			"make it readable for its user" IMPORT_AGAIN,
			beside);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return rc;
}

static enum status check_place(
	const struct copy_search *search, const struct place *p, struct error *e)
{
	const char *const names[] = {p->saved, p->new, p->part, p->kept};
	size_t n_names = sizeof(names) / sizeof(names[0]);
	char path[sizeof(p->path) + sizeof(p->kept) + 8];
	enum status rc = STATUS_OK;

	for (size_t i = 0; rc == STATUS_OK && i < n_names + PLACE_KEPT_MAX; i++) {
		if (i < n_names)
			snprintf(path, sizeof(path), "%s%s", p->path, names[i]);
		else
			snprintf(path, sizeof(path), "%s%s-%zu", p->path, p->kept, i - n_names + 2);
		rc = check_file(search, p->folder, strrchr(path, '/') + 1, path, e);
	}
	return rc;
}

/* What an interrupted write in place has left in the home or in /var/tmp. */
static enum status check_places(
	const struct copy_search *search, const struct target *t, struct error *e)
{
	struct copy_search ours = *search;
	enum status rc = STATUS_OK;
	struct place p;

	ours.only_ours = true;
	for (int which = 1; rc == STATUS_OK && which < N_PLACES; which++)
		if (place_open(&p, which, t, &search->credentials)) {
			rc = check_place(&ours, &p, e);
			place_close(&p);
		}
	return rc;
}

static enum status check_files(struct copy_search *search, struct error *e)
{
	const char *path = search->settings->value[SETTING_CREDENTIALS_FILE];
	const char *config = search->settings->value[SETTING_CONFIG_FILE];
	struct target t = {.folder = -1};
	char in_work[NAME_MAX + 32];
	enum status rc = target_find(&t, path, e);

	if (rc == STATUS_OK)
		target_new_name(&t, in_work);
	if (rc == STATUS_OK && fstatat(t.folder, t.name, &search->credentials, 0) < 0)
		rc = error_system(e, path);
	if (rc == STATUS_OK)
		rc = check_beside(search, path, in_work, e);
	/* Behind a symlink, the file has another name or folder. */
	if (rc == STATUS_OK && strcmp(t.path, path) != 0)
		rc = check_beside(search, t.path, in_work, e);
	if (rc == STATUS_OK && config)
		rc = check_beside(search, config, in_work, e);
	if (rc == STATUS_OK)
		rc = check_places(search, &t, e);
	target_free(&t);
	return rc;
}

enum status copies_check(const struct settings *s, const char *secret, struct error *e)
{
	struct copy_search search = {.settings = s, .secret = secret};
	enum status rc = copies_check_lines(&s->credentials, s->long_term, secret, e);

	if (rc == STATUS_OK)
		rc = check_config(s, secret, e);
	if (rc == STATUS_OK)
		rc = check_names(s, e);
	return rc == STATUS_OK ? check_files(&search, e) : rc;
}
