#include "partition.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/*
 * A region belongs to the partition with a matching regionRegex: PREFIX \w+ - \d+. The "global
 * region" NAME-global belongs to partition NAME.
 */
static const struct {
	const char *name, *prefix;
} partitions[] = {
	{"aws-cn", "cn-"},
	{"aws-us-gov", "us-gov-"},
	{"aws-iso", "us-iso-"},
	{"aws-iso-b", "us-isob-"},
	{"aws-iso-e", "eu-isoe-"},
	{"aws-iso-f", "us-isof-"},
	{"aws-eusc", "eusc-de-"},
};

/* \w+ - \d+ */
static bool is_region_rest(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	if (n == 0 || s[n] != '-' || s[n + 1] == '\0')
		return false;
	s += n + 1;
	return strspn(s, "0123456789") == strlen(s);
}

bool partition_is_global(const char *partition, const char *region)
{
	size_t len = strlen(partition);

	return strncmp(region, partition, len) == 0 && strcmp(region + len, "-global") == 0;
}

const char *partition_of_region(const char *region)
{
	for (size_t i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
		size_t len = strlen(partitions[i].prefix);

		if (partition_is_global(partitions[i].name, region) ||
			(strncmp(region, partitions[i].prefix, len) == 0 &&
				is_region_rest(region + len)))
			return partitions[i].name;
	}
	return "aws";
}
