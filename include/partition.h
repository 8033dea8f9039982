/*
 * The AWS partition of a region. A key, and a session, counts in one partition only. Source:
 * partitions.json, as AWS publishes it with its SDKs.
 */
#ifndef AWS_MFA_PARTITION_H
#define AWS_MFA_PARTITION_H

#include <stdbool.h>

/* Returns a name such as "aws-cn". A region that no other partition has is in "aws". */
const char *partition_of_region(const char *region);

/* Is this the "global region" of the partition, NAME-global? */
bool partition_is_global(const char *partition, const char *region);

#endif
