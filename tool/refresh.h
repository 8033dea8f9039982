/*
 * A refresh: is the session still good, and if not, trade a code for a new one and store it. The
 * commands in cmd_*.c differ only in how they get at the code and tell the outcome.
 */
#ifndef AWS_MFA_REFRESH_H
#define AWS_MFA_REFRESH_H

#include "credentials/session.h"
#include "exchange.h"
#include "settings/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct refresh {
	enum mode mode;
	/* What was asked for by --force, or by `always` of the PAM module: renew a session that is
	 * still valid. */
	bool force;
	struct settings settings;
	enum session_state state; /* of the session as it was found */
	time_t expiration;        /* UTC: of the session found, then of the one issued; 0 unknown */
	char key_id[129];         /* access key id of the session issued */
	struct exchange exchange;
	int64_t deadline_ms;    /* CLOCK_MONOTONIC; a person's typing time does not count */
	int64_t asked_since_ms; /* when refresh_start() returned and the person was asked */
};

/*
 * Loads the settings and looks at the session. STATUS_VALID when there is nothing to do,
 * STATUS_OK when a code is needed, else *e. *r must start as zeros but for its first two members
 * and exchange.show_progress; refresh_free() in any case.
 */
enum status refresh_load(struct refresh *r, const char *const options[N_SETTINGS], struct error *e);

/*
 * Starts the warm-up, which runs while the person is asked; but not where the session could not be
 * stored anyway (STATUS_CONFIG).
 */
enum status refresh_start(struct refresh *r, struct error *e);

/*
 * Spends the code: six digits. Takes the section's lock first; whoever had to wait for it finds
 * out here that the session has been renewed meanwhile (STATUS_VALID, the code is not spent),
 * unless r->force. After STATUS_OK e->text is a warning about the clock, or empty.
 * STATUS_NOT_STORED when the code was accepted; else as exchange_code(). After
 * STATUS_WRONG_CODE it may be called again.
 */
enum status refresh_finish(struct refresh *r, const char *code, struct error *e);

void refresh_free(struct refresh *r);

#endif
