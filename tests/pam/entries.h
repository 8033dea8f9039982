#ifndef AWS_MFA_TESTS_ENTRIES_H
#define AWS_MFA_TESTS_ENTRIES_H

/* How many names a folder holds, "." and ".." too; 0 where it cannot be read. */
int count_entries(const char *path);

#endif
