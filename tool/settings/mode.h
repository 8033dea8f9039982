/*
 * Who asks for a session, and what follows from it. Where the two modes differ, the code asks
 * policy_of() and nothing else.
 */
#ifndef AWS_MFA_MODE_H
#define AWS_MFA_MODE_H

#include <stdbool.h>

enum mode {
	MODE_BY_HAND, /* the user, at a terminal or from a script: nobody is let in by it */
	MODE_LOGIN,   /* the PAM module, as the user: the outcome decides whether they get in */
	/* The keystore's mode comes here, with a row of its own: root's keys, and no file of the
	 * user's is read. */
};

struct policy {
	/* Others must not be able to change home, files and CA certificates (owner.h). */
	bool files_must_be_safe;
	/* No endpoint over http: any process of this machine could judge the code. */
	bool https_only;
	/* "Not set up" can let the user in. So it is said only when nothing speaks against it
	 * (absence.h), and the files have not just changed. */
	bool absence_must_be_certain;
	/* The code is spent even where the session cannot be stored: a home that is full or
	 * read-only must not lock out who comes to mend it. */
	bool stores_or_not;
	/* With --force a session may replace the only copy of long-term keys. */
	bool force_replaces_keys;
	/* The warm-up is a signed call. Else strangers could make calls with a user's key by
	 * knocking at sshd. */
	bool signed_warm_up;
};

const struct policy *policy_of(enum mode mode);

#endif
