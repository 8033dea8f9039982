/* The parser, with a table of commands that take more than any command of aws-mfa takes today. */
#include "command_line.h"
#include "command_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FORCE = OPTION_OWN, TOKEN };

static const struct option of_first[] = {
	{.names = {"--force"}},
	{.names = {"--token", "--mfa-token"}, .argument = "CODE", .secret = true},
	{.names = {"--label"}, .argument = "LABEL", .adds_up = true},
};

static const struct command refresh = {
	.name = "refresh",
	.settings = ALL_SETTINGS,
	.own = of_first,
	.n_own = sizeof(of_first) / sizeof(of_first[0]),
	.operand = "NAME",
	.max_operands = SIZE_MAX,
};
static const struct option of_second[] = {
	{.names = {"--format"}, .argument = "FORMAT"},
	{.names = {"--quiet", "-q"}},
};

static const struct command run = {
	.name = "run",
	.settings = SETTING_BIT(SETTING_PROFILE),
	.own = of_second,
	.n_own = sizeof(of_second) / sizeof(of_second[0]),
	.operand = "NAME",
	.max_operands = 1,
	.rest = "COMMAND",
};
static const struct command enter = {.name = "enter",
	.operand = "NAME",
	.max_operands = 1,
	.rest = "COMMAND",
	.rest_optional = true};
static const struct command explain = {.name = "explain", .settings = ALL_SETTINGS};
static const struct command copy = {
	.name = "copy", .operand = "NAME", .min_operands = 2, .max_operands = 2};
static const struct option of_third[] = {
	{.names = {"--hush"}},
};

static const struct command secret = {.name = "secret",
	.own = of_third,
	.n_own = sizeof(of_third) / sizeof(of_third[0]),
	.hidden = true};
static const struct command *const commands[] = {
	&refresh, &run, &enter, &explain, &copy, &secret, NULL};

#define WORDS 16

/* The words of a line of text, split at blanks; '' is an empty word. Writable, like argv. */
struct parsed {
	char *argv[WORDS + 1];
	char text[512];
	struct command_line line;
	struct error e;
	enum status rc;
};

static void parse(struct parsed *p, const char *text)
{
	int argc = 0;

	memset(p, 0, sizeof(*p));
	snprintf(p->text, sizeof(p->text), "aws-mfa %s", text);
	for (char *word = strtok(p->text, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc < WORDS);
		p->argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	}
	p->rc = command_line_parse(commands, argc, p->argv, &p->line, &p->e);
}

/*
 * What the parser understood: options in the order of the rows, (operands), [the words after --].
 */
static const char *understood(const struct parsed *p, char text[static 512])
{
	const struct command_line *line = &p->line;
	size_t used = (size_t)snprintf(text, 512, "%s", line->command->name);

	for (size_t id = 0; id < N_OPTIONS; id++)
		if (line->option[id])
			used += (size_t)snprintf(text + used, 512 - used, " %s=%s",
				command_option_get(line->command, id)->names[0], line->option[id]);
	for (size_t i = 0; i < line->n_operands; i++)
		used += (size_t)snprintf(text + used, 512 - used, " (%s)", line->operands[i]);
	for (char **word = line->rest; word && *word; word++)
		used += (size_t)snprintf(text + used, 512 - used, " [%s]", *word);
	return text;
}

