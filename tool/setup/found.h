/*
 * Long-term keys that stand in the credentials file already: those of an earlier setup without a
 * device, those that `aws configure` wrote to [NAME], and those in [default].
 */
#ifndef AWS_MFA_FOUND_H
#define AWS_MFA_FOUND_H

#include "ini/ini.h"
#include "settings/taken.h"
#include "text/secret.h"

#include <stdbool.h>

struct found {
	const char *section; /* where the keys stand; NULL: there are none. Belongs to settings */
	struct secret id, secret;
};

/* Fills *f with the keys of a section, if they are a user's own: no session's. Free them. */
void found_in(const struct settings *s, const char *section, struct found *f);

/* True if the section has any key, so that setup would replace something. */
bool found_any(const struct settings *s, const char *section);

/* True if the section names a device that can be one. */
bool found_device(const struct settings *s, const char *section);

void found_free(struct found *f);

#endif
