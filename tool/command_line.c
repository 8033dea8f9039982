#include "command_line.h"

#include "text/log.h"
#include "version.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_LOG_LEVEL = N_OPTIONS, OPTION_SETUP, OPTION_EXPLAIN, OPTION_VERSION, OPTION_HELP };

/* Where getopt_long() says which option it has met. */
static int met;

static const struct option options[] = {
	{"profile", required_argument, &met, SETTING_PROFILE},
	{"device", required_argument, &met, SETTING_DEVICE},
	{"serial-number", required_argument, &met, SETTING_DEVICE},
	{"duration", required_argument, &met, SETTING_DURATION},
	{"long-term-suffix", required_argument, &met, SETTING_LONG_TERM_SUFFIX},
	{"long-suffix", required_argument, &met, SETTING_LONG_TERM_SUFFIX},
	{"short-term-suffix", required_argument, &met, SETTING_SHORT_TERM_SUFFIX},
	{"short-suffix", required_argument, &met, SETTING_SHORT_TERM_SUFFIX},
	{"assume-role", required_argument, &met, SETTING_ASSUME_ROLE},
	{"assume", required_argument, &met, SETTING_ASSUME_ROLE},
	{"role-session-name", required_argument, &met, SETTING_ROLE_SESSION_NAME},
	{"external-id", required_argument, &met, SETTING_EXTERNAL_ID},
	{"source-identity", required_argument, &met, SETTING_SOURCE_IDENTITY},
	{"tag", required_argument, &met, SETTING_TAGS},
	{"transitive-tag-key", required_argument, &met, SETTING_TRANSITIVE_TAGS},
	{"region", required_argument, &met, SETTING_REGION},
	{"endpoint-url", required_argument, &met, SETTING_ENDPOINT_URL},
	{"timeout", required_argument, &met, SETTING_TIMEOUT},
	{"force", no_argument, &met, OPTION_FORCE},
	{"token", required_argument, &met, OPTION_TOKEN},
	{"mfa-token", required_argument, &met, OPTION_TOKEN},
	{"log-level", required_argument, &met, OPTION_LOG_LEVEL},
	{"setup", no_argument, &met, OPTION_SETUP},
	{"explain", no_argument, &met, OPTION_EXPLAIN},
	{"version", no_argument, &met, OPTION_VERSION},
	{"help", no_argument, &met, OPTION_HELP},
	{0},
};

static const char help[] =
	"Usage: aws-mfa [refresh | setup | explain] [OPTION]...\n"
	"Trade an MFA code for temporary AWS credentials and write them to a profile.\n"
	"\n"
	"Long-term keys and aws_mfa_device stand in [NAME-long-term] of ~/.aws/credentials;\n"
	"the session goes to [NAME] of the same file. One that is still valid is left alone.\n"
	"\n"
	"      --profile NAME             profile to refresh (AWS_PROFILE, else default)\n"
	"      --device ARN               MFA device (MFA_DEVICE; also --serial-number)\n"
	"      --duration TIME            900 to 129600 seconds, or 15m, 12h (MFA_STS_DURATION;\n"
	"                                 else 12h, or 1h with a role)\n"
	"      --assume-role ARN          role to assume (MFA_ASSUME_ROLE; also --assume)\n"
	"      --role-session-name NAME   name of that session (else the login name)\n"
	"      --external-id ID           what the role's owner demands\n"
	"      --source-identity NAME     who is behind the session, for CloudTrail\n"
	"      --tag KEY=VALUE            session tag of the role's session; again for more\n"
	"      --transitive-tag-key KEY   key of a tag that roles assumed from it inherit\n"
	"      --region REGION            whose STS is asked (AWS_REGION; else the global one)\n"
	"      --endpoint-url URL         STS itself (AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL)\n"
	"      --long-term-suffix WORD    keys are in [NAME-WORD] (also --long-suffix; `none`)\n"
	"      --short-term-suffix WORD   session goes to [NAME-WORD] (also --short-suffix; "
	"`none`)\n"
	"      --force                    renew even a session that is still valid\n"
	"      --token CODE               the code; - reads a line from standard input (also\n"
	"                                 --mfa-token). Without it you are asked on the terminal\n"
	"      --timeout SECONDS          limit for all but your typing (20)\n"
	"      --log-level LEVEL          DEBUG, INFO, WARNING, ERROR or CRITICAL (INFO)\n"
	"      --setup                    ask for long-term keys and write them\n"
	"      --explain                  show each setting and where it came from\n"
	"      --version, --help\n"
	"\n"
	"Exit status: 0 done or still valid, 2 usage, 4 system, 10 not stored, 11 wrong code,\n"
	"12 not set up, 13 set up wrongly, 14 AWS not reached, 15 failed after the code was sent.\n"
	"See aws-mfa(1).\n";

