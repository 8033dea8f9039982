/*
 * What this file MUST guarantee:
 *  - the verdict comes from `aws-mfa serve` at the socket that only root can reach. There is no
 *    other way to one: without the socket the login is refused,
 *  - the session never comes into this process: it goes from serve to `aws-mfa store` in a pipe,
 *  - what `aws-mfa store` does, which the user controls, is STATUS_OK or STATUS_NOT_STORED,
 *  - every descriptor is closed as soon as it is not needed.
 */
#include "judge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clean.h"
#include "entry_open.h"
#include "item.h"
#include "keystore_socket.h"
#include "listen.h"
#include "monotonic.h"
#include "waiting.h"
#include "words_pam.h"

#define WRITE_MS 2000
#define STORE_MS 5000

/* The same for a second judge of this login. */
static void name_login(char id[static LOGIN_ID_DIGITS + 1])
{
	uint32_t random = 0;

	if (id[0])
		return;
	/* It is no secret, and need not be unguessable. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = (uint32_t)getpid();
	snprintf(id, LOGIN_ID_DIGITS + 1, "%08x", (unsigned)random);
}

static bool refuse(const struct login *login, enum status status, const char *why)
{
	login->talk->outcome = OUTCOME_RESULT;
	login->talk->status = status;
	/* The name of an account may hold what must not stand in a log line. */
	clean_text(login->talk->reason, sizeof(login->talk->reason), why);
	return false;
}

/*
 * systemd starts polkit's helper as root, since polkit 127, and connects its standard input to who
 * asks. Other programs may have a standard input that their caller has chosen.
 */
