/*
 * A refresh checks the session. If it is not valid, a refresh trades a code for a new session and
 * stores it. The commands in cmd_*.c get the code and report the result.
 */
#ifndef AWS_MFA_REFRESH_H
#define AWS_MFA_REFRESH_H

#include "credentials/session.h"
#include "exchange.h"
#include "settings/settings.h"

#include <stdint.h>

struct refresh {
	enum mode mode;
	/* Get the user's own session, not that of the role, and store nothing: for share.h. */
	bool base_only;
	long least; /* a session with fewer seconds left is renewed, whatever renew_before says */
	struct settings settings;
	enum session_state state; /* of the session in the file */
	time_t expiration;        /* UTC: of the old session, later of the new one; 0: unknown */
	struct session session;   /* the new one */
	char key_id[129];         /* its access key id */
	struct exchange exchange;
	int lock;               /* while a code is on its way; -1: none */
	int64_t deadline_ms;    /* CLOCK_MONOTONIC; excludes the time the user takes to type */
	int64_t asked_since_ms; /* when the user was asked: refresh_start() has returned */
};

/*
 * Loads the settings and checks the session. STATUS_VALID: there is nothing to do. STATUS_OK: a
 * code is needed. Otherwise *e says what is wrong. *r must be zeros except mode, least and
 * base_only. Call refresh_free() afterwards, also after a failure.
 */
enum status refresh_load(struct refresh *r, const char *const options[N_SETTINGS], struct error *e);

/*
 * Starts the warm-up, which runs while the user types. STATUS_CONFIG: the session could not be
 * stored, so nothing was started.
 */
enum status refresh_start(struct refresh *r, struct error *e);

/*
 * Sends the code (six digits) and stores the session, unless the policy stores_nothing. r->session
 * has it after STATUS_OK and STATUS_NOT_STORED. This is refresh_send() and refresh_receive().
 *
 * Takes the lock of the section first, unless the policy renews_valid. STATUS_VALID: another
 * process renewed the session meanwhile, and the code was not sent. settings.credentials then has
 * that session.
 *
 * STATUS_OK: e->text is a warning about the clock, or empty. STATUS_NOT_STORED: AWS accepted the
 * code, but the session was not stored. STATUS_WRONG_CODE: it may be called again with another
 * code. Otherwise the status of exchange_code().
 */
enum status refresh_finish(struct refresh *r, const char *code, struct error *e);

/* Sends the code. After STATUS_OK its answer must be received, and the lock is held until then. */
enum status refresh_send(struct refresh *r, const char *code, struct error *e);

/* Waits for the answer to the code, and stores the session. */
enum status refresh_receive(struct refresh *r, const char *code, struct error *e);

/*
 * The same with what has come, once the descriptor of the process is readable. False: more is to
 * come. Otherwise *rc is the status.
 */
bool refresh_look(struct refresh *r, const char *code, enum status *rc, struct error *e);

/*
 * Stores the session of another profile, which has the same device and key. STATUS_NOT_STORED: it
 * was not stored.
 */
enum status refresh_store(struct refresh *r, const struct session *session, struct error *e);

/* The whole time starts now. For a refresh that was loaded while another one was under way. */
void refresh_restart_time(struct refresh *r);

void refresh_free(struct refresh *r);

#endif
