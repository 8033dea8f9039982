/* Runs aws-mfa-sts once and exchanges the records of words_sts.h with it. */
#ifndef AWS_MFA_EXCHANGE_H
#define AWS_MFA_EXCHANGE_H

#include "credentials/session.h"
#include "error.h"
#include "sts_process.h"
#include "sts_request.h"

#include <stdbool.h>
#include <stdint.h>

struct exchange {
	struct sts_process process;
	bool ready;     /* the warm-up succeeded: a code may be sent */
	bool code_sent; /* after this a failure may have used up the code */
	bool answered;  /* AWS has accepted the code, and session is complete */
	struct session session;
};

/*
 * Starts the process and sends it the request. Does not wait for the network. *x must be zeros,
 * or must have ended. STATUS_CONFIG: the program is missing. STATUS_SYSTEM:
 * any other failure. Call exchange_end() afterwards, also after a failure.
 */
enum status exchange_start(struct exchange *x, const struct sts_request *request,
	int64_t deadline_ms, struct error *e);

/*
 * Reads the next record, of the warm-up or of the answer to the code. Waits until deadline_ms
 * (monotonic_ms()). After STATUS_OK look at x->ready or x->answered. After STATUS_WRONG_CODE
 * another code may be sent. After any other failure x has ended; *e says why.
 */
enum status exchange_step(struct exchange *x, int64_t deadline_ms, struct error *e);

/* The same for all records that have come, and at least one. */
enum status exchange_look(struct exchange *x, int64_t deadline_ms, struct error *e);

/*
 * Waits for the warm-up and sends the code (six digits). After a failure x has ended. The answer
 * comes to exchange_step(), or to exchange_receive().
 */
enum status exchange_send(
	struct exchange *x, const char *code, int64_t deadline_ms, struct error *e);

/*
 * Waits until the answer is complete, and fills *session. The caller frees *session. Failures are
 * those of exchange_step().
 */
enum status exchange_receive(
	struct exchange *x, int64_t deadline_ms, struct session *session, struct error *e);

/* Both, one after the other. */
enum status exchange_code(struct exchange *x, const char *code, int64_t deadline_ms,
	struct session *session, struct error *e);

/* Ends the process, wipes and frees. Does nothing if x has ended or never ran. */
void exchange_end(struct exchange *x);

#endif
