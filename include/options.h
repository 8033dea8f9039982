/*
 * The module's arguments, as pam_aws_mfa(8) lists them.
 */
#ifndef AWS_MFA_OPTIONS_H
#define AWS_MFA_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROFILE_MAX 128 /* bytes of a profile's name */

struct options {
	const char *profile; /* profile=; NULL unless given; points into argv */
	const char *prompt;  /* prompt=; never NULL */
	unsigned prompts;
	unsigned timeout; /* seconds; the time to type does not count */
	unsigned minimum_uid;
	bool always;
	bool debug;
	bool echo;
	bool failmode_safe; /* failmode=safe */
	bool ignore_root;
	bool keystore; /* then `always`, too */
	bool notify;
	bool nullok;             /* today a user without keys passes */
	const char *nullok_date; /* nullok=; NULL without a date; points into argv */
	bool quiet;
	bool setenv;
	bool verbose;
};

/* The profile's name for people and logs; "default" if none is given. */
const char *options_profile(const struct options *opt);

/* True if ignore_root or minimum_uid= exempts this user. */
bool options_ignore(const struct options *opt, uid_t uid);

/*
 * Fills *opt from a module's arguments. *opt points into argv and owns nothing. False for an option
 * that is unknown, malformed or out of its bounds, or that is given twice with two values. Then
 * error[size] has one line that names the option. Reads the clock for nullok=.
 */
bool options_parse(struct options *opt, int argc, const char **argv, char *error, size_t size);

#endif
