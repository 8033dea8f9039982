/*
 * Is a long-term secret also in another place in the home? keystore import removes one line of the
 * credentials file. Every other copy would stay.
 *
 * These places are searched: all lines of the credentials file and of the config file; other names
 * of the credentials file (hard links); files of the same folder that contain one of the two names
 * in their own, such as credentials.bak and config~; and what an interrupted write in place has
 * left (file/place.h). Other places are not searched.
 */
#ifndef AWS_MFA_KEYSTORE_COPIES_H
#define AWS_MFA_KEYSTORE_COPIES_H

#include "error.h"
#include "settings/taken.h"

/* How the messages of a refused import end. */
#define IMPORT_AGAIN ", and run the same command again"

/* STATUS_CONFIG: there is a copy, or a file or folder cannot be searched. */
enum status copies_check(const struct settings *s, const char *secret, struct error *e);

/* The same for the lines of a credentials file alone: what stays if section loses its secret. */
enum status copies_check_lines(
	const struct ini *ini, const char *section, const char *secret, struct error *e);

#endif
