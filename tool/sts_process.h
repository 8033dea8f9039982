/*
 * Runs aws-mfa-sts and sends it the settings of words_sts.h. exchange.h and call.h lead the
 * conversation from there.
 */
#ifndef AWS_MFA_STS_PROCESS_H
#define AWS_MFA_STS_PROCESS_H

#include "error.h"
#include "peer.h"
#include "sts_request.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct sts_process {
	pid_t pid; /* 0: not running */
	struct peer peer;
	char *buf;
	bool heard_time; /* the server told its time: it is boottime_ms() + server_ms */
	int64_t server_ms;
	char request_id[128]; /* of the last answer from AWS that had one; else empty */
};

/*
 * Starts the process and sends it the settings and the roles of the request. Does not wait for the
 * network. *p must be zeros, or must have ended. Returns STATUS_OK also if the process has already
 * said why it ends: the next record tells. STATUS_CONFIG: the program is missing. STATUS_SYSTEM:
 * any other failure. Call sts_process_end() afterwards, also after a failure.
 */
enum status sts_process_start(struct sts_process *p, const struct sts_request *request,
	int64_t deadline_ms, struct error *e);

/*
 * Sends word, with a number or with text; nothing if text is NULL. Does nothing after a failure:
 * *rc keeps the first one. RECORD_EOF: the process says why before it ends.
 */
void sts_process_send(struct sts_process *p, int64_t deadline_ms, const char *word,
	const char *text, enum record_error *rc);
void sts_process_send_number(struct sts_process *p, int64_t deadline_ms, const char *word,
	int64_t n, enum record_error *rc);

/* Reads the next record. While it waits, it shows the wait (text/progress.h). */
enum record_error sts_process_read(struct sts_process *p, int64_t deadline_ms, struct record *rec);

/* Keeps the server's time or the request id, or prints a debug line, if rec is one of these. */
void sts_process_note(struct sts_process *p, const struct record *rec);

/*
 * If rec is word, adds its text to *value and returns true. A long token comes in several records.
 * Sets *failed if there is no memory.
 */
bool sts_process_collect(
	const struct record *rec, const char *word, struct secret *value, bool *failed);

/* The time of the server if it is known; else the time of this machine. */
time_t sts_process_time(const struct sts_process *p);

/*
 * By how many seconds this machine's clock is slow against the server's; less than 0 if it is fast.
 * Writes "7 min slow" to text[size].
 */
long sts_process_skew(const struct sts_process *p, char *text, size_t size);

/*
 * Writes a warning to text[size] if the clock of this machine is off by more than SKEW_TOLERATED.
 * Otherwise empties text.
 */
void sts_process_judge_clock(const struct sts_process *p, char *text, size_t size);

/* Ends the process, wipes and frees. Does nothing if it has ended or never ran. */
void sts_process_end(struct sts_process *p);

#endif
