/*
 * The long-term keys that setup and keystore store: typed, read from standard input, or taken over
 * from a section of the credentials file. They are proved at AWS.
 */
#ifndef AWS_MFA_SETUP_KEYS_H
#define AWS_MFA_SETUP_KEYS_H

#include "ask.h"
#include "call.h"
#include "error.h"
#include "settings/taken.h"
#include "text/secret.h"

#include <stdbool.h>

struct key_search {
	const struct asker *asker;
	const struct settings *settings;
	const char *given_id; /* NULL: ask for it */
	bool replace;         /* other keys in [NAME-long-term], without asking */
	bool only_these;      /* id and secret are filled already: ask for no others */

	/* What setup_find_keys() fills in. */
	struct secret id, secret;
	bool taken;           /* they stand in the file already */
	struct caller caller; /* may be asked more with these keys */
	struct call_identity who;
};

/* Returns NULL, or what is wrong with the given key id; never quotes it. */
const char *setup_check_given_id(const struct key_search *s);

/*
 * Finds keys that AWS accepts, and tells who owns them. The user is asked before keys in the file
 * are used or replaced, and again after AWS has refused keys. STATUS_USAGE: the user wants no
 * change, or there is no terminal to ask on. STATUS_CONFIG: AWS refuses the keys.
 * STATUS_UNAVAILABLE: AWS is not reached. Call setup_keys_free() in every case.
 */
enum status setup_find_keys(struct key_search *s, struct error *e);

/* Do the keys stand in this section, too? */
bool setup_keys_stand_in(const struct key_search *s, const char *section);

void setup_keys_free(struct key_search *s);

#endif