static const struct {
	const char *line, *expected;
} understood_lines[] = {
	{"", "refresh"},
	{"refresh", "refresh"},
	{"--profile a", "refresh --profile=a"},
	{"--profile=a", "refresh --profile=a"},
	{"--profile= --force", "refresh --profile= --force="},
	{"--profile=--force", "refresh --profile=--force"},
	{"--profile=-- --force", "refresh --profile=-- --force="},
	{"--token -", "refresh --token=-"},
	{"--profile a=b", "refresh --profile=a=b"},
	{"--profile=a=b", "refresh --profile=a=b"},
	{"--profile a --profile b", "refresh --profile=b"},
	{"--label a --label b --label=c", "refresh --label=a,b,c"},
	{"--mfa-token 123456", "refresh --token=123456"},
	/* shortened, to what no other option of this command begins with */
	{"--prof a", "refresh --profile=a"},
	{"--du=900 --fo", "refresh --duration=900 --force="},
	{"--long none", "refresh --long-term-suffix=none"},
	{"--assume a --assume-r b", "refresh --assume-role=b"},
	{"run --fo x -- ls", "run --format=x [ls]"},
	{"refresh --fo x", "refresh --force= (x)"},
	/* in any order, and options before the command that has them */
	{"refresh a --force b", "refresh --force= (a) (b)"},
	{"--force refresh a b", "refresh --force= (a) (b)"},
	{"--format json --profile work run -- env", "run --profile=work --format=json [env]"},
	{"-q run -- env", "run --quiet= [env]"},
	{"--profile run explain", "explain --profile=run"},
	{"--force -- refresh a", "refresh --force= (a)"},
	{"secret --hush", "secret --hush="},
	/* behind "--" */
	{"run work -- ls -l --profile x", "run (work) [ls] [-l] [--profile] [x]"},
	{"run -- work ls --quiet", "run [work] [ls] [--quiet]"},
	{"run -- ls -- --help", "run [ls] [--] [--help]"},
	{"run -- ''", "run []"},
	{"enter", "enter"},
	{"enter a", "enter (a)"},
	{"enter a --", "enter (a)"},
	{"enter -- a", "enter [a]"},
	{"refresh -- --force -", "refresh (--force) (-)"},
	{"refresh - '' --", "refresh (-) ()"},
	{"copy -- -- b", "copy (--) (b)"},
	/* options that are commands */
	{"--explain", "explain --explain="},
	{"--profile a --expl --duration 9", "explain --profile=a --duration=9 --explain="},
	{"explain --explain explain", "explain --explain="},
	/* the rest is ignored */
	{"--help --nonsense", "refresh --help="},
	{"run -h a b c", "run --help="},
	{"--version --profile", "refresh --version="},
	{"copy --help", "copy --help="},
};

static void right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(understood_lines) / sizeof(understood_lines[0]); i++) {
		char got[512];
		struct parsed p;

		parse(&p, understood_lines[i].line);
		if (p.rc != STATUS_OK)
			fail_msg("%s: %s", understood_lines[i].line, p.e.text);
		if (strcmp(understood(&p, got), understood_lines[i].expected) != 0)
			fail_msg("%s: %s, expected %s", understood_lines[i].line, got,
				understood_lines[i].expected);
		command_line_free(&p.line);
	}
}

