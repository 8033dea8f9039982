/* Which profiles there are. */
#ifndef AWS_MFA_PROFILE_LIST_H
#define AWS_MFA_PROFILE_LIST_H

#include "state.h"

struct profile_list {
	struct profile_state *list;
	size_t n;
};

/*
 * Fills *l with the profiles of both files, in the order of the files. refreshable: only those that
 * a refresh has keys for. A session and its long-term keys are one profile. The caller frees *l,
 * also after a failure.
 *
 * STATUS_CONFIG: as profile_state_read() for one of them, or as profile_files_check(). The others
 * are in *l all the same. STATUS_SYSTEM: no memory.
 */
enum status profile_list_read(
	struct profile_files *f, bool refreshable, struct profile_list *l, struct error *e);
void profile_list_free(struct profile_list *l);

/* STATUS_CONFIG for a credentials file that has no section and is damaged, such as an empty one. */
enum status profile_files_check(const struct profile_files *f, struct error *e);

#endif
