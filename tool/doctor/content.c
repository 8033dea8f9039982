#include "content.h"

#include "settings/absence.h"
#include "settings/profiles.h"
#include "text/shell.h"

#include <string.h>

#define BOM "\xef\xbb\xbf"

/*
 * Python ends a line at a lone CR, and so do we. The SDKs for Go v2 (bufio.ScanLines), JavaScript
 * v3 (parseIni.ts) and Rust (str::lines()) do not: they see one long line.
 */
static void check_line_ends(struct findings *l, const struct ini *ini)
{
	const char *name = ini->path;
	char word[400];

	if (ini->n_lines == 0 || strcmp(ini->eol, "\r") != 0)
		return;
	findings_add(l, "line-ends", FINDING_FAULT, name, 0,
		"its lines end in CR alone; the AWS SDKs for Go, JavaScript and Rust see one line");
	if (shell_quote(name, strlen(name), word, sizeof(word)))
		findings_run(l, "sed -i --follow-symlinks 's/\\r/\\n/g' %s", word);
	else
		findings_write(l, "save it with line ends of Unix (LF)");
}

static void check_lines(struct findings *l, const struct ini *ini, const struct faults *faults)
{
	size_t told = faults->n < FAULTS_TOLD ? faults->n : FAULTS_TOLD;
	const char *path = ini->path;
	char word[400];

	for (size_t i = 0; i < told; i++) {
		findings_add(l, "line", FINDING_FAULT, path, faults->told[i].line, "%s",
			faults->told[i].what);
		if (i == 0 && ini->bytes.size >= 3 && memcmp(ini->bytes.data, BOM, 3) == 0 &&
			shell_quote(path, strlen(path), word, sizeof(word)))
			findings_run(
				l, "sed -i --follow-symlinks '1s/^\\xEF\\xBB\\xBF//' %s", word);
	}
	if (faults->n > told)
		findings_add(l, "line", FINDING_FAULT, path, 0,
			"%zu more fault%s in its lines; mend the first ones, then look again",
			faults->n - told, faults->n - told == 1 ? "" : "s");
}

/*
 * Most SDKs end a value at a '#' or ';' after a blank, and so do we. Python's RawConfigParser, and
 * so botocore and the AWS CLI, does not: "eu-west-1 # Ireland" is then the region.
 */
static void check_comments(struct findings *l, const struct ini *ini, const struct ini_line *header)
{
	const char *data = ini->bytes.data;

	for (size_t i = 0; header && i < ini->n_lines; i++) {
		const struct ini_line *k = &ini->lines[i];
		const char *after = data + k->value + k->value_len;

		if (k->kind != INI_KEY || k->section == 0 ||
			ini->lines[k->section - 1].section != header->section)
			continue;
		after += strspn(after, " \t");
		if (*after != '#' && *after != ';')
			continue;
		findings_add(l, "comment", FINDING_FAULT, ini->path, i + 1,
			"a comment behind a value: botocore takes it for a part of the value");
		findings_write(l, "Give the comment a line of its own");
	}
}

/* Checks one of the files, if it was read. False: it is no text. */
static bool check(struct findings *l, const struct ini *ini, const struct faults *faults)
{
	struct error e;

	if (!ini->path)
		return true;
	if (absence_check_text(ini, &e) != STATUS_OK) {
		findings_take(l, "encoding", FINDING_FAULT, e.text);
		return false;
	}
	check_line_ends(l, ini);
	check_lines(l, ini, faults);
	return true;
}

bool content_check(struct findings *l, const struct settings *s)
{
	size_t before = l->n[FINDING_FAULT];
	bool credentials = check(l, &s->credentials, &s->credentials_faults);
	bool config = check(l, &s->config, &s->config_faults);

	if (s->session) {
		check_comments(l, &s->credentials,
			ini_section(&s->credentials, s->session, strlen(s->session)));
		check_comments(
			l, &s->config, profiles_section(&s->config, SECTION_PROFILE, s->session));
	}
	if (l->n[FINDING_FAULT] == before && s->credentials.bytes.size > 0)
		findings_pass(l, "files", "%s and %s can be read by every AWS tool",
			s->value[SETTING_CREDENTIALS_FILE], s->value[SETTING_CONFIG_FILE]);
	return credentials && config;
}
