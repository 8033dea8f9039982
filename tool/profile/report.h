/* Prints what state.h has found: as JSON, and in words. */
#ifndef AWS_MFA_PROFILE_REPORT_H
#define AWS_MFA_PROFILE_REPORT_H

#include "list.h"

#include <stdio.h>

/*
 * Prints one line: {"Version":1,"Profiles":[{"Profile",...}]}. aws-mfa(1) lists the fields. What is
 * not known is null.
 */
void profile_print_json(FILE *out, const struct profile_list *l);

#define PROFILE_WORDS 400

/* How a state reads. Nothing in it needs log_clean(). */
struct profile_words {
	const char *color; /* of word; "" for none */
	const char *word;  /* "valid": it carries the meaning */
	char rest[PROFILE_WORDS];
	size_t width; /* columns of both, with a blank between them */
};

/* short_form: for a table, where the end is "(22:02)" or a date, in local time. */
void profile_words(const struct profile_state *p, bool short_form, struct profile_words *w);

/* The name of the role in an ARN: what follows the last '/'. NULL for NULL. */
char *profile_name_in(char *arn);

#define NEXT_SIZE 1200

/* Writes the command that gets a session. False if there is nothing to run. */
bool profile_next(
	const struct profile_files *f, const struct profile_state *p, char to[static NEXT_SIZE]);

#endif
