/* STS's answers: whatever a server sends, an INI file can hold the credentials that come of it. */
#include "fuzz.h"

#include "actions.h"

static void check(const char *s)
{
	MUST(*s);
	for (; *s; s++)
		MUST(*s > ' ' && *s <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why = NULL;
	struct answer a;
	time_t expires;

	if (answer_parse((const char *)data, size, actions[ACTION_ASSUME_ROLE].wanted, &a) ==
		PARSED) {
		if (answer_credentials(&a, 1000000000, 4000000000, &expires, &why)) {
			check(answer_field(&a, FIELD_ACCESS_KEY_ID));
			check(answer_field(&a, FIELD_SECRET_ACCESS_KEY));
			check(answer_field(&a, FIELD_SESSION_TOKEN));
			MUST(expires > 1000000000 && expires <= 4000000000);
		} else {
			MUST(why);
		}
	}
	answer_free(&a);
	return 0;
}
