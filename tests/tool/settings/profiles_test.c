#include "settings/profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ini parse(const char *text)
{
	struct secret bytes = {.data = strdup(text), .size = strlen(text)};
	struct error e;
	struct ini ini;

	assert_int_equal(ini_parse(&ini, "file", &bytes, NULL, NULL, &e), STATUS_OK);
	return ini;
}

/* The section that counts. Both ways to find a profile must agree. */
static const struct ini_line *find(
	const struct ini *config, enum section_kind kind, const char *name)
{
	const struct ini_line *found = profiles_section(config, kind, name);
	struct profile_index p;

	assert_true(profiles_index(&p, config));
	if (kind == SECTION_PROFILE)
		assert_ptr_equal(profiles_find(&p, name), found);
	profiles_free(&p);
	return found;
}

static void finds_profiles_in_the_config_file(void **state)
{
	static const struct {
		const char *header;
		enum section_kind kind;
		const char *name;
	} sections[] = {
		{"[default]", SECTION_PROFILE, "default"},
		{"[profile a]", SECTION_PROFILE, "a"},
		{"[profile\t a ]", SECTION_PROFILE, "a"},
		{"[profile \"a b\"]", SECTION_PROFILE, "a b"},
		{"[profile 'a b']", SECTION_PROFILE, "a b"},
		{"[profile a\\ b]", SECTION_PROFILE, "a b"},
		{"[profile \"a\\\"\\\\\\b\"]", SECTION_PROFILE, "a\"\\\\b"},
		{"[profile '']", SECTION_PROFILE, ""},
		{"[sso-session a]", SECTION_SSO_SESSION, "a"},
		{"[services a]", SECTION_SERVICES, "a"},
	};
	static const char *const none[] = {"[a]", "[profile]", "[profilea]", "[profile a b]",
		"[profile \"a]", "[profile a\\]", "[ profile a]", "[Profile a]", "[DEFAULT]",
		"[profile aa]", "[sso-session a]", "[services a]"};

	(void)state;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct ini ini = parse(sections[i].header);

		assert_ptr_equal(find(&ini, sections[i].kind, sections[i].name), ini.lines);
		ini_free(&ini);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct ini ini = parse(none[i]);

		assert_null(find(&ini, SECTION_PROFILE, "a"));
		ini_free(&ini);
	}
}

static void lower_default_counts(void **state)
{
	struct ini ini = parse("[default]\n[profile default]\n");

	(void)state;
	assert_ptr_equal(find(&ini, SECTION_PROFILE, "default"), &ini.lines[1]);
	ini_free(&ini);
	ini = parse("[profile default]\n[default]\n");
	assert_ptr_equal(find(&ini, SECTION_PROFILE, "default"), &ini.lines[1]);
	ini_free(&ini);
}

static void finds_each_of_many(void **state)
{
	enum { N = 1000 };
	static char text[N * sizeof("[profile ~999]\n")];
	struct profile_index p;
	struct ini ini;
	size_t used = 0;
	char name[8];

	(void)state;
	for (int i = 0; i < N; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[profile %d]\n", i);
	ini = parse(text);
	assert_true(profiles_index(&p, &ini));
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_ptr_equal(profiles_find(&p, name), &ini.lines[i]);
	}
	assert_null(profiles_find(&p, "1000"));
	profiles_free(&p);
	ini_free(&ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_profiles_in_the_config_file),
		cmocka_unit_test(lower_default_counts),
		cmocka_unit_test(finds_each_of_many),
	};

	return cmocka_run_group_tests_name("profiles", tests, NULL, NULL);
}
