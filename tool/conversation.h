/*
 * The conversation of `aws-mfa pam`, `serve` and `store` with the PAM module. `pam` and `serve`
 * report what the code is for, ask for it, and answer each code with a result. `store` only sends a
 * result.
 */
#ifndef AWS_MFA_CONVERSATION_H
#define AWS_MFA_CONVERSATION_H

#include "error.h"
#include "peer.h"
#include "settings/taken.h"
#include "words_pam.h"

#include <stdbool.h>
#include <time.h>

struct conversation {
	struct peer module;
	char buf[RECORD_MAX_PAM];
	bool shut; /* the reading side is shut: no code can arrive */
};

/* What AWS answered to a code. The strings belong to the one who tried the code. */
struct tried {
	const char *request_id, *key_id; /* empty: unknown */
	time_t expiration;               /* UTC; 0: unknown */
};

/* Sends one code (six digits) to AWS and fills *tried. The result is that of the code. */
typedef enum status conversation_try_fn(
	void *arg, const char *code, struct tried *tried, struct error *e);

/* Is descriptor RECORD_FD a socket? If not, prints that only the PAM module runs this command. */
bool conversation_is_possible(const char *command);

/* Begins the conversation on RECORD_FD, in this state. */
void conversation_begin(struct conversation *c, enum login_state state);

/* Sends the result. False: the module has gone. */
bool conversation_tell_result(struct conversation *c, enum status status, const char *text);

/* Send the end of the session, and the account that it belongs to. Nothing if it is not known. */
void conversation_tell_until(struct conversation *c, time_t expiration);
void conversation_tell_account(struct conversation *c, const struct settings *s);

/*
 * Asks for codes and tries them, until one is not wrong or the module has gone. Ends without a
 * result after five minutes without a code.
 */
void conversation_ask(struct conversation *c, conversation_try_fn *try, void *arg);

/* Wipes what was read: codes. */
void conversation_end(struct conversation *c);

#endif
