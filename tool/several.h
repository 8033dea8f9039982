/* Refreshes of several profiles, with one code for each MFA device. */
#ifndef AWS_MFA_SEVERAL_H
#define AWS_MFA_SEVERAL_H

#include "refresh.h"
#include "renew.h"

#include <stdbool.h>
#include <stddef.h>

struct several_profile {
	const char *name;
	/* The profile that names it in `also`. NULL: the user does. */
	const struct several_profile *named_by;
	struct refresh r;
	enum status rc; /* STATUS_OK: a code is needed, or later: there is a new session */
	bool done;      /* nothing more is to be done, or its code is being asked for */
	struct error e; /* of rc; else a warning or empty */
};

#define SEVERAL_MAX 64

/* All zeros except mode and options. Call several_free() at the end. */
struct several {
	enum mode mode;
	const char *const *options; /* of the command, for all profiles; they must stay */
	struct several_profile *profiles[SEVERAL_MAX];
	size_t n;
};

/*
 * Adds a profile, and the profiles that its long-term section names in `also`; loads their
 * settings. name is NULL for the profile of the options. A profile that is there already is not
 * added again. After STATUS_OK, s->profiles[]->rc may be a failure of this profile alone. Otherwise
 * nothing should be done.
 *
 * STATUS_CONFIG: `also` names a profile that does not exist, the profile itself, or one on the way
 * to it. STATUS_USAGE: there are more than SEVERAL_MAX. STATUS_SYSTEM: no memory.
 */
enum status several_add(struct several *s, const char *name, struct error *e);

/*
 * Asks for one code for each MFA device of the profiles that need a session. Profiles with the same
 * device and the same key get the session of the first one without a role, and roles are assumed
 * from it. Goes on after a failure.
 *
 * While AWS judges the code of a device, the next device is asked for. Its session is stored as
 * soon as it comes, also while the user types. If the code was wrong, the user hears so after that
 * question, and is asked again.
 *
 * STATUS_USAGE: there are several devices, and the option has one code; nothing was done.
 */
enum status several_renew(struct several *s, const struct renew_options *options, struct error *e);

/* Does the long-term section of the profile name others in `also`? */
bool several_has_also(const struct settings *settings);

/*
 * Shares the new session of `from` with all profiles that need one and have its device and key.
 * Asks nothing.
 */
void several_share(struct several *s, const struct refresh *from);

/* Has the profile no valid session, because of a failure? */
bool several_failed(const struct several_profile *p);

/* Prints why, if it has failed. */
void several_tell_failure(const struct several_profile *p);

#define SHOWN_SIZE 512

/* Writes the name as a terminal may show it. Returns its columns. */
size_t several_show(const struct several_profile *p, char name[static SHOWN_SIZE]);

/* Prints a table to standard error. Returns the first failure in the order of the profiles. */
enum status several_report(const struct several *s);

void several_free(struct several *s);

#endif
