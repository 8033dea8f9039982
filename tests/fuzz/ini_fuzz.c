/*
 * The files of ~/.aws. Reading ends well. A session that is written into any file can be read from
 * it, and the rest of the file stays. A damaged file does not count as a file without a section.
 */
#include "fuzz.h"

#include "credentials/session.h"
#include "settings/absence.h"

static const struct ini_pair session[] = {{"assumed_role", "False"}, {"assumed_role_arn", NULL},
	{"aws_access_key_id", "ASIAEXAMPLE"}, {"aws_secret_access_key", "a/b+c="},
	{"aws_session_token", "t=="}, {"expiration", "2030-01-01 00:00:00"}};
#define N_PAIRS (sizeof(session) / sizeof(session[0]))

static void note_fault(
	void *arg, enum ini_fault fault, const char *path, size_t line, const char *what)
{
	MUST(path && line > 0 && *what);
	if (fault == INI_UNREADABLE)
		*(int *)arg = 1;
}

/* broken is set if a line of the text cannot be read. */
static int parse(struct ini *ini, const char *text, size_t size, int *broken)
{
	struct secret bytes = {.data = malloc(size + 1), .size = size};
	struct error e;

	MUST(bytes.data);
	memcpy(bytes.data, text, size);
	bytes.data[size] = '\0';
	return ini_parse(ini, "file", &bytes, note_fault, broken, &e) == STATUS_OK;
}

/* Every byte belongs to one line, and no line points beyond the text. */
static void check_lines(const struct ini *ini)
{
	size_t at = 0;

	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		MUST(l->start == at || (i == 0 && l->start <= 3));
		MUST(l->end >= l->start && l->name + l->name_len <= ini->bytes.size &&
			l->value + l->value_len <= ini->bytes.size);
		at = l->end;
	}
	MUST(ini->n_lines == 0 || at == ini->bytes.size);
}

static void check_session(const struct ini *ini)
{
	for (size_t i = 0; i < N_PAIRS; i++) {
		char *value = ini_get(ini, "work", session[i].key, NULL);

		if (session[i].value)
			MUST(value && strcmp(value, session[i].value) == 0);
		free(value);
	}
}

static void check_absence(const uint8_t *data, size_t size)
{
	struct secret bytes = {.data = malloc(size + 1), .size = size};
	struct faults faults = {0};
	struct error e = {0};
	struct ini ini;

	MUST(bytes.data);
	memcpy(bytes.data, data, size);
	bytes.data[size] = '\0';
	MUST(ini_parse(&ini, "/home/it's/file", &bytes, faults_note, &faults, &e) == STATUS_OK);
	if (absence_check(&ini, &faults, "work", MODE_LOGIN, &e) == STATUS_OK) {
		MUST(absence_check(&ini, &faults, "work", MODE_BY_HAND, &e) == STATUS_OK);
		MUST(size > 0 && (data[size - 1] == '\n' || data[size - 1] == '\r'));
		MUST(!memchr(data, '\0', size) && !ini_has_section(&ini, "work"));
	}
	if (session_spare_keys(&ini, "work", &e) != STATUS_OK)
		MUST(ini_has_section(&ini, "work"));
	ini_free(&ini);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret once = {0}, twice = {0};
	struct ini ini, again;
	int broken = 0;
	struct error e;

	if (!parse(&ini, (const char *)data, size, &broken))
		return 0;
	check_lines(&ini);
	check_absence(data, size);
	if (ini_set(&ini, "work", session, N_PAIRS, &once, &e) != STATUS_OK) {
		MUST(broken);
		ini_free(&ini);
		return 0;
	}
	MUST(parse(&again, once.data, once.size, &broken));
	check_lines(&again);
	check_session(&again);
	/*
	 * Writing it again changes nothing. But a key above a broken line may change the line's
	 * meaning.
	 */
	MUST(ini_set(&again, "work", session, N_PAIRS, &twice, &e) == STATUS_OK || broken);
	MUST(broken || once.size == twice.size);
	MUST(broken || memcmp(once.data, twice.data, once.size) == 0);
	secret_free(&once);
	secret_free(&twice);
	ini_free(&again);
	ini_free(&ini);
	return 0;
}
