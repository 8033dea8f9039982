#include "wiped.h"

#include <stdlib.h>
#include <string.h>

void wiped_free(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

/* Not realloc(): it may leave a copy behind. */
bool wiped_append(char **text, const char *more, size_t len)
{
	size_t before = *text ? strlen(*text) : 0;
	char *joined = malloc(before + len + 1);

	if (!joined)
		return false;
	if (before > 0)
		memcpy(joined, *text, before);
	memcpy(joined + before, more, len);
	joined[before + len] = '\0';
	wiped_free(text);
	*text = joined;
	return true;
}
