/* The command line: options are those of the Python tool aws-mfa, with the same meaning. */
#include "command.h"
#include "profile/log.h"
#include "version.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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
	"Usage: aws-mfa [refresh] [OPTION]...\n"
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
	"Exit status: 0 done or still valid, 2 usage, 10 not stored, 11 wrong code, 12 not set "
	"up,\n"
	"13 set up wrongly, 14 AWS not reached, 15 failed after the code was sent. See "
	"aws-mfa(1).\n";

/* The code is for us and not for whoever runs ps: take a copy, then overwrite argv. */
static const char *hide(char *argument)
{
	static char copy[128];

	snprintf(copy, sizeof(copy), "%s", argument);
	memset(argument, 'x', strlen(argument));
	return copy;
}

/* 0 to go on, 1 when all is done (--help), -1 on a usage error, which has been told. */
static int parse(int argc, char **argv, struct command_line *line)
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
				return -1;
			}
			break;
		case OPTION_SETUP:
			line->setup = true;
			break;
		case OPTION_EXPLAIN:
			line->explain = true;
			break;
		case OPTION_VERSION:
			puts("aws-mfa (pam-aws-mfa) " AWS_MFA_VERSION);
			return 1;
		case 'h':
		case OPTION_HELP:
			fputs(help, stdout);
			return 1;
		default:
			if (option < 0 || option >= N_SETTINGS) {
				fputs("Try 'aws-mfa --help'.\n", stderr);
				return -1;
			}
			line->option[option] = optarg;
		}
	}
	return 0;
}

/* Keys and codes pass through this process: no core dump, no ptrace by others of our uid. */
static void confine(void)
{
	const struct rlimit no_core = {0, 0};
	const struct sigaction dfl = {.sa_handler = SIG_DFL}, ign = {.sa_handler = SIG_IGN};

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	/* Inherited as ignored, it would reap aws-mfa-sts behind our back. */
	sigaction(SIGCHLD, &dfl, NULL);
	/* A closed pipe or a file size limit is an error to report, not a death. */
	sigaction(SIGPIPE, &ign, NULL);
	sigaction(SIGXFSZ, &ign, NULL);
}

int main(int argc, char **argv)
{
	struct command_line line = {0};
	int rc;

	confine();
	if (argc > 1 && strcmp(argv[1], "pam") == 0)
		return cmd_pam(argc - 1, argv + 1);
	rc = parse(argc, argv, &line);
	if (rc == 0 && optind < argc && strcmp(argv[optind], "refresh") == 0) {
		optind++;
		rc = parse(argc, argv, &line);
	}
	if (rc != 0)
		return rc > 0 ? 0 : STATUS_USAGE;
	if (optind < argc) {
		log_error("%s: no such command; see aws-mfa --help", argv[optind]);
		return STATUS_USAGE;
	}
	if (line.explain)
		return cmd_explain(&line);
	return line.setup ? cmd_setup(&line) : cmd_refresh(&line);
}
