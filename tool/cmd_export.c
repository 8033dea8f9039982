/* aws-mfa export: prints the session. Standard output has all of it, or nothing. */
#include "formats.h"
#include "handover.h"
#include "own_process.h"
#include "settings/process_loop.h"
#include "text/log.h"
#include "text/write_all.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT = HANDOVER_OWN };

/* On a full disk, takes back what was written of it. */
static enum status print(const struct secret *text, struct error *e)
{
	struct stat before = {0}, after;
	int error = 0;

	fstat(STDOUT_FILENO, &before);
	if (!write_all(STDOUT_FILENO, text->data, text->size) || close(STDOUT_FILENO) < 0)
		error = errno;
	if (error == 0)
		return STATUS_OK;
	if (S_ISREG(before.st_mode) && fstat(STDOUT_FILENO, &after) == 0 &&
		after.st_size > before.st_size &&
		after.st_size - before.st_size < (off_t)text->size)
		(void)!ftruncate(STDOUT_FILENO, before.st_size);
	errno = error;
	return error_system(e, "standard output");
}

static enum status run(const struct command_line *line)
{
	const char *name = line->option[FORMAT] ? line->option[FORMAT] : "env";
	const struct format *format = formats_find(name);
	const struct handover_way way = {
		.undone = "nothing was printed", .check = process_loop_check};
	struct handover h = {0};
	struct secret text = {0};
	struct error e = {0};
	enum status rc;

	if (!format) {
		log_error("--format: '%.200s': expected " FORMATS_LIST, name);
		return STATUS_USAGE;
	}
	if (own_process_stdout_was_closed()) {
		log_error("standard output is closed; nothing was printed");
		return STATUS_SYSTEM;
	}
	rc = handover_get(&h, line, &way);
	if (rc == STATUS_OK) {
		rc = formats_write(format, &h, &text, &e);
		if (rc == STATUS_OK)
			rc = print(&text, &e);
		if (rc != STATUS_OK)
			log_error("%s", e.text);
	}
	secret_free(&text);
	handover_free(&h);
	return rc;
}

static const struct option options[] = {
	HANDOVER_OPTIONS,
	{.names = {"--format"},
		.argument = "FORMAT",
		.help = FORMATS_LIST "; else env",
		.values = FORMATS_LIST},
};

const struct command cmd_export = {
	.name = "export",
	.run = run,
	.summary = "print the session for a shell, a file or a program",
	.help = "Print the session of profile NAME, so that a shell or a program can use it. Standard "
		"output has the whole session or nothing; a prompt is on the terminal. A session "
		"that ends within 5 minutes is renewed first. As credential_process, export a "
		"profile of another name. The session is a secret: let eval take it, as below, and "
		"it does not show.",
	.example = "  aws-mfa export work --format dotenv >>\"$CI_ENV\"\n"
		   "  eval \"$(aws-mfa export work)\"\n"
		   "  aws-mfa export work --format fish | source\n"
		   "  credential_process = aws-mfa export work --format process",
	.settings = ALL_SETTINGS,
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = 1,
};
