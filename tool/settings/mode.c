#include "mode.h"

#define BY_HAND .signed_warm_up = true, .runs_token_command = true
#define LOGIN                                                                                      \
	.files_must_be_safe = true, .https_only = true, .absence_must_be_certain = true,           \
	.stores_or_not = true

const struct policy *policy_of(enum mode mode)
{
	static const struct policy policies[] = {
		[MODE_BY_HAND] = {BY_HAND},
		[MODE_FORCE] = {BY_HAND, .renews_valid = true, .replaces_keys = true},
		[MODE_HAND_OVER] = {BY_HAND, .hands_over = true},
		[MODE_HAND_OVER_ONLY] = {BY_HAND, .hands_over = true, .stores_nothing = true},
		[MODE_LOGIN] = {LOGIN},
		[MODE_ALWAYS] = {LOGIN, .renews_valid = true},
		[MODE_IMPORT] = {.files_must_be_safe = true, .speaks_with_nobody = true},
		[MODE_KEYSTORE] = {.files_must_be_roots = true,
			.https_only = true,
			.gives_up_root = true},
	};

	return &policies[mode];
}