static bool asks_by_polkit(const struct login *login, uid_t *uid)
{
	struct ucred peer = {.uid = 0};
	socklen_t size = sizeof(peer);

	if (!item_is_polkit(login->pamh) ||
		getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	*uid = peer.uid;
	return true;
}

/*
 * The caller of a set-uid program is its real uid. Threat: one that sets no PAM_RUSER, or sets it
 * to the account, as polkit's helper: many prompts of it would use up the places of the account. su
 * and sudo take PAM_RUSER from the kernel. Network services take it from the client, but they also
 * set PAM_RHOST.
 */
static struct waiting_login who_waits(const struct login *login)
{
	struct waiting_login w = {
		.local = getuid() != 0, .caller = getuid(), .target = login->user->uid};
	const char *caller = item_text(login->pamh, PAM_RUSER);

	w.local = w.local || asks_by_polkit(login, &w.caller);
	if (w.local)
		return w;
	w.local = *caller && !*item_text(login->pamh, PAM_RHOST) && user_uid(caller, &w.caller);
	return w;
}

/* Makes the pipe for the session: the reading end for us, the writing end for serve. */
static bool make_pipe(int *read_end, int *write_end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	*read_end = ends[0];
	*write_end = ends[1];
	/* Threat: serve waits for a reader that the user has stopped. */
	return fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0;
}

/*
 * Opens the conversation. Ignores that serve has closed it: a result may be there that says why, as
 * of a serve of another version.
 */
static enum record_error open_conversation(
	struct judge *j, const struct login *login, unsigned seconds, const struct descriptors *d)
{
	const int64_t deadline_ms = monotonic_ms() + WRITE_MS;
	char user[sizeof("4294967295 ") + USER_NAME_MAX];
	char version[12], timeout[12], held[512];
	enum record_error rc, released;

	/*
	 * Threat: the caller kills this process before the place is with serve. Then nothing counts
	 * this connection. So as little as possible happens before: two writes. serve ends at once.
	 */
	peer_hold(&j->peer, held, sizeof(held));
	snprintf(version, sizeof(version), "%d", KEYSTORE_VERSION);
	snprintf(timeout, sizeof(timeout), "%u", seconds);
	snprintf(user, sizeof(user), "%u %s", (unsigned)login->user->uid, login->user->name);
	rc = peer_write(&j->peer, deadline_ms, WORD_VERSION, version);
	if (rc == RECORD_OK)
		rc = peer_write(&j->peer, deadline_ms, WORD_LOGIN, login->talk->login);
	if (rc == RECORD_OK)
		rc = peer_write(&j->peer, deadline_ms, WORD_TIMEOUT, timeout);
	if (rc == RECORD_OK && login->opt->profile)
		rc = peer_write(&j->peer, deadline_ms, WORD_PROFILE, login->opt->profile);
	if (rc == RECORD_OK)
		rc = peer_write_with(&j->peer, deadline_ms, WORD_USER, user, d);
	/* In any case: `held` ends here. */
	released = peer_release(&j->peer, deadline_ms);
	if (rc == RECORD_OK)
		rc = released;
	return rc == RECORD_EOF ? RECORD_OK : rc;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void stop(struct judge *j)
{
	record_reader_wipe(&j->peer.reader);
	close_one(&j->session);
	close_one(&j->helper.fd);
	close_one(&j->place); /* last. serve has it, too, until it ends */
}

/* Connects and opens the conversation. Then serve has its own entry and writing end. */
static enum status connect_and_open(struct judge *j, const struct login *login, unsigned seconds,
	bool waits, struct descriptors *d, char *why, size_t size)
{
	const struct waiting_login who = who_waits(login);
	enum status status =
		keystore_connect(&j->helper.fd, &j->place, &who, waits, &j->absent, why, size);

	if (status != STATUS_OK)
		return status;
	d->fd[USER_PLACE] = j->place;
	d->n = DESCRIPTORS_MAX;
	peer_init(&j->peer, &words_pam, PARENT, LOGIN_VERSION, j->helper.fd, j->buf);
	if (open_conversation(j, login, seconds, d) == RECORD_OK)
		return STATUS_OK;
	snprintf(why, size, "cannot write to the key store: %m");
	return STATUS_SYSTEM;
}

static bool start(struct judge *j, const struct login *login, unsigned seconds, bool waits)
{
	char why[sizeof(login->talk->reason)];
	int entry, to_session = -1;
	enum status status;

	name_login(login->talk->login);
	login->talk->who = "aws-mfa serve";
	*j = (struct judge){.helper = {-1, -1}, .session = -1, .place = -1};
	peer_init(&j->peer, &words_pam, PARENT, LOGIN_VERSION, -1, j->buf);
	if (geteuid() != 0)
		return refuse(login, STATUS_CONFIG, "keystore needs a program that runs as root");
	status = entry_open(&entry, login->user->name, why, sizeof(why));
	if (status != STATUS_OK)
		return refuse(login, status, why);
	if (make_pipe(&j->session, &to_session)) {
		status = connect_and_open(j, login, seconds, waits,
			&(struct descriptors){
				{[USER_ENTRY] = entry, [USER_SESSION] = to_session}, 2},
			why, sizeof(why));
	} else {
		snprintf(why, sizeof(why), "pipe: %m");
		status = STATUS_SYSTEM;
	}
	close_one(&entry);
	close_one(&to_session);
	if (status == STATUS_OK)
		return true;
	stop(j);
	return refuse(login, status, why);
}

static void store(struct judge *j, const struct login *login)
{
	const char *argv[] = {"aws-mfa", "store", "--login", login->talk->login, NULL};
	struct talk stored = {.until = -1, .who = "aws-mfa store"};
	struct talk *talk = login->talk;
	int64_t left_ms = STORE_MS;
	struct helper helper;
	struct peer peer;
	bool ok = false;

	/* Threat: a store that the user has frozen keeps a place. */
	close_one(&j->helper.fd);
	close_one(&j->place);
	if (helper_run(
		    &helper, login->user, argv, j->session, stored.reason, sizeof(stored.reason))) {
		close_one(&j->session);
		record_reader_wipe(&j->peer.reader);
		peer_init(&peer, &words_pam, PARENT, LOGIN_STORING, helper.fd, j->buf);
		ok = listen_next(login->pamh, login->opt, &peer, &left_ms, &stored) ==
				LISTEN_RESULT &&
			stored.status == STATUS_OK;
		record_reader_wipe(&peer.reader);
		helper_end(&helper);
	}
	if (ok)
		return;
	talk->status = STATUS_NOT_STORED;
	memcpy(talk->reason, stored.reason, sizeof(talk->reason));
}

const struct judge_kind judge_keystore = {
	.start = start,
	.stop = stop,
	.store = store,
	.always_asks = true,
	.advice = "; as root, run: aws-mfa doctor --pam ",
};
