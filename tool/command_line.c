#include "command_line.h"

#include "profile/log.h"
#include "version.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
	OPTION_FORCE = N_SETTINGS,
	OPTION_TOKEN,
	OPTION_LOG_LEVEL,
	OPTION_SETUP,
	OPTION_EXPLAIN,
	OPTION_VERSION,
	OPTION_HELP
};

/* A setting's own number where the option gives one. */
static const struct option options[] = {
	{"profile", required_argument, NULL, SETTING_PROFILE},
	{"device", required_argument, NULL, SETTING_DEVICE},
	{"serial-number", required_argument, NULL, SETTING_DEVICE},
	{"duration", required_argument, NULL, SETTING_DURATION},
	{"long-term-suffix", required_argument, NULL, SETTING_LONG_TERM_SUFFIX},
	{"long-suffix", required_argument, NULL, SETTING_LONG_TERM_SUFFIX},
	{"short-term-suffix", required_argument, NULL, SETTING_SHORT_TERM_SUFFIX},
	{"short-suffix", required_argument, NULL, SETTING_SHORT_TERM_SUFFIX},
	{"assume-role", required_argument, NULL, SETTING_ASSUME_ROLE},
	{"assume", required_argument, NULL, SETTING_ASSUME_ROLE},
	{"role-session-name", required_argument, NULL, SETTING_ROLE_SESSION_NAME},
	{"external-id", required_argument, NULL, SETTING_EXTERNAL_ID},
	{"source-identity", required_argument, NULL, SETTING_SOURCE_IDENTITY},
	{"tag", required_argument, NULL, SETTING_TAGS},
	{"transitive-tag-key", required_argument, NULL, SETTING_TRANSITIVE_TAGS},
	{"region", required_argument, NULL, SETTING_REGION},
	{"endpoint-url", required_argument, NULL, SETTING_ENDPOINT_URL},
	{"timeout", required_argument, NULL, SETTING_TIMEOUT},
	{"force", no_argument, NULL, OPTION_FORCE},
	{"token", required_argument, NULL, OPTION_TOKEN},
	{"mfa-token", required_argument, NULL, OPTION_TOKEN},
	{"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
	{"setup", no_argument, NULL, OPTION_SETUP},
	{"explain", no_argument, NULL, OPTION_EXPLAIN},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"help", no_argument, NULL, OPTION_HELP},
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

static void name_command(struct command_line *line, const char *command, bool *clash)
{
	*clash = *clash || (line->command && strcmp(line->command, command) != 0);
	line->command = command;
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

/* The options from argv[optind] on. */
static enum parsed parse_options(int argc, char **argv, struct command_line *line, bool *clash)
{
	int option;

	while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (option) {
		case OPTION_FORCE:
			line->force = true;
			break;
		case OPTION_TOKEN:
			line->token = hide(optarg);
			break;
		case OPTION_LOG_LEVEL:
			if (!log_set_level(optarg)) {
				log_error("--log-level: '%s': expected DEBUG, INFO, WARNING, ERROR "
					  "or CRITICAL",
					optarg);
				return PARSED_BADLY;
			}
			break;
		case OPTION_SETUP:
			name_command(line, "setup", clash);
			break;
		case OPTION_EXPLAIN:
			name_command(line, "explain", clash);
			break;
		case OPTION_VERSION:
			puts("aws-mfa (pam-aws-mfa) " AWS_MFA_VERSION);
			return PARSED_ALL_DONE;
		case 'h':
		case OPTION_HELP:
			fputs(help, stdout);
			return PARSED_ALL_DONE;
		default:
			if (option < 0 || option >= N_SETTINGS) {
				fputs("Try 'aws-mfa --help'.\n", stderr);
				return PARSED_BADLY;
			}
			if (!give(line, (enum setting)option, optarg))
				return PARSED_BADLY;
		}
	}
	return PARSED;
}

enum parsed command_line_parse(int argc, char **argv, struct command_line *line)
{
	bool clash = false;
	enum parsed rc = parse_options(argc, argv, line, &clash);

	/* The command may stand before, between or behind the options. */
	while (rc == PARSED && optind < argc) {
		name_command(line, argv[optind++], &clash);
		rc = parse_options(argc, argv, line, &clash);
	}
	if (rc == PARSED && clash) {
		log_error("one command at a time; see aws-mfa --help");
		rc = PARSED_BADLY;
	}
	if (!line->command)
		line->command = "refresh";
	return rc;
}
