#include "mode.h"

const struct policy *policy_of(enum mode mode)
{
	static const struct policy policies[] = {
		[MODE_BY_HAND] =
			{
				.force_replaces_keys = true,
				.signed_warm_up = true,
			},
		[MODE_LOGIN] =
			{
				.files_must_be_safe = true,
				.https_only = true,
				.absence_must_be_certain = true,
				.stores_or_not = true,
			},
	};

	return &policies[mode];
}
