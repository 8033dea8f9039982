#include "suffix.h"

#include "taken.h"
#include "value.h"

#include <string.h>

char *suffix_add(const char *profile, const char *suffix)
{
	return value_is_word(suffix, "none") ? strdup(profile)
					     : settings_format("%s-%s", profile, suffix);
}

size_t suffix_cut(const char *section, size_t len, const char *suffix)
{
	size_t cut = strlen(suffix) + 1;

	return len > cut && !value_is_word(suffix, "none") && section[len - cut] == '-' &&
			memcmp(section + len - cut + 1, suffix, cut - 1) == 0
		? len - cut
		: len;
}
