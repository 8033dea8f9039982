/*
 * A session for one program, besides the credentials file: exec gives it to a command, export
 * prints it.
 */
#ifndef AWS_MFA_HANDOVER_H
#define AWS_MFA_HANDOVER_H

#include "command_line.h"
#include "credentials/session.h"
#include "iso_time.h"
#include "renew.h"

#include <stdbool.h>

/* Seconds. A session with less left is renewed, if a code can be asked for. */
#define HANDOVER_LEAST 300

struct handover {
	struct session session; /* keys and token are printable ASCII without blanks */
	char *profile;
	char *region;                   /* NULL: not known */
	char expiration[ISO_TIME_SIZE]; /* 2026-11-27T13:02:49Z */
};

/* The own options of a command that hands over. They come first in its table. */
enum { HANDOVER_TOKEN = OPTION_OWN, HANDOVER_NO_STORE, HANDOVER_OWN };

/* clang-format off */
#define HANDOVER_OPTIONS \
	RENEW_OPTION_TOKEN, \
	{.names = {"--no-store"}, .help = "do not write a new session to the credentials file"}
/* clang-format on */

/* What differs between the commands that hand over. */
struct handover_way {
	const char *undone; /* what did not happen after a failure, such as "nothing was run" */
	/* May refuse the settings, before a code is asked for. NULL: nothing to check. */
	enum status (*check)(const struct settings *s, struct error *e);
};

/*
 * Takes the session of [NAME], or gets a new one if less than HANDOVER_LEAST is left. Where no code
 * can be asked for, SESSION_LEAST is enough, with a warning. A user without long-term keys, as in
 * keystore mode, has what a login stored.
 *
 * Prints every message itself, none on standard output. Call handover_free() afterwards, also after
 * a failure. Returns STATUS_OK or the exit status: that of way->check(), settings_load() or
 * renew(), STATUS_USAGE if nobody can be asked, STATUS_CONFIG for keys that are not from AWS.
 */
enum status handover_get(
	struct handover *h, const struct command_line *line, const struct handover_way *way);
void handover_free(struct handover *h);

#endif
