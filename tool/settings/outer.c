#include "outer.h"

#include <stdlib.h>
#include <string.h>

static const char *get(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool outer_set_region(void)
{
	const char *region = get("AWS_REGION"), *other = get("AWS_DEFAULT_REGION");

	return get("AWS_MFA_PROFILE") && region && other && strcmp(region, other) == 0;
}

const char *outer_unset_keys(void)
{
#define UNSET "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
	return get("AWS_SECURITY_TOKEN") ? UNSET " AWS_SECURITY_TOKEN" : UNSET;
}
