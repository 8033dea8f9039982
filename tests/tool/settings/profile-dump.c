/*
 * profile-dump --config FILE --credentials FILE
 *
 * Prints the profiles of both files, merged, as one JSON object {"NAME": {"key": "value"}}, keys in
 * lower case, for tests that compare them with another reader's. A file not given or not there
 * has no profiles. Where a line cannot be read, all faults go to standard error and no profile is
 * printed: status 1, as the SDKs refuse such a file. What merely stands twice is only told.
 */
#include "file/read.h"
#include "merge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool unreadable;

static void on_fault(
	void *arg, enum ini_fault fault, const char *path, size_t line, const char *what)
{
	(void)arg;
	if (fault == INI_UNREADABLE)
		unreadable = true;
	fprintf(stderr, "%s:%zu: %s\n", path, line, what);
}

/* *ini is to be freed if, and only if, this succeeds. */
static enum status load(struct ini *ini, const char *path, struct error *e)
{
	struct secret bytes = {0};
	struct stat st;
	enum file_found found;
	enum status rc = path ? file_read(path, &bytes, &st, &found, e) : STATUS_OK;

	return rc == STATUS_OK ? ini_parse(ini, path ? path : "", &bytes, on_fault, NULL, e) : rc;
}

static void print_string(const char *s, size_t len, bool lower)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			printf("\\u%04x", c);
		else
			putchar(lower && c < 0x80 ? tolower(c) : c);
	}
	putchar('"');
}

static void print_key(void *arg, const struct ini *in, const struct ini_line *key)
{
	bool *first = arg;
	struct secret value = ini_value(in, key);

	if (!value.data)
		exit(1);
	printf("%s\n    ", *first ? "" : ",");
	*first = false;
	print_string(in->bytes.data + key->name, key->name_len, true);
	printf(": ");
	print_string(value.data, value.size, false);
	secret_free(&value);
}

static void print_profiles(const struct profiles *p)
{
	printf("{");
	for (size_t i = 0; i < p->n; i++) {
		bool first = true;

		printf("%s\n  ", i ? "," : "");
		print_string(p->list[i].name, p->list[i].name_len, false);
		printf(": {");
		merged_each_key(p, &p->list[i], print_key, &first);
		printf("%s}", first ? "" : "\n  ");
	}
	printf("%s}\n", p->n ? "\n" : "");
}

int main(int argc, char **argv)
{
	const char *config_path = NULL, *credentials_path = NULL;
	struct ini config = {0}, credentials = {0};
	struct profiles profiles = {0};
	struct error e;
	enum status rc;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--config") == 0)
			config_path = argv[i + 1];
		else if (strcmp(argv[i], "--credentials") == 0)
			credentials_path = argv[i + 1];
		else
			break;
	}
	if (i != argc) {
		fprintf(stderr, "usage: profile-dump --config FILE --credentials FILE\n");
		return 2;
	}
	rc = load(&config, config_path, &e);
	if (rc == STATUS_OK)
		rc = load(&credentials, credentials_path, &e);
	if (rc == STATUS_OK)
		rc = merge_profiles(&profiles, &config, &credentials, &e);
	if (rc != STATUS_OK)
		fprintf(stderr, "%s\n", e.text);
	else if (!unreadable)
		print_profiles(&profiles);
	merged_free(&profiles);
	ini_free(&credentials);
	ini_free(&config);
	return rc != STATUS_OK || unreadable || fflush(stdout) != 0 || ferror(stdout);
}
