/*
 * aws-mfa serve: keystore mode. systemd runs it, once for each login, as a user of its own
 * (systemd/aws-mfa-keystore@.service). It judges the code. What this file MUST guarantee:
 *
 * - it serves only root, at the other end of the socket that systemd passed as RECORD_FD,
 * - the keys come from the descriptor that came with the user's name, and are that user's,
 * - result 0 or 10 comes only after AWS has accepted a code in this conversation,
 * - it waits for nothing that the user can delay: the session goes into a pipe at once or not at
 *   all.
 */
#include "clean.h"
#include "code.h"
#include "command.h"
#include "conversation.h"
#include "exchange.h"
#include "keystore/entry.h"
#include "keystore/entry_settings.h"
#include "keystore/session_pipe.h"
#include "monotonic.h"
#include "paths.h"
#include "settings/settings.h"
#include "sts_request.h"
#include "text/log.h"
#include "timeout.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The module sends all of the opening at once. */
#define OPENING_MS 10000

struct serving {
	struct conversation conversation;
	char login[LOGIN_ID_DIGITS + 1];
	char *timeout, *profile, *user; /* as the module sent them; NULL: not sent */
	uid_t uid;
	struct descriptors with; /* with the user: USER_ENTRY and so on */
	char path[PATH_MAX];     /* of the entry, for messages */
	struct entry entry;
	struct settings settings;
	struct exchange exchange;
	int64_t deadline_ms;    /* excludes the time the user takes to type */
	int64_t asked_since_ms; /* 0: not asked yet */
	char key_id[129];
	/* For the log. */
	bool judged; /* status is the result that was sent */
	enum status status;
	char reason[1024];
};

/* --- the log --- */

static const char *result_name(const struct serving *s)
{
	static const char *const names[] = {
		[STATUS_OK] = "accepted",
		[STATUS_SYSTEM] = "system-error",
		[STATUS_NOT_STORED] = "not-stored",
		[STATUS_WRONG_CODE] = "wrong-code",
		[STATUS_CONFIG] = "configuration",
		[STATUS_UNAVAILABLE] = "unavailable",
		[STATUS_CODE_SPENT] = "code-spent",
	};
	size_t status = (size_t)s->status;

	if (!s->judged)
		return "no-answer";
	return status < sizeof(names) / sizeof(names[0]) && names[status] ? names[status]
									  : "system-error";
}

static void log_login(const struct serving *s)
{
	char user[256], reason[sizeof(s->reason)];

	clean_word(user, sizeof(user), s->user ? s->user : "-");
	clean_text(reason, sizeof(reason), s->reason);
	(void)dprintf(STDERR_FILENO, "login=%s user=%s account=%s result=%s%s%s%s\n",
		*s->login ? s->login : "-", user, s->entry.account ? s->entry.account : "-",
		result_name(s), *reason ? " reason=\"" : "", reason, *reason ? "\"" : "");
}

/* Notes a result for the log. Returns it. */
static enum status note(struct serving *s, enum status rc, const struct error *e)
{
	s->judged = true;
	s->status = rc;
	snprintf(s->reason, sizeof(s->reason), "%s", e->text);
	return rc;
}

/* --- before the user is asked --- */

/* sd_listen_fds(3): systemd has passed one socket to this process. */
static bool is_run_by_systemd(void)
{
	const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");

	if (fds && pid && strcmp(fds, "1") == 0 && record_number(pid) == getpid())
		return conversation_is_possible("serve");
	log_error("serve: only systemd runs this command: aws-mfa-keystore.socket");
	return false;
}

/* Threat: the socket file has a wrong mode, and a user connects to it. */
static bool is_root_there(struct serving *s)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof(peer);
	struct error e = {0};

	if (getsockopt(RECORD_FD, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0)
		return true;
	error_set(&e, STATUS_SYSTEM, "uid %ju is not served", (uintmax_t)peer.uid);
	note(s, STATUS_SYSTEM, &e);
	return false;
}

static bool is_login_id(const char *text)
{
	return strlen(text) == LOGIN_ID_DIGITS &&
		strspn(text, "0123456789abcdef") == LOGIN_ID_DIGITS;
}

/* Takes "UID NAME" and the descriptors. */
static bool take_user(struct serving *s, const struct record *rec)
{
	char *space = strchr(rec->text, ' ');
	int64_t uid;

	s->with = rec->with;
	if (!space)
		return false;
	*space = '\0';
	uid = record_number(rec->text);
	s->uid = (uid_t)uid;
	s->user = strdup(space + 1);
	return uid >= 0 && (int64_t)s->uid == uid && s->user && !entry_name_check(s->user);
}

/* Takes one record of the opening. False: it is malformed, or there is no memory. */
static bool take_opening(struct serving *s, const struct record *rec, struct error *e)
{
	int64_t version;

	if (strcmp(rec->word, WORD_VERSION) == 0) {
		version = record_number(rec->text);
		if (version != KEYSTORE_VERSION)
			error_set(e, STATUS_SYSTEM,
				"keystore protocol %d here, %jd there; install aws-mfa and "
				"pam_aws_mfa.so of one version, and run: systemctl restart "
				"aws-mfa-keystore.socket",
				KEYSTORE_VERSION, (intmax_t)version);
		return version == KEYSTORE_VERSION;
	}
	if (strcmp(rec->word, WORD_LOGIN) == 0) {
		if (is_login_id(rec->text))
			memcpy(s->login, rec->text, sizeof(s->login));
		return *s->login;
	}
	if (strcmp(rec->word, WORD_TIMEOUT) == 0)
		return (s->timeout = strdup(rec->text)) != NULL;
	if (strcmp(rec->word, WORD_PROFILE) == 0)
		return (s->profile = strdup(rec->text)) != NULL;
	return take_user(s, rec);
}