/* The code is for us and not for whoever runs ps: take a copy, then overwrite argv. */
static const char *hide(char *argument)
{
	char *copy = strdup(argument);

	memset(argument, 'x', strlen(argument));
	return copy ? copy : "";
}

/* The command may stand before, between or behind the options, as a word, an option or both. */
static void name_command(struct command_line *line, const char *word)
{
	if (!line->command)
		line->command = word;
	else if (!line->unexpected && strcmp(line->command, word) != 0)
		line->unexpected = word;
}

/* Of options that come again the last counts, but tags add up. */
static bool give(struct command_line *line, enum setting id, const char *value)
{
	const char *before = line->option[id];
	char *list;

	if (!before || (id != SETTING_TAGS && id != SETTING_TRANSITIVE_TAGS)) {
		line->option[id] = value;
		return true;
	}
	/* Not freed: it is kept as long as argv is. */
	if (asprintf(&list, "%s,%s", before, value) < 0) {
		log_error("out of memory");
		return false;
	}
	line->option[id] = list;
	return true;
}

static enum parsed take_option(struct command_line *line, int option)
{
	switch (option) {
	case OPTION_FORCE:
		line->force = true;
		break;
	case OPTION_TOKEN:
		line->token = hide(optarg);
		break;
	case OPTION_LOG_LEVEL:
		if (log_set_level(optarg))
			return PARSED;
		log_error("--log-level: '%s': expected DEBUG, INFO, WARNING, ERROR or CRITICAL",
			optarg);
		return PARSED_BADLY;
	case OPTION_SETUP:
		name_command(line, "setup");
		return PARSED;
	case OPTION_EXPLAIN:
		name_command(line, "explain");
		return PARSED;
	case OPTION_VERSION:
		puts("aws-mfa (pam-aws-mfa) " AWS_MFA_VERSION);
		return PARSED_ALL_DONE;
	case OPTION_HELP:
		fputs(help, stdout);
		return PARSED_ALL_DONE;
	default:
		if (!give(line, (enum setting)option, optarg))
			return PARSED_BADLY;
	}
	line->given |= OPTION_BIT(option);
	return PARSED;
}

enum parsed command_line_parse(int argc, char **argv, struct command_line *line)
{
	enum parsed rc = PARSED;
	int got;

	/* "-": one pass over options and words. Behind "--" a second one would begin anew. */
	while (rc == PARSED && (got = getopt_long(argc, argv, "-h", options, NULL)) != -1) {
		switch (got) {
		case 0:
			rc = take_option(line, met);
			break;
		case 1:
			name_command(line, optarg);
			break;
		case 'h':
			rc = take_option(line, OPTION_HELP);
			break;
		default:
			fputs("Try 'aws-mfa --help'.\n", stderr);
			rc = PARSED_BADLY;
		}
	}
	while (rc == PARSED && optind < argc)
		name_command(line, argv[optind++]);
	if (!line->command)
		line->command = "refresh";
	return rc;
}

const char *command_line_unwanted(const struct command_line *line, uint64_t takes)
{
	for (const struct option *o = options; o->name; o++)
		if (o->val < N_OPTIONS && (line->given & ~takes & OPTION_BIT(o->val)))
			return o->name;
	return NULL;
}
