/* All that doctor knows of a service before it judges. */
#ifndef AWS_MFA_STACK_VIEW_H
#define AWS_MFA_STACK_VIEW_H

#include "doctor/findings.h"
#include "sshd_settings.h"
#include "ways.h"

struct view {
	struct findings *l;
	const char *service, *user; /* user: NULL for all */
	const char *root;           /* "" but in tests */
	struct libpam lib;
	char lib_path[256], lib_version[64]; /* version: "" if no package tells it */
	struct stack stack;
	struct sshd_settings sshd;
	bool is_sshd, is_sudo, is_su; /* su runs for a caller who may not be root */

	bool allowed[N_WAYS]; /* the ways that the service has */
	struct ways_end end[N_WAYS][N_OUTCOMES];
	bool decides;  /* a wrong code is meant to refuse the login */
	bool exempts;  /* an option of ours exempts some users */
	bool keystore; /* a line of auth asks the key store */
	bool too_many; /* not all was played */
};

/* Fills what comes of playing. False: no memory. */
bool view_play(struct view *v);

/* The line of auth that is meant to refuse; else the first of ours in auth; NULL if none. */
const struct stack_line *view_line(const struct view *v);

#endif
