/*
 * Who asks for a session, and what differs for them. Code that differs between the modes asks
 * policy_of() and nothing else.
 */
#ifndef AWS_MFA_MODE_H
#define AWS_MFA_MODE_H

#include <stdbool.h>

enum mode {
	MODE_BY_HAND,        /* the user, at a terminal or from a script; no login depends on it */
	MODE_FORCE,          /* the same with --force */
	MODE_HAND_OVER,      /* by hand, for exec and export: a program gets the session directly */
	MODE_HAND_OVER_ONLY, /* the same with --no-store */
	MODE_LOGIN,          /* the PAM module, as the user; the login depends on the result */
	MODE_ALWAYS,         /* the same with `always` */
	MODE_IMPORT,         /* root, as the user: their keys are to be moved to the keystore */
	MODE_KEYSTORE, /* the PAM module, with keys that root holds; nothing depends on the user */
};

struct policy {
	/* Refuse a home, a file or CA certificates that other users can change (owner.h). */
	bool files_must_be_safe;
	/* Speak with nobody: the endpoint and its certificates do not matter. */
	bool speaks_with_nobody;
	/* Refuse what anybody but root can change: the site's file and CA certificates. */
	bool files_must_be_roots;
	/* Refuse an endpoint over http: any process on this machine could accept the code. */
	bool https_only;
	/* Return STATUS_NOT_SET_UP only without any doubt (absence.h), and when the files have not
	 * just changed: with `nullok` it lets the user in. */
	bool absence_must_be_certain;
	/* Send the code even if the session cannot be stored. Otherwise a full or read-only home
	 * would lock out the user who comes to repair it. */
	bool stores_or_not;
	/* Store nothing: the session goes to a program only. */
	bool stores_nothing;
	/* Also for a profile in which AWS tools do not look for a session in the file. */
	bool hands_over;
	/* Renew a session that is still valid. Then AWS judges every code. */
	bool renews_valid;
	/* Replace long-term keys even if they are the only copy. */
	bool replaces_keys;
	/* Sign the warm-up call, which tests the key. Not at a login: strangers could make calls
	 * with a user's key by connecting to sshd. */
	bool signed_warm_up;
	/* If root runs it, speak with the network without root. Not by hand: there root's own
	 * certificates may be where only root can read. */
	bool gives_up_root;
	/* Run the command that prints codes. A login takes a code from the user alone. */
	bool runs_token_command;
};

const struct policy *policy_of(enum mode mode);

#endif
