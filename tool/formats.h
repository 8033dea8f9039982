/*
 * How export writes a session: for eval in a shell, for a file, or for a program. The names are
 * those of `aws configure export-credentials`, and more.
 */
#ifndef AWS_MFA_FORMATS_H
#define AWS_MFA_FORMATS_H

#include "handover.h"

/* As messages and --help list them. The first one is the default. */
#define FORMATS_LIST "env, env-no-export, fish, powershell, windows-cmd, dotenv, json or process"

struct format;

/* NULL: there is no such format. */
const struct format *formats_find(const char *name);

/*
 * Writes the session of h into *out, which must be zeros and which the caller frees. What a shell
 * evaluates holds each value as one word, whatever the value is. STATUS_CONFIG: a value has a
 * character that the format cannot hold.
 */
enum status formats_write(
	const struct format *f, const struct handover *h, struct secret *out, struct error *e);

#endif
