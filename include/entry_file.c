#include "entry_file.h"

#include <stdio.h>

#define NOT_0600 (S_ISUID | S_ISGID | S_ISVTX | S_IXUSR | S_IRWXG | S_IRWXO)

bool entry_file_is_good(const struct stat *st, char *why, size_t size)
{
	why[0] = '\0';
	if (!S_ISREG(st->st_mode))
		snprintf(why, size, "is no regular file");
	else if (st->st_uid != 0 || st->st_gid != 0)
		snprintf(why, size,
			"belongs to user %lu, group %lu; expected root: its owner may know the "
			"keys; add the user again",
			(unsigned long)st->st_uid, (unsigned long)st->st_gid);
	else if (st->st_mode & NOT_0600)
		snprintf(why, size,
			"has mode %04o; expected 0600: if others could read it, its key is no "
			"secret any more",
			st->st_mode & 07777);
	/* Threat: root changes the file through another name, in a folder of somebody else. */
	else if (st->st_nlink != 1)
		snprintf(why, size, "has %lu names (hard links); expected one",
			(unsigned long)st->st_nlink);
	else if (st->st_size > (off_t)ENTRY_MAX_BYTES)
		snprintf(why, size, "is larger than %zu bytes", ENTRY_MAX_BYTES);
	return why[0] == '\0';
}
