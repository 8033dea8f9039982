#include "sts_process.h"

#include "boottime.h"
#include "own_process.h"
#include "paths.h"
#include "settings/tags.h"
#include "text/log.h"
#include "text/progress.h"
#include "words_sts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_LOOKS 350
#define LOOK_AGAIN_US 250 /* the kernel makes it 300 */

/*
 * Starts the process. It inherits nothing: it gets an empty environment, /dev/null, one socket and
 * default signals. Returns 0 or an errno.
 */
static int spawn(struct sts_process *p, int peer)
{
	char name[] = "aws-mfa-sts";
	char *const argv[] = {name, NULL}, *const envp[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	rc = posix_spawn_file_actions_init(&actions);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, peer, RECORD_FD);
	for (int fd = 0; rc == 0 && fd < RECORD_FD; fd++)
		rc = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (rc == 0)
		rc = own_process_pass_nothing(RECORD_FD);
	if (rc == 0)
		rc = posix_spawn_file_actions_addchdir_np(&actions, "/");
	if (rc == 0) {
		posix_spawnattr_setsigmask(&attr, &none);
		posix_spawnattr_setsigdefault(&attr, &all);
		/* A group of its own: ^C must not end it while its answer is on the way. */
		posix_spawnattr_setflags(&attr,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
		errno = 0;
		rc = posix_spawn(&p->pid, AWS_MFA_STS_PATH, &actions, &attr, argv, envp);
		/* glibc 2.31 says EPERM whenever clone() fails. */
		if (rc == EPERM && errno != 0)
			rc = errno;
	}
	if (rc != 0)
		p->pid = 0;
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return rc;
}

/* Names what is missing. */
static enum status not_spawned(int error, struct error *e)
{
	char why[256];

	if (access("/dev/null", R_OK | W_OK) < 0)
		return error_system(e, "/dev/null");
	if (error == ENOENT || error == EACCES)
		return error_set(e, STATUS_CONFIG, "%s cannot be run: %s; is the package complete?",
			AWS_MFA_STS_PATH, strerror(error));
	return error_set(e, STATUS_SYSTEM, "%s cannot be run: %s", AWS_MFA_STS_PATH,
		error == EAGAIN ? error_no_process(why, sizeof(why)) : strerror(error));
}

void sts_process_send(struct sts_process *p, int64_t deadline_ms, const char *word,
	const char *text, enum record_error *rc)
{
	if (*rc == RECORD_OK && text)
		*rc = peer_write(&p->peer, deadline_ms, word, text);
}

void sts_process_send_number(struct sts_process *p, int64_t deadline_ms, const char *word,
	int64_t n, enum record_error *rc)
{
	char text[32];

	snprintf(text, sizeof(text), "%jd", (intmax_t)n);
	sts_process_send(p, deadline_ms, word, text, rc);
}

static void send_flag(struct sts_process *p, int64_t deadline_ms, const char *word, bool yes,
	enum record_error *rc)
{
	sts_process_send(p, deadline_ms, word, yes ? "" : NULL, rc);
}

/* Sends one record for each item of a list with commas. */
static void send_list(struct sts_process *p, int64_t deadline_ms, const char *word,
	const char *list, enum record_error *rc)
{
	const char *item;
	size_t len;

	while (*rc == RECORD_OK && list && (item = tags_next(&list, &len)))
		*rc = peer_printf(&p->peer, deadline_ms, word, "%.*s", (int)len, item);
}

static void send_role(struct sts_process *p, int64_t deadline_ms,
	const struct sts_request_role *role, enum record_error *rc)
{
	sts_process_send(p, deadline_ms, WORD_ROLE_ARN, role->arn, rc);
	sts_process_send(p, deadline_ms, WORD_ROLE_SESSION_NAME, role->session_name, rc);
	sts_process_send(p, deadline_ms, WORD_EXTERNAL_ID, role->external_id, rc);
	sts_process_send(p, deadline_ms, WORD_SOURCE_IDENTITY, role->source_identity, rc);
	sts_process_send(p, deadline_ms, WORD_SESSION_POLICY, role->session_policy, rc);
	send_list(p, deadline_ms, WORD_TAG, role->tags, rc);
	send_list(p, deadline_ms, WORD_TRANSITIVE_TAG_KEY, role->transitive_tags, rc);
}

/* A long token goes out in several records. */
static void send_token(struct sts_process *p, int64_t deadline_ms, const struct secret *token,
	enum record_error *rc)
{
	char piece[TOKEN_PIECE + 1];

	for (size_t at = 0; token && at < token->size; at += TOKEN_PIECE) {
		size_t left = token->size - at, len = left < TOKEN_PIECE ? left : TOKEN_PIECE;

		memcpy(piece, token->data + at, len);
		piece[len] = '\0';
		sts_process_send(p, deadline_ms, WORD_SESSION_TOKEN, piece, rc);
	}
	if (token)
		explicit_bzero(piece, sizeof(piece));
}

static enum record_error send_request(
	struct sts_process *p, int64_t deadline_ms, const struct sts_request *r)
{
	enum record_error rc = RECORD_OK;

	sts_process_send(p, deadline_ms, WORD_ACCESS_KEY_ID, r->access_key_id, &rc);
	sts_process_send(p, deadline_ms, WORD_SECRET_ACCESS_KEY, r->secret_access_key->data, &rc);
	send_token(p, deadline_ms, r->session_token, &rc);
	sts_process_send(p, deadline_ms, WORD_SERIAL, r->serial, &rc);
	sts_process_send(p, deadline_ms, WORD_REGION, r->region, &rc);
	sts_process_send(p, deadline_ms, WORD_ENDPOINT_URL, r->endpoint_url, &rc);
	sts_process_send(p, deadline_ms, WORD_IAM_ENDPOINT_URL, r->iam_endpoint_url, &rc);
	sts_process_send(p, deadline_ms, WORD_CA_BUNDLE, r->ca_bundle, &rc);
	sts_process_send(p, deadline_ms, WORD_HTTPS_PROXY, r->https_proxy, &rc);
	sts_process_send(p, deadline_ms, WORD_NO_PROXY, r->no_proxy, &rc);
	sts_process_send_number(p, deadline_ms, WORD_DURATION, r->duration, &rc);
	send_flag(p, deadline_ms, WORD_LEGACY_ENDPOINT, r->legacy_endpoint, &rc);
	send_flag(p, deadline_ms, WORD_FIPS, r->fips, &rc);
	send_flag(p, deadline_ms, WORD_DUAL_STACK, r->dual_stack, &rc);
	send_flag(p, deadline_ms, WORD_GIVE_UP_ROOT, r->gives_up_root, &rc);
	sts_process_send_number(p, deadline_ms, WORD_DEADLINE, deadline_ms, &rc);
	sts_process_send_number(p, deadline_ms, WORD_TIMEOUT, r->timeout, &rc);
	for (size_t i = 0; i < r->n_roles; i++)
		send_role(p, deadline_ms, &r->roles[i], &rc);
	return rc;
}

enum status sts_process_start(struct sts_process *p, const struct sts_request *request,
	int64_t deadline_ms, struct error *e)
{
	enum record_error rc;
	int pair[2] = {-1, -1};
	int error;

	*p = (struct sts_process){0};
	p->buf = malloc(RECORD_MAX_STS); /* not calloc(): most of its pages are never used */
	if (!p->buf || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		free(p->buf);
		p->buf = NULL;
		return error_system(e, "aws-mfa-sts");
	}
	peer_init(&p->peer, &words_sts, PARENT, STS_SETTINGS, pair[0], p->buf);
	error = spawn(p, pair[1]);
	close(pair[1]);
	if (error != 0) {
		sts_process_end(p);
		return not_spawned(error, e);
	}
	rc = send_request(p, deadline_ms, request);
	if (rc == RECORD_OK || rc == RECORD_EOF)
		return STATUS_OK;
	sts_process_end(p);
	return error_set(
		e, STATUS_SYSTEM, "%s does not read its settings; try again", AWS_MFA_STS_PATH);
}

enum record_error sts_process_read(struct sts_process *p, int64_t deadline_ms, struct record *rec)
{
	for (;;) {
		int64_t step_ms = progress_step(deadline_ms);
		enum record_error rc = peer_read(&p->peer, step_ms, rec);

		if (rc != RECORD_TIMEOUT || step_ms == deadline_ms)
			return rc;
		progress_show();
	}
}

static void hear_time(struct sts_process *p, const char *text)
{
	int64_t seconds = record_number(text);

	p->heard_time = seconds >= 0 && seconds <= INT32_MAX * INT64_C(100);
	if (p->heard_time)
		p->server_ms = seconds * 1000 - boottime_ms();
}

void sts_process_note(struct sts_process *p, const struct record *rec)
{
	if (strcmp(rec->word, WORD_DEBUG) == 0)
		log_debug("%s", rec->text);
	else if (strcmp(rec->word, WORD_REQUEST_ID) == 0)
		snprintf(p->request_id, sizeof(p->request_id), "%s", rec->text);
	else if (strcmp(rec->word, WORD_SERVER_TIME) == 0)
		hear_time(p, rec->text);
}

bool sts_process_collect(
	const struct record *rec, const char *word, struct secret *value, bool *failed)
{
	struct secret joined;

	if (strcmp(rec->word, word) != 0)
		return false;
	if (!secret_make(&joined, value->size + rec->text_len)) {
		*failed = true;
		return true;
	}
	secret_add(&joined, value->data, value->size);
	secret_add(&joined, rec->text, rec->text_len);
	secret_free(value);
	*value = joined;
	return true;
}

time_t sts_process_time(const struct sts_process *p)
{
	return p->heard_time ? (time_t)((boottime_ms() + p->server_ms) / 1000) : time(NULL);
}

long sts_process_skew(const struct sts_process *p, char *text, size_t size)
{
	long behind = (long)(sts_process_time(p) - time(NULL));
	long off = labs(behind);
	const char *way = behind > 0 ? "slow" : "fast";

	if (off >= 3600)
		snprintf(text, size, "%ld h %ld min %s", off / 3600, off / 60 % 60, way);
	else
		snprintf(text, size, "%ld min %s", off / 60, way);
	return behind;
}

void sts_process_judge_clock(const struct sts_process *p, char *text, size_t size)
{
	char by[64];

	text[0] = '\0';
	if (labs(sts_process_skew(p, by, sizeof(by))) > SKEW_TOLERATED)
		snprintf(text, size,
			"this machine's clock is %s against AWS, so AWS tools may fail: set it "
			"(timedatectl set-ntp true)",
			by);
}

/*
 * The process ends when the socket is closed. It has started another process, and waits for its
 * end. If it were killed at once, the other one would be left to init.
 */
static bool ends_by_itself(const struct sts_process *p)
{
	shutdown(p->peer.reader.fd, SHUT_RDWR);
	for (int i = 0; i < END_LOOKS; i++) {
		if (waitpid(p->pid, NULL, WNOHANG) != 0)
			return true;
		usleep(LOOK_AGAIN_US);
	}
	return false;
}

void sts_process_end(struct sts_process *p)
{
	if (p->pid > 0 && !ends_by_itself(p)) {
		kill(p->pid, SIGKILL); /* not reaped yet, so no other process has this pid */
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (p->buf) {
		record_reader_wipe(&p->peer.reader);
		free(p->buf);
		close(p->peer.reader.fd);
	}
	p->pid = 0;
	p->buf = NULL;
}
