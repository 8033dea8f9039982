/* STS's answers: whatever a server sends, no credentials come of it that an INI file cannot hold.
 */
#include "fuzz.h"

#include "response.h"

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

	if (answer_parse((const char *)data, size, &a) == PARSED) {
		if (answer_credentials(&a, 1000000000, 4000000000, &expires, &why)) {
			check(a.access_key_id);
			check(a.secret_access_key);
			check(a.session_token);
			MUST(expires > 1000000000 && expires <= 4000000000);
		} else {
			MUST(why);
		}
	}
	answer_free(&a);
	return 0;
}
