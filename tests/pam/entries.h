#ifndef AWS_MFA_TESTS_ENTRIES_H
#define AWS_MFA_TESTS_ENTRIES_H

/* The number of names in a folder, with "." and ".."; 0 if it cannot be read. */
int count_entries(const char *path);

#endif