static const struct {
	const char *line, *expected;
} refused_lines[] = {
	{"explan", "'explan': no such command; did you mean explain? Else see aws-mfa --help"},
	{"Explain", "'Explain': no such command; did you mean explain?"},
	{"rum", "'rum': no such command; did you mean run?"},
	{"secrets", "'secrets': no such command; write --profile NAME for a profile; see"},
	{"''", "'': no such command"},
	{"--profile work x", "'x': no such command"},
	{"-- --force", "'--force': no such command"},

	{"--forse", "--forse: no such option; did you mean --force? Else see aws-mfa --help"},
	{"run --qiet", "--qiet: no such option; did you mean --quiet? Else see aws-mfa run --help"},
	{"-profile x", "-profile: no such option; did you mean --profile?"},
	{"--forse refresh", "--forse: no such option"},
	{"run --nonsense=123456", "--nonsense: no such option; see aws-mfa run --help"},
	{"-t123456", "-t: no such option"},
	{"-f", "-f: no such option"},
	{"--hush", "--hush: no such option"},

	{"run --force -- ls",
		"--force: is no option of run, but of refresh; see aws-mfa run --help"},
	{"run --mfa-token=123456", "--token: is no option of run"},
	{"--quiet explain", "--quiet: is no option of explain"},
	{"explain --quie", "--quiet: is no option of explain"},
	{"copy --profile x", "--profile: is no option of copy"},
	{"secret --force", "--force: is no option of secret"},

	{"--t 5",
		"--t: is short for several options; write one of them in full: --tag, "
		"--transitive-tag-key, --token-command, --timeout, --token"},
	{"explain --ti 5 --t 5",
		"write one of them in full: --tag, --transitive-tag-key, --token-command, --timeout"},
	{"--fo run -- ls", "--fo: differs between commands; write the command before this option"},

	{"--force=yes", "--force: takes no value"},
	{"run --quiet=", "--quiet: takes no value"},
	{"--profile",
		"--profile: value missing; expected --profile NAME, or "
		"--profile=NAME if it begins with '-'"},
	{"--profile --force", "--profile: value missing; expected --profile NAME"},
	{"--profile -- explain", "--profile: value missing"},
	{"--label a --label -b", "--label: value missing; expected --label"},
	{"--log-level loud", "--log-level: 'loud': expected DEBUG"},

	{"explain x",
		"'x': explain takes no name, but --profile NAME; see "
		"aws-mfa explain --help"},
	{"explain -- --", "'--': explain takes no name"},
	{"refresh --explain", "'explain': give one command only, and refresh is one"},
	{"--explain refresh", "'refresh': give one command only"},
	{"run a b -- ls",
		"'b': unexpected word; write COMMAND last, after --; see aws-mfa run --help"},
	{"enter 123456 654321", "'******': unexpected word; write COMMAND last, after --"},
	{"copy a", "copy: NAME is missing; see aws-mfa copy --help"},
	{"copy a b c", "'c': unexpected word"},
	{"run", "run: COMMAND is missing; write it last, after --"},
	{"run --", "run: COMMAND is missing"},

	/* a code where none belongs is not shown */
	{"123456", "'******': no such command"},
	{"-- --token=123456", "'--token=******': no such command"},
	{"--profile --token 123456", "--profile: value missing"},
	{"--profile --token=123456", "--profile: value missing"},
	{"--token --token=123456", "--token: value missing"},
	{"explain 123456", "'******': explain takes no name"},
	{"--log-level 123456", "--log-level: '******': expected"},
	{"7654321", "'7654321': no such command"},
	{"-- run ls", "run: COMMAND is missing"},
};

static void wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused_lines) / sizeof(refused_lines[0]); i++) {
		struct parsed p;

		parse(&p, refused_lines[i].line);
		if (p.rc != STATUS_USAGE || p.e.status != STATUS_USAGE)
			fail_msg("%s: status %d", refused_lines[i].line, p.rc);
		if (!strstr(p.e.text, refused_lines[i].expected) || strstr(p.e.text, "123456"))
			fail_msg("%s: %s", refused_lines[i].line, p.e.text);
		command_line_free(&p.line);
	}
}

/* The general --help differs from the --help of the first command. */
static void named(void **state)
{
	static const struct {
		const char *line;
		bool named;
	} cases[] = {{"--help", false}, {"--force -h", false}, {"refresh --help", true},
		{"--help refresh", true}, {"--help -- refresh", true}, {"--explain --help", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed p;

		parse(&p, cases[i].line);
		assert_int_equal(p.rc, STATUS_OK);
		if (p.line.named != cases[i].named)
			fail_msg("%s", cases[i].line);
	}
}

static void secrets_are_overwritten(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "--token 123456 --mfa-token=234567 --label 345678");
	assert_int_equal(p.rc, STATUS_OK);
	assert_string_equal(p.line.option[TOKEN], "234567");
	assert_string_equal(p.argv[2], "xxxxxx");
	assert_string_equal(p.argv[3], "--mfa-token=xxxxxx");
	assert_string_equal(p.argv[5], "345678");
	assert_null(p.line.option[FORCE]);
	command_line_free(&p.line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right),
		cmocka_unit_test(wrong),
		cmocka_unit_test(named),
		cmocka_unit_test(secrets_are_overwritten),
	};

	return cmocka_run_group_tests_name("tool/command_line", tests, NULL, NULL);
}
