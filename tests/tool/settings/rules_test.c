/*
 * The man pages have the table of settings. aws-mfa(1), SETTINGS: the same rows, in the same order.
 * aws-mfa.conf(5): the same keys.
 */
#include "settings/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE "tool/aws-mfa.1"
#define SITE_PAGE "tool/aws-mfa.conf.5"

/* A row as the page has it: "device: --device MFA_DEVICE aws_mfa_device mfa_serial". */
struct row {
	char text[512];
};

static void add(struct row *row, const char *before, const char *word, const char *after)
{
	size_t used = strlen(row->text);

	if (word)
		snprintf(row->text + used, sizeof(row->text) - used, "%s%s%s", before, word, after);
}

static void expect(struct row *row, const struct rule *rule)
{
	*row->text = '\0';
	add(row, "", rule->name, ":");
	add(row, " ", rule->option.names[0], "");
	for (size_t i = 0; i < RULE_ENV; i++)
		add(row, " ", rule->env[i], "");
	for (size_t i = 0; i < 2; i++)
		add(row, " ", rule->keys[i], rule->personal ? "" : "*");
	add(row, " built in: ", rule->built_in, "");
}

/* A line of the page that belongs to a row: ".Li timeout Ns * ;", "built in: 20". */
static void add_line(struct row *row, char *line, const struct rule *rule)
{
	char *macro, *word, *state;

	if (strncmp(line, "built in: ", strlen("built in: ")) == 0) {
		/* Where nothing is built in, it says in words what happens. */
		if (rule->built_in)
			add(row, " ", line, "");
		return;
	}
	macro = strtok_r(line, " ", &state);
	word = strtok_r(NULL, " ", &state);
	if (!macro || !word || strcmp(word, "services") == 0)
		return;
	add(row, strcmp(macro, ".Fl") == 0 ? " -" : " ", word, "");
	while ((word = strtok_r(NULL, " ", &state)))
		if (strcmp(word, "*") == 0)
			add(row, "", word, "");
}

static void same_in_manual(void **state)
{
	FILE *page = fopen(PAGE, "re");
	char line[256];
	struct row row = {""}, expected;
	bool inside = false;
	size_t n = 0;

	(void)state;
	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		bool ends = inside && strncmp(line, ".El", 3) == 0;

		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, ".Sh SETTINGS") == 0)
			inside = true;
		if (!inside || (n == 0 && strncmp(line, ".It ", 4) != 0))
			continue;
		if (!ends && strncmp(line, ".It ", 4) != 0) {
			add_line(&row, line, settings_rule((enum setting)(n - 1)));
			continue;
		}
		if (n > 0) {
			expect(&expected, settings_rule((enum setting)(n - 1)));
			assert_string_equal(row.text, expected.text);
		}
		if (ends)
			break;
		assert_true(n < N_SETTINGS);
		n++;
		*row.text = '\0';
		add(&row, "", line + strlen(".It "), ":");
	}
	fclose(page);
	assert_int_equal(n, N_SETTINGS);
}

/* Takes a key out of known. False if it is not there. */
static bool take(const char *known[], size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (known[i] && strcmp(known[i], key) == 0) {
			known[i] = NULL;
			return true;
		}
	}
	return false;
}

/* The page lists keys as ".It Li timeout" and ".It Li long_term_suffix , short_term_suffix". */
static void keys_of_the_site(void **state)
{
	const char *known[2 * N_SETTINGS];
	size_t n = settings_known_keys(known);
	FILE *page = fopen(SITE_PAGE, "re");
	char line[512], *word, *rest;

	(void)state;
	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		if (strncmp(line, ".It Li ", strlen(".It Li ")) != 0)
			continue;
		for (word = strtok_r(line + strlen(".It Li "), " ,\n", &rest); word;
			word = strtok_r(NULL, " ,\n", &rest))
			if (!take(known, n, word))
				fail_msg("%s: %s is no key, or stands twice", SITE_PAGE, word);
	}
	fclose(page);
	for (size_t i = 0; i < n; i++)
		if (known[i])
			fail_msg("%s: %s is missing", SITE_PAGE, known[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_in_manual), cmocka_unit_test(keys_of_the_site)};

	return cmocka_run_group_tests_name("tool/settings/rules", tests, NULL, NULL);
}
