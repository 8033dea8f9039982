/* The settings that sshd uses, and the line that each comes from. */
#ifndef AWS_MFA_STACK_SSHD_SETTINGS_H
#define AWS_MFA_STACK_SSHD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SSHD_OWN "/etc/ssh/sshd_config.d/00-aws-mfa.conf" /* where ours are meant to be */

enum sshd_setting {
	SSHD_USE_PAM,
	SSHD_KBD_INTERACTIVE,
	SSHD_PASSWORD,
	SSHD_PUBKEY,
	SSHD_METHODS,
	SSHD_ROOT,
	SSHD_TRIES,
	SSHD_GRACE,
	SSHD_SERVICE, /* since 9.8; before, sshd says nothing */
	N_SSHD_SETTINGS
};

struct sshd_place {
	char file[256]; /* "": no line, so it is the default */
	size_t line;
	char value[128];
};

struct sshd_value {
	char value[256];           /* what sshd -T says */
	struct sshd_place counts;  /* where it comes from */
	struct sshd_place other;   /* a line with another value, which does not count */
	struct sshd_place match;   /* the first line in a Match block */
	struct sshd_place differs; /* the first in a Match block with another value: other logins */
};

struct sshd_settings {
	bool known;
	bool includes_own; /* an Include names SSHD_OWN */
	char why[256];     /* if not known: why */
	struct sshd_value of[N_SSHD_SETTINGS];
	char newest_file[256]; /* of its configuration: the one that was changed last */
	time_t newest;
};

/* "AuthenticationMethods" */
const char *sshd_keyword(enum sshd_setting s);

/* Asks sshd -T, for a user if it is not NULL. */
void sshd_ask(struct sshd_settings *s, const char *user);

/* Whether sshd's configuration names this PAM service. */
bool sshd_serves(const char *service);

bool sshd_is(const struct sshd_settings *s, enum sshd_setting which, const char *value);

#endif
