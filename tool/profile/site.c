#include "site.h"

#include "paths.h"

#include <errno.h>
#include <iniparser/iniparser.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *site_path(void)
{
	return AWS_MFA_CONF_PATH;
}

/* iniparser would print its complaints to standard error; the file and line go into ours. */
static int swallow(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int swallow(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

enum status site_load(struct site *site, struct error *e)
{
	*site = (struct site){0};
	if (access(AWS_MFA_CONF_PATH, R_OK) < 0) {
		if (errno == ENOENT)
			return STATUS_OK;
		return error_set(e, STATUS_CONFIG, "%s: %s; make it readable for all",
			AWS_MFA_CONF_PATH, strerror(errno));
	}
	iniparser_set_error_callback(swallow);
	site->dictionary = iniparser_load(AWS_MFA_CONF_PATH);
	if (!site->dictionary)
		return error_set(e, STATUS_CONFIG,
			"%s: cannot be read; expected [aws-mfa] and lines of KEY = VALUE",
			AWS_MFA_CONF_PATH);
	return STATUS_OK;
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
	snprintf(name, sizeof(name), "aws-mfa:%s", key);
	value = iniparser_getstring(site->dictionary, name, NULL);
	return value && *value ? value : NULL;
}
