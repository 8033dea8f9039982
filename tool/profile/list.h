/* Which profiles there are. */
#ifndef AWS_MFA_PROFILE_LIST_H
#define AWS_MFA_PROFILE_LIST_H

#include "state.h"

struct profile_list {
	struct profile_state *list;
	size_t n;
};

/*
 * Fills *l with the profiles of both files, in the order of the files. makes: only those with keys
 * for a session. A session and its long-term keys are one profile. The caller frees *l, also after
 * a failure. STATUS_CONFIG as above; the other profiles are in *l all the same.
 */
enum status profile_list_read(
	struct profile_files *f, bool makes, struct profile_list *l, struct error *e);
void profile_list_free(struct profile_list *l);

/*
 * STATUS_CONFIG for a credentials file that has no section and is damaged, such as an empty one.
 * profile_list_read() checks this, too.
 */
enum status profile_files_check(const struct profile_files *f, struct error *e);

#endif
