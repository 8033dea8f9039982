/* Writes what setup has found out. Each file is then the whole old one or the whole new one. */
#ifndef AWS_MFA_SETUP_WRITE_H
#define AWS_MFA_SETUP_WRITE_H

#include "error.h"
#include "settings/taken.h"
#include "text/secret.h"

struct setup_keys {
	const char *id, *secret, *device;
	const char *moved_from; /* the section that loses the keys in the same write; or NULL */
};

/* Writes [NAME-long-term]. A missing file is created. STATUS_CONFIG on failure. */
enum status setup_write_keys(
	const struct settings *s, const struct setup_keys *keys, struct error *e);

/*
 * Writes the region of the profile to the config file, where AWS tools look for it. Does nothing if
 * it is there. STATUS_CONFIG on failure.
 */
enum status setup_write_region(const struct settings *s, const char *region, struct error *e);

#endif
