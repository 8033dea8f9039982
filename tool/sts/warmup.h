/*
 * The request before the code. It opens the connection and finds out the server's time. If it is
 * signed, it also shows whether the key is valid. Nothing here holds a code.
 */
#ifndef AWS_MFA_STS_WARMUP_H
#define AWS_MFA_STS_WARMUP_H

#include "client.h"
#include "error.h"
#include "response.h"

struct identity {
	char account[64]; /* empty if STS did not send it */
	char arn[512];
};

enum warmup_judgement {
	WARMUP_READY,
	WARMUP_RESIGN, /* a clock fault; *skew is set, sign again with it */
	WARMUP_FAILED, /* *e is filled */
};

/*
 * Judges whether AWS refuses a signature because of the time. now is this machine's time. Returns
 * WARMUP_READY if it does not.
 */
enum warmup_judgement warmup_judge_clock(const struct answer *a, const struct reply *reply,
	time_t now, time_t *skew, const char *host, struct error *e);

/*
 * Judges the answer to a signed GetCallerIdentity. now is this machine's time. *skew is the
 * correction with which the request was signed. *id may stay empty.
 */
enum warmup_judgement warmup_judge_signed(const struct reply *reply, time_t now, time_t *skew,
	const struct aws_error_names *names, struct identity *id, struct error *e);

/*
 * Judges the answer to an unsigned GET. Every HTTP answer is ready, except that of a failing
 * server.
 */
enum warmup_judgement warmup_judge_unsigned(const struct reply *reply, time_t now, time_t *skew,
	const struct aws_error_names *names, struct error *e);

/*
 * Warms up as the settings say, before their deadline. Returns STATUS_OK, or another status with *e
 * filled.
 */
enum status warmup(struct client *c, struct identity *id, struct reply *reply, struct error *e);

/*
 * Sends the warm-up again, with the same signature, on a new connection if the old one is gone.
 * Corrects the clock only: the key was judged before. A signature that has become too old does no
 * harm: the server then tells its time. struct outgoing describes wake_fd.
 */
void warmup_again(struct client *c, int wake_fd, int64_t deadline_ms);

#endif
