/*
 * What the files say about a profile, for commands that only look: nothing is asked, locked or
 * written, and no network is used.
 *
 * The settings have the same sources as those of a refresh (settings.h), so `status` and a refresh
 * agree. No profile costs more in a file of many profiles.
 */
#ifndef AWS_MFA_PROFILE_STATE_H
#define AWS_MFA_PROFILE_STATE_H

#include "sections.h"

#include <stdbool.h>
#include <time.h>

/* Seconds. A session with less time left is "expiring". The shortest that STS gives is 15 min. */
#define PROFILE_SOON 600

enum profile_session {
	PROFILE_VALID,
	PROFILE_EXPIRING, /* valid for less than PROFILE_SOON */
	PROFILE_EXPIRED,  /* also if a refresh would renew it: session_check() */
	PROFILE_ABSENT,
	PROFILE_STATIC,    /* keys of an IAM user, not a session */
	PROFILE_ELSEWHERE, /* AWS tools get its credentials in another way, such as SSO */
};

/* Strings are NULL where unknown. */
struct profile_state {
	char *name;
	enum profile_session session;
	/* Why there is no session, or how AWS tools get the credentials; NULL: no more to say. */
	const char *why;
	time_t now, expiration; /* UTC; the end is 0 if there is no session */
	long least;             /* seconds: with less time left a session counts as expired */
	const char *file;       /* the credentials file, which holds the session */
	char *account, *access_key_id, *device, *role, *region;
	char *source;     /* the source_profile */
	char *keys;       /* the section of the long-term keys */
	bool refreshable; /* a refresh of this profile would use these keys */
	bool from_source; /* they are those of a source profile */
	/* AWS tools assume the role by themselves. Without a session of its own, the profile has
	 * that of the source. */
	bool by_tools;
};

/*
 * Fills *p, for a name that value_profile() accepts. The caller frees it, also after a failure.
 *
 * STATUS_NOT_SET_UP: there is no such profile. STATUS_CONFIG: a file is damaged, so it may
 * hide the profile; or a value of the profile is bad.
 */
enum status profile_state_read(
	struct profile_files *f, const char *name, struct profile_state *p, struct error *e);

/*
 * Fills *p with the session in the variables of this shell, which `aws-mfa exec` has set. False
 * without one.
 */
bool profile_state_of_shell(struct profile_state *p, time_t now);

void profile_state_free(struct profile_state *p);

/* Is there a session that AWS tools can use, and a refresh would keep? */
bool profile_is_valid(const struct profile_state *p);

#endif
