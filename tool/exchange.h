/* One run of aws-mfa-sts: the client's side of the records in words_sts.h. */
#ifndef AWS_MFA_EXCHANGE_H
#define AWS_MFA_EXCHANGE_H

#include "credentials/session.h"
#include "error.h"
#include "peer.h"
#include "sts_request.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct exchange {
	pid_t pid; /* 0: not running */
	struct peer peer;
	char *buf;
	bool ready;         /* warmed up: a code may be sent */
	bool code_sent;     /* from here on a failure may have used it up */
	bool show_progress; /* tell a person when an answer takes long */
	bool heard_time;    /* the server's, of which server_ms is the distance to boottime_ms() */
	int64_t server_ms;
	char request_id[128]; /* AWS's, of the last answer that had one; else empty */
};

/*
 * Starts the process and hands it the request; does not wait for the network. *x must be zeros but
 * for show_progress, or have ended. STATUS_CONFIG when the program is missing, else STATUS_SYSTEM
 * on failure. exchange_end() in any case.
 */
enum status exchange_start(struct exchange *x, const struct sts_request *request,
	int64_t deadline_ms, struct error *e);

/*
 * Takes the next record of the warm-up, waiting for it until deadline_ms (monotonic_ms()).
 * STATUS_OK: look at x->ready. Any other status is the end: *e says why.
 */
enum status exchange_step(struct exchange *x, int64_t deadline_ms, struct error *e);

/*
 * Waits for the warm-up, sends the code (six digits) and fills *session, which is the caller's to
 * free. After STATUS_WRONG_CODE another code may be sent; after any other failure x has ended.
 */
enum status exchange_code(struct exchange *x, const char *code, int64_t deadline_ms,
	struct session *session, struct error *e);

/* The server's time where it has told it, else this machine's. */
time_t exchange_time(const struct exchange *x);

/*
 * Writes a warning to text[size] when this machine's clock is further off than is tolerated, else
 * empties it.
 */
void exchange_judge_clock(const struct exchange *x, char *text, size_t size);

/* Ends the process, wipes and frees. Harmless on one that has ended or never ran. */
void exchange_end(struct exchange *x);

#endif
