/* aws-mfa(1): trades an MFA code for a session, and what belongs to that. */
#include "command.h"
#include "text/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct command {
	const char *name;
	int (*run)(const struct command_line *line);
	bool prints;    /* what is asked for is on standard output */
	uint64_t takes; /* of the options: another one is an error, not ignored */
} commands[] = {
	{"explain", cmd_explain, true, OPTIONS_OF_SETTINGS},
	{"refresh", cmd_refresh, false,
		OPTIONS_OF_SETTINGS | OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_TOKEN)},
	{"setup", cmd_setup, false,
		OPTION_BIT(SETTING_PROFILE) | OPTION_BIT(SETTING_LONG_TERM_SUFFIX) |
			OPTION_BIT(SETTING_SHORT_TERM_SUFFIX)},
};

static bool are_all_open(void)
{
	struct pollfd fds[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

	return poll(fds, 3, 0) >= 0 &&
		!((fds[0].revents | fds[1].revents | fds[2].revents) & POLLNVAL);
}

/* Threat: a file or socket of ours on a descriptor that is taken for the standard error. */
static bool open_standard_descriptors(void)
{
	int fd;

	if (are_all_open())
		return true;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	return fd >= 0;
}

/* Keys and codes pass through this process: no core dump, no ptrace by others of our uid. */
static void confine(void)
{
	const struct rlimit no_core = {0, 0};
	const struct sigaction dfl = {.sa_handler = SIG_DFL}, ign = {.sa_handler = SIG_IGN};

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	/* Files we make are their owner's, neither opened to others nor closed to him. */
	umask(S_IRWXG | S_IRWXO);
	/* Inherited as ignored, it would reap aws-mfa-sts behind our back. */
	sigaction(SIGCHLD, &dfl, NULL);
	/* A closed pipe or a file size limit is an error to report, not a death. */
	sigaction(SIGPIPE, &ign, NULL);
	sigaction(SIGXFSZ, &ign, NULL);
}

/* The standard error may be closed, too: then only the status tells. */
static int cannot_start(const char *what, const char *why)
{
	dprintf(STDERR_FILENO, "aws-mfa: error: %s: %s\n", what, why);
	return STATUS_SYSTEM;
}

/* A full disk or a closed descriptor is no success. */
static int written(int rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	log_error("standard output: %s", strerror(errno));
	return rc == 0 ? STATUS_SYSTEM : rc;
}

static int run(const struct command *c, const struct command_line *line)
{
	const char *unwanted = command_line_unwanted(line, c->takes);

	if (line->unexpected) {
		log_error("'%s': one command at a time, and %s takes no other words; see aws-mfa "
			  "--help",
			line->unexpected, c->name);
		return STATUS_USAGE;
	}
	if (unwanted) {
		log_error("--%s: is no option of %s; see aws-mfa --help", unwanted, c->name);
		return STATUS_USAGE;
	}
	return c->prints ? written(c->run(line)) : c->run(line);
}

int main(int argc, char **argv)
{
	struct command_line line = {0};

	if (argc < 1)
		return cannot_start("started without a name", strerror(EINVAL));
	if (!open_standard_descriptors())
		return cannot_start("/dev/null", strerror(errno));
	confine();
	/* Not for people, so its options are its own. */
	if (argc > 1 && strcmp(argv[1], "pam") == 0)
		return cmd_pam(argc - 1, argv + 1);
	switch (command_line_parse(argc, argv, &line)) {
	case PARSED_ALL_DONE:
		return written(0);
	case PARSED_BADLY:
		return STATUS_USAGE;
	case PARSED:
		break;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(line.command, commands[i].name) == 0)
			return run(&commands[i], &line);
	log_error("'%s': no such command; see aws-mfa --help", line.command);
	return STATUS_USAGE;
}
