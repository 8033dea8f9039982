#include "site.h"

#include "pasted.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTION "aws-mfa"
#define MAX_BYTES ((off_t)64 << 10)
#define OPEN_FILES "/proc/self/fd/"

/* The first bad line. iniparser reports lines only in sentences, "... in PATH (LINE)...". */
static long bad_line;

static int note_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int note_line(const char *fmt, ...)
{
	const char *number;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	number = strstr(text, OPEN_FILES);
	number = number ? strchr(number, '(') : NULL;
	if (bad_line == 0 && number)
		bad_line = strtol(number + 1, NULL, 10);
	return 0;
}

/* Reject unknown keys; ignoring one would drop a setting, such as the proxy. */
static enum status check_keys(
	dictionary *d, const char *const known[], size_t n_known, struct error *e)
{
	int sections = iniparser_getnsec(d);

	for (int i = 0; i < sections; i++)
		if (strcmp(iniparser_getsecname(d, i), SECTION) != 0)
			return error_set(e, STATUS_CONFIG,
				"%s: unknown section [%s]; expected only [" SECTION "]",
				AWS_MFA_CONF_PATH, iniparser_getsecname(d, i));
	/* iniparser before 4.2 has an int here. */
	for (size_t i = 0; i < (size_t)d->size; i++) {
		const char *key = d->key[i] ? strchr(d->key[i], ':') : NULL;
		bool good = !d->key[i] || (!key && sections > 0);

		for (size_t k = 0; key && k < n_known && !good; k++)
			good = strcmp(key + 1, known[k]) == 0 && key != d->key[i];
		if (!good)
			return error_set(e, STATUS_CONFIG,
				"%s: unknown key %s; aws-mfa.conf(5) lists all keys",
				AWS_MFA_CONF_PATH, pasted_hide(key ? key + 1 : d->key[i]));
	}
	return STATUS_OK;
}

static bool is_a_lack(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/* A symlink to nothing is not a missing file: to go on would drop a setting, such as the proxy. */
static bool is_symlink_to_nothing(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && stat(path, &st) < 0;
}

static bool leads_nowhere(void)
{
	char path[] = AWS_MFA_CONF_PATH;
	bool nowhere = is_symlink_to_nothing(path);

	*strrchr(path, '/') = '\0';
	return nowhere || is_symlink_to_nothing(path);
}

/* Sets *fd to -1 if there is no file. O_NONBLOCK: else a FIFO would hold up every login. */
static enum status open_file(int *fd, struct error *e)
{
	struct stat st;

	*fd = open(AWS_MFA_CONF_PATH, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return leads_nowhere()
			? error_set(e, STATUS_CONFIG,
				  "%s: a symlink there leads to nothing; check that its "
				  "target is mounted",
				  AWS_MFA_CONF_PATH)
			: STATUS_OK;
	if (*fd < 0 && is_a_lack(errno))
		return error_system(e, AWS_MFA_CONF_PATH);
	if (*fd < 0)
		return error_set(e, STATUS_CONFIG, "%s: %s; make it readable for all users",
			AWS_MFA_CONF_PATH, strerror(errno));
	if (fstat(*fd, &st) < 0)
		return error_system(e, AWS_MFA_CONF_PATH);
	if (!S_ISREG(st.st_mode))
		return error_set(e, STATUS_CONFIG, "%s: is no regular file; write one or remove it",
			AWS_MFA_CONF_PATH);
	if (st.st_size > MAX_BYTES)
		return error_set(e, STATUS_CONFIG, "%s: is larger than %jd bytes; check it",
			AWS_MFA_CONF_PATH, (intmax_t)MAX_BYTES);
	return STATUS_OK;
}

/* iniparser before 4.2 takes names only. This one leads to the file that was checked. */
static enum status parse(struct site *site, int fd, struct error *e)
{
	char name[sizeof(OPEN_FILES) + 10];

	snprintf(name, sizeof(name), OPEN_FILES "%d", fd);
	bad_line = 0;
	errno = 0;
	iniparser_set_error_callback(note_line);
	site->dictionary = iniparser_load(name);
	if (site->dictionary)
		return STATUS_OK;
	if (bad_line > 0)
		return error_set(e, STATUS_CONFIG,
			"%s:%ld: cannot be read; expected [" SECTION "] and lines of KEY = VALUE",
			AWS_MFA_CONF_PATH, bad_line);
	if (is_a_lack(errno))
		return error_system(e, AWS_MFA_CONF_PATH);
	return error_set(e, STATUS_CONFIG,
		"%s: cannot be read; expected [" SECTION "] and lines of KEY = VALUE",
		AWS_MFA_CONF_PATH);
}

enum status site_load(struct site *site, const char *const known[], size_t n_known, struct error *e)
{
	enum status rc;
	int fd;

	*site = (struct site){0};
	rc = open_file(&fd, e);
	if (rc == STATUS_OK && fd >= 0)
		rc = parse(site, fd, e);
	if (fd >= 0)
		close(fd);
	if (rc == STATUS_OK && site->dictionary)
		rc = check_keys(site->dictionary, known, n_known, e);
	if (rc != STATUS_OK)
		site_free(site);
	return rc;
}

void site_free(struct site *site)
{
	if (site->dictionary)
		iniparser_freedict(site->dictionary);
	site->dictionary = NULL;
}

const char *site_get(const struct site *site, const char *key)
{
	char name[64];
	const char *value;

	if (!site->dictionary)
		return NULL;
	snprintf(name, sizeof(name), SECTION ":%s", key);
	value = iniparser_getstring(site->dictionary, name, NULL);
	return value && *value ? value : NULL;
}
