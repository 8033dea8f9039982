#include "exchange.h"

#include "boottime.h"
#include "compat.h"
#include "paths.h"
#include "settings/tags.h"
#include "sts_limits.h"
#include "text/log.h"
#include "text/secret.h"
#include "words_sts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOW_MS 1000 /* after this time tell the user to wait */

/* Makes exec close all descriptors above RECORD_FD that the caller left open. Returns 0 or an
 * errno. */
static int inherit_nothing(void)
{
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	if (syscall(SYS_close_range, RECORD_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	/* Linux before 5.11 cannot do that. */
	dir = opendir("/proc/self/fd");
	if (!dir)
		return errno;
	while ((entry = readdir(dir))) {
		long fd = strtol(entry->d_name, NULL, 10);

		if (fd > RECORD_FD && fcntl((int)fd, F_SETFD, FD_CLOEXEC) != 0)
			rc = errno;
	}
	closedir(dir);
	return rc;
}

/*
 * Starts the process. It inherits nothing: it gets an empty environment, /dev/null, one socket and
 * default signals. Returns 0 or an errno.
 */
static int spawn(struct exchange *x, int peer)
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
		rc = inherit_nothing();
	if (rc == 0)
		rc = posix_spawn_file_actions_addchdir_np(&actions, "/");
	if (rc == 0) {
		posix_spawnattr_setsigmask(&attr, &none);
		posix_spawnattr_setsigdefault(&attr, &all);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		errno = 0;
		rc = posix_spawn(&x->pid, AWS_MFA_STS_PATH, &actions, &attr, argv, envp);
		/* glibc 2.31 says EPERM whenever clone() fails. */
		if (rc == EPERM && errno != 0)
			rc = errno;
	}
	if (rc != 0)
		x->pid = 0;
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

/* Sends word unless value is NULL. Does nothing after a failure: *rc keeps the first one. */
static void send_setting(struct exchange *x, int64_t deadline_ms, const char *word,
	const char *value, enum record_error *rc)
{
	if (*rc == RECORD_OK && value)
		*rc = peer_write(&x->peer, deadline_ms, word, value);
}

static void send_number(
	struct exchange *x, int64_t deadline_ms, const char *word, int64_t n, enum record_error *rc)
{
	char text[32];

	snprintf(text, sizeof(text), "%jd", (intmax_t)n);
	send_setting(x, deadline_ms, word, text, rc);
}

static void send_flag(
	struct exchange *x, int64_t deadline_ms, const char *word, bool yes, enum record_error *rc)
{
	send_setting(x, deadline_ms, word, yes ? "" : NULL, rc);
}

/* Sends one record for each item of a list with commas. */
static void send_list(struct exchange *x, int64_t deadline_ms, const char *word, const char *list,
	enum record_error *rc)
{
	const char *item;
	size_t len;

	while (*rc == RECORD_OK && list && (item = tags_next(&list, &len)))
		*rc = peer_printf(&x->peer, deadline_ms, word, "%.*s", (int)len, item);
}

static void send_role(struct exchange *x, int64_t deadline_ms, const struct sts_request_role *role,
	enum record_error *rc)
{
	send_setting(x, deadline_ms, WORD_ROLE_ARN, role->arn, rc);
	send_setting(x, deadline_ms, WORD_ROLE_SESSION_NAME, role->session_name, rc);
	send_setting(x, deadline_ms, WORD_EXTERNAL_ID, role->external_id, rc);
	send_setting(x, deadline_ms, WORD_SOURCE_IDENTITY, role->source_identity, rc);
	send_list(x, deadline_ms, WORD_TAG, role->tags, rc);
	send_list(x, deadline_ms, WORD_TRANSITIVE_TAG_KEY, role->transitive_tags, rc);
}

static enum record_error send_request(
	struct exchange *x, int64_t deadline_ms, const struct sts_request *r)
{
	enum record_error rc = RECORD_OK;

	send_setting(x, deadline_ms, WORD_ACCESS_KEY_ID, r->access_key_id, &rc);
	send_setting(x, deadline_ms, WORD_SECRET_ACCESS_KEY, r->secret_access_key->data, &rc);
	send_setting(x, deadline_ms, WORD_SERIAL, r->serial, &rc);
	send_setting(x, deadline_ms, WORD_REGION, r->region, &rc);
	send_setting(x, deadline_ms, WORD_ENDPOINT_URL, r->endpoint_url, &rc);
	send_setting(x, deadline_ms, WORD_CA_BUNDLE, r->ca_bundle, &rc);
	send_setting(x, deadline_ms, WORD_HTTPS_PROXY, r->https_proxy, &rc);
	send_setting(x, deadline_ms, WORD_NO_PROXY, r->no_proxy, &rc);
	send_number(x, deadline_ms, WORD_DURATION, r->duration, &rc);
	send_flag(x, deadline_ms, WORD_LEGACY_ENDPOINT, r->legacy_endpoint, &rc);
	send_flag(x, deadline_ms, WORD_FIPS, r->fips, &rc);
	send_flag(x, deadline_ms, WORD_DUAL_STACK, r->dual_stack, &rc);
	send_number(x, deadline_ms, WORD_DEADLINE, deadline_ms, &rc);
	send_number(x, deadline_ms, WORD_TIMEOUT, r->timeout, &rc);
	for (size_t i = 0; i < r->n_roles; i++)
		send_role(x, deadline_ms, &r->roles[i], &rc);
	send_setting(x, deadline_ms, WORD_CONNECT, r->signed_warm_up ? "signed" : "unsigned", &rc);
	return rc;
}

static enum status broken(struct exchange *x, struct error *e)
{
	exchange_end(x);
	if (x->code_sent)
		return error_set(e, STATUS_CODE_SPENT,
			"aws-mfa-sts has ended without an answer; the code may be used up: try "
			"with the next one");
	return error_set(
		e, STATUS_SYSTEM, "%s has ended without an answer; try again", AWS_MFA_STS_PATH);
}

enum status exchange_start(
	struct exchange *x, const struct sts_request *request, int64_t deadline_ms, struct error *e)
{
	enum record_error rc;
	int pair[2] = {-1, -1};
	int error;

	x->ready = x->code_sent = x->heard_time = false;
	x->request_id[0] = '\0';
	x->buf = malloc(RECORD_MAX_STS); /* not calloc(): most of its pages are never used */
	if (!x->buf || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		free(x->buf);
		x->buf = NULL;
		return error_system(e, "aws-mfa-sts");
	}
	peer_init(&x->peer, &words_sts, PARENT, STS_SETTINGS, pair[0], x->buf);
	error = spawn(x, pair[1]);
	close(pair[1]);
	if (error != 0) {
		exchange_end(x);
		return not_spawned(error, e);
	}
	rc = send_request(x, deadline_ms, request);
	/* RECORD_EOF: the process says why before it ends. exchange_step() reads that. */
	return rc == RECORD_OK || rc == RECORD_EOF ? STATUS_OK : broken(x, e);
}

/* Reads any record. For a `result` other than 0 it returns that status and fills *e. */
static enum status take(
	struct exchange *x, int64_t deadline_ms, struct record *rec, struct error *e)
{
	int64_t slow_ms = monotonic_ms() + SLOW_MS;
	enum record_error rc = RECORD_TIMEOUT;
	enum status status;
	const char *text;

	if (x->show_progress && slow_ms < deadline_ms)
		rc = peer_read(&x->peer, slow_ms, rec);
	if (rc == RECORD_TIMEOUT) {
		if (x->show_progress && slow_ms < deadline_ms) {
			log_info("waiting for AWS to answer ...");
			x->show_progress = false;
		}
		/* Wait a little longer: at the deadline the process says what it waited for. */
		rc = peer_read(&x->peer, deadline_ms + 500, rec);
	}
	if (rc != RECORD_OK)
		return broken(x, e);
	if (strcmp(rec->word, WORD_DEBUG) == 0)
		log_debug("%s", rec->text);
	if (strcmp(rec->word, WORD_REQUEST_ID) == 0)
		snprintf(x->request_id, sizeof(x->request_id), "%s", rec->text);
	if (strcmp(rec->word, WORD_RESULT) != 0)
		return STATUS_OK;
	status = record_result(rec->text, &text);
	if (status != STATUS_OK)
		error_set(e, status, "%s", text);
	if (status != STATUS_OK && status != STATUS_WRONG_CODE)
		exchange_end(x);
	return status;
}

enum status exchange_step(struct exchange *x, int64_t deadline_ms, struct error *e)
{
	struct record rec;
	enum status rc = take(x, deadline_ms, &rec, e);

	if (rc != STATUS_OK)
		return rc;
	if (strcmp(rec.word, WORD_READY) == 0) {
		x->ready = true;
		if (rec.text_len > 0)
			log_debug("connected to STS as %s", rec.text);
	}
	return STATUS_OK;
}

/*
 * If rec is word, adds its text to *value and returns true. A long token comes in several records.
 */
static bool collect(const struct record *rec, const char *word, struct secret *value, bool *failed)
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

static void hear_time(struct exchange *x, const char *text)
{
	int64_t seconds = record_number(text);

	x->heard_time = seconds >= 0 && seconds <= INT32_MAX * INT64_C(100);
	if (x->heard_time)
		x->server_ms = seconds * 1000 - boottime_ms();
}

time_t exchange_time(const struct exchange *x)
{
	return x->heard_time ? (time_t)((boottime_ms() + x->server_ms) / 1000) : time(NULL);
}

void exchange_judge_clock(const struct exchange *x, char *text, size_t size)
{
	long behind = (long)(exchange_time(x) - time(NULL));
	long off = behind < 0 ? -behind : behind;
	char by[64];

	text[0] = '\0';
	if (off <= SKEW_TOLERATED)
		return;
	if (off >= 3600)
		snprintf(by, sizeof(by), "%ld h %ld min", off / 3600, off / 60 % 60);
	else
		snprintf(by, sizeof(by), "%ld min", off / 60);
	snprintf(text, size,
		"this machine's clock is %s %s against AWS, so AWS tools may fail: set it "
		"(timedatectl set-ntp true)",
		by, behind > 0 ? "slow" : "fast");
}

static enum status take_session(
	struct exchange *x, int64_t deadline_ms, struct session *session, struct error *e)
{
	bool failed = false;
	struct record rec;

	do {
		enum status rc = take(x, deadline_ms, &rec, e);

		if (rc != STATUS_OK)
			return rc;
		if (strcmp(rec.word, WORD_EXPIRATION) == 0)
			session->expiration = (time_t)record_number(rec.text);
		else if (strcmp(rec.word, WORD_SERVER_TIME) == 0)
			hear_time(x, rec.text);
		else if (!collect(&rec, WORD_ACCESS_KEY_ID, &session->access_key_id, &failed) &&
			!collect(
				&rec, WORD_SECRET_ACCESS_KEY, &session->secret_access_key, &failed))
			collect(&rec, WORD_SESSION_TOKEN, &session->session_token, &failed);
	} while (!failed && strcmp(rec.word, WORD_RESULT) != 0);
	if (failed || !session->access_key_id.data || !session->secret_access_key.data ||
		!session->session_token.data || session->expiration <= 0)
		return broken(x, e);
	return STATUS_OK;
}

enum status exchange_code(struct exchange *x, const char *code, int64_t deadline_ms,
	struct session *session, struct error *e)
{
	enum status rc = STATUS_OK;
	enum record_error sent = RECORD_OK;

	*session = (struct session){0};
	while (rc == STATUS_OK && !x->ready)
		rc = exchange_step(x, deadline_ms, e);
	if (rc != STATUS_OK)
		return rc;
	send_number(x, deadline_ms, WORD_DEADLINE, deadline_ms, &sent);
	send_setting(x, deadline_ms, WORD_CODE, code, &sent);
	x->code_sent = sent != RECORD_EOF;
	/* RECORD_EOF: the process ended before it read the code, and said why. */
	if (sent == RECORD_OK || sent == RECORD_EOF)
		rc = take_session(x, deadline_ms, session, e);
	else
		rc = broken(x, e);
	if (rc != STATUS_OK)
		session_free(session);
	return rc;
}

void exchange_end(struct exchange *x)
{
	if (x->pid > 0) {
		kill(x->pid, SIGKILL); /* not reaped yet, so no other process has this pid */
		while (waitpid(x->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (x->buf) {
		record_reader_wipe(&x->peer.reader);
		free(x->buf);
		close(x->peer.reader.fd);
	}
	x->pid = 0;
	x->buf = NULL;
	x->ready = false;
}