/* Reads the opening: who logs in. */
static enum status hear_opening(struct serving *s, struct error *e)
{
	int64_t deadline_ms = monotonic_ms() + OPENING_MS;

	record_reader_take_descriptors(&s->conversation.module.reader);
	error_set(e, STATUS_SYSTEM, "the module sent records that aws-mfa does not understand");
	while (s->conversation.module.state != LOGIN_STARTED) {
		struct record rec;
		enum record_error rc = peer_read(&s->conversation.module, deadline_ms, &rec);

		if (rc == RECORD_FAILED)
			return error_system(e, "what the module sends");
		if (rc == RECORD_EOF)
			return error_set(
				e, STATUS_SYSTEM, "the module ended before it said who logs in");
		if (rc == RECORD_TIMEOUT)
			return error_set(e, STATUS_SYSTEM,
				"the module did not say within %d s who logs in",
				OPENING_MS / 1000);
		if (rc != RECORD_OK)
			return e->status;
		if (!take_opening(s, &rec, e))
			return e->status;
	}
	e->text[0] = '\0';
	return STATUS_OK;
}

static enum status read_entry(struct serving *s, struct error *e)
{
	const struct entry_login login = {s->profile, s->timeout};
	enum status rc = session_pipe_check(s->with.fd[USER_SESSION], e);

	snprintf(s->path, sizeof(s->path), "%s/%s", AWS_MFA_KEYS_DIR, s->user);
	if (rc == STATUS_OK)
		rc = entry_read(&s->entry, s->with.fd[USER_ENTRY], s->path, e);
	/* NOLINTNEXTLINE(clang-analyzer-unix.*): each word comes once, and run() frees it */
	if (rc == STATUS_OK)
		rc = entry_is_of(&s->entry, s->user, s->uid, s->path, e);
	return rc == STATUS_OK ? entry_settings(&s->settings, &s->entry, s->path, &login, e) : rc;
}

static enum status start_exchange(struct serving *s, struct error *e)
{
	struct sts_request request = sts_request_for_code(&s->settings);
	enum status rc;

	request.access_key_id = s->entry.access_key_id;
	request.secret_access_key = &s->entry.secret_access_key;
	rc = exchange_start(&s->exchange, &request, s->deadline_ms, e);
	secret_free(&s->entry.secret_access_key); /* aws-mfa-sts has it now */
	s->asked_since_ms = monotonic_ms();
	return rc;
}

/* --- the code --- */

static enum status hand_over(struct serving *s, struct session *session, struct error *e)
{
	const struct parcel parcel = {s->settings.value[SETTING_PROFILE],
		s->settings.value[SETTING_ASSUME_ROLE], *session};
	enum status rc = session_pipe_write(s->with.fd[USER_SESSION], &parcel, e);

	if (rc == STATUS_OK)
		sts_process_judge_clock(&s->exchange.process, e->text, sizeof(e->text));
	return rc;
}

static enum status try_code(void *arg, const char *code, struct tried *tried, struct error *e)
{
	struct serving *s = arg;
	struct session session = {0};
	enum status rc;

	s->deadline_ms += monotonic_ms() - s->asked_since_ms;
	rc = exchange_code(&s->exchange, code, s->deadline_ms, &session, e);
	if (rc == STATUS_OK) {
		snprintf(s->key_id, sizeof(s->key_id), "%s", session.access_key_id.data);
		rc = hand_over(s, &session, e);
	} else {
		code_strike_out(e->text, code); /* AWS may quote the code in its message */
	}
	*tried = (struct tried){s->exchange.process.request_id, s->key_id, session.expiration};
	session_free(&session);
	s->asked_since_ms = monotonic_ms();
	return note(s, rc, e);
}

static void serve(struct serving *s)
{
	struct error e = {0};
	enum status rc = hear_opening(s, &e);

	s->deadline_ms = monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000);
	if (rc == STATUS_OK)
		rc = read_entry(s, &e);
	if (rc == STATUS_OK) {
		s->deadline_ms = monotonic_ms() + s->settings.timeout * 1000;
		conversation_tell_account(&s->conversation, &s->settings);
		rc = start_exchange(s, &e);
	}
	if (rc == STATUS_OK)
		conversation_ask(&s->conversation, try_code, s);
	else
		conversation_tell_result(&s->conversation, note(s, rc, &e), e.text);
}

static enum status run(const struct command_line *line)
{
	struct serving s = {0};

	(void)line;
	if (!is_run_by_systemd())
		return STATUS_USAGE;
	clearenv();
	conversation_begin(&s.conversation, LOGIN_VERSION);
	if (is_root_there(&s))
		serve(&s);
	log_login(&s);
	exchange_end(&s.exchange);
	conversation_end(&s.conversation);
	descriptors_close(&s.with);
	settings_free(&s.settings);
	entry_free(&s.entry);
	free(s.timeout);
	free(s.profile);
	free(s.user);
	return STATUS_OK;
}

const struct command cmd_serve = {
	.name = "serve",
	.run = run,
	.summary = "for aws-mfa-keystore.socket only",
	.help = "For aws-mfa-keystore.socket only. It exchanges records with pam_aws_mfa.so over a "
		"socket.",
	.hidden = true,
};
