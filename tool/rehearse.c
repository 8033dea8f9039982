#include "rehearse.h"

#include "prompt.h"
#include "text/log.h"
#include "text/shell.h"
#include "text/write_all.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum phase { AUTH, ACCOUNT, CREDENTIALS, SESSION, END, N_PHASES };

/* What the child has seen of one phase, as it sends it to the parent. */
struct phase_result {
	enum phase phase;
	int code;       /* of libpam */
	char says[120]; /* pam_strerror() */
};

/* Members named as the functions of libpam without "pam_". */
struct libpam_calls {
	int (*start)(const char *, const char *, const struct pam_conv *, pam_handle_t **);
	int (*end)(pam_handle_t *, int);
	int (*set_item)(pam_handle_t *, int, const void *);
	int (*putenv)(pam_handle_t *, const char *);
	int (*authenticate)(pam_handle_t *, int);
	int (*acct_mgmt)(pam_handle_t *, int);
	int (*setcred)(pam_handle_t *, int);
	int (*open_session)(pam_handle_t *, int);
	int (*close_session)(pam_handle_t *, int);
	const char *(*strerror)(pam_handle_t *, int);
};

struct rehearsal {
	const char *service, *user;
	char host[64]; /* where the login seems to come from */
	int tty;
	int report;           /* a pipe to the parent */
	void (*at_stop)(int); /* what SIGTSTP does to the child */
	struct libpam_calls pam;
	pam_handle_t *handle;
};

static bool load(struct libpam_calls *pam)
{
	/* RTLD_GLOBAL: some modules expect that their program has linked libpam. */
	void *library = dlopen("libpam.so.0", RTLD_NOW | RTLD_GLOBAL);
	const struct {
		const char *name;
		void *to;
	} names[] = {
		{"pam_start", &pam->start},
		{"pam_end", &pam->end},
		{"pam_set_item", &pam->set_item},
		{"pam_putenv", &pam->putenv},
		{"pam_authenticate", &pam->authenticate},
		{"pam_acct_mgmt", &pam->acct_mgmt},
		{"pam_setcred", &pam->setcred},
		{"pam_open_session", &pam->open_session},
		{"pam_close_session", &pam->close_session},
		{"pam_strerror", &pam->strerror},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *symbol = library ? dlsym(library, names[i].name) : NULL;

		if (!symbol)
			return false;
		memcpy(names[i].to, &symbol, sizeof(symbol));
	}
	return true;
}

/* Writes lines. Threat: text of a module steers the terminal. */
static void say(int tty, const char *text)
{
	char line[1024];
	size_t len;

	do {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line) - 1, "%.*s", (int)len, text);
		log_clean(line);
		write_all(tty, line, strlen(line));
		write_all(tty, "\n", 1);
		text += len;
	} while (*text++);
}

/* Asks, and returns the answer, which the caller frees. NULL: there is none. */
static char *ask(int tty, const struct pam_message *m)
{
	struct secret typed = {0};
	struct error e;
	char question[1024];
	char *answer = NULL;

	snprintf(question, sizeof(question), "%s", m->msg);
	log_clean(question);
	if (prompt_ask(tty, question, m->msg_style == PAM_PROMPT_ECHO_OFF, &typed, NULL, &e) ==
		STATUS_OK)
		answer = strdup(typed.data);
	secret_free(&typed);
	return answer;
}

/* Takes one message of a module. False: the conversation has failed. */
static bool take(int tty, const struct pam_message *m, struct pam_response *response)
{
	switch (m->msg_style) {
	case PAM_ERROR_MSG:
	case PAM_TEXT_INFO:
		say(tty, m->msg);
		return true;
	case PAM_PROMPT_ECHO_OFF:
	case PAM_PROMPT_ECHO_ON:
		response->resp = ask(tty, m);
		return response->resp;
	default:
		return false;
	}
}

/* For struct pam_conv. */
static int converse(
	int n, const struct pam_message **messages, struct pam_response **responses, void *arg)
{
	const struct rehearsal *r = arg;
	struct pam_response *made = n > 0 ? calloc((size_t)n, sizeof(*made)) : NULL;
	int taken = 0;

	*responses = made;
	while (made && taken < n && take(r->tty, messages[taken], &made[taken]))
		taken++;
	if (made && taken == n)
		return PAM_SUCCESS;
	for (int i = 0; i < taken; i++)
		secret_free_string(made[i].resp);
	free(made);
	*responses = NULL;
	return PAM_CONV_ERR;
}

static bool is_sshd(const struct rehearsal *r)
{
	return strcmp(r->service, "sshd") == 0;
}

/*
 * Sets what the service would set. sshd says which methods have succeeded before
 * (SSH_AUTH_INFO_0). sudo and su name the user who calls them.
 */
static int play_service(struct rehearsal *r)
{
	const char *tty = ttyname(r->tty);
	int rc;

	if (is_sshd(r)) {
		rc = r->pam.set_item(r->handle, PAM_TTY, "ssh");
		if (rc == PAM_SUCCESS)
			rc = r->pam.set_item(r->handle, PAM_RHOST, r->host);
		return rc == PAM_SUCCESS
			? r->pam.putenv(r->handle, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n")
			: rc;
	}
	rc = r->pam.set_item(r->handle, PAM_TTY, tty ? tty : "");
	if (rc == PAM_SUCCESS && strncmp(r->service, "su", 2) == 0)
		rc = r->pam.set_item(r->handle, PAM_RUSER, r->user);
	return rc;
}

/* Tells the parent how a phase ended. True if the next one may follow. */
static bool tell(const struct rehearsal *r, enum phase phase, int code)
{
	struct phase_result o = {.phase = phase, .code = code};

	snprintf(o.says, sizeof(o.says), "%s", r->pam.strerror(r->handle, code));
	return write_all(r->report, (const char *)&o, sizeof(o)) && code == PAM_SUCCESS;
}

static void play_phases(struct rehearsal *r)
{
	const struct libpam_calls *pam = &r->pam;
	pam_handle_t *h = r->handle;

	/* The order and the flags of sshd. */
	if (!tell(r, AUTH, pam->authenticate(h, PAM_DISALLOW_NULL_AUTHTOK)) ||
		!tell(r, ACCOUNT, pam->acct_mgmt(h, 0)))
		return;
	signal(SIGINT, SIG_IGN); /* a session that is opened is closed */
	if (!tell(r, CREDENTIALS, pam->setcred(h, PAM_ESTABLISH_CRED)))
		return;
	if (tell(r, SESSION, pam->open_session(h, 0)))
		tell(r, END, pam->close_session(h, 0));
	pam->setcred(h, PAM_DELETE_CRED);
}

/* The process of the modules. It has the environment and the umask of a daemon. */
static _Noreturn void play(struct rehearsal *r)
{
	const struct pam_conv conversation = {converse, r};
	int rc;

	clearenv();
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	umask(S_IWGRP | S_IWOTH);
	signal(SIGINT, SIG_DFL);
	signal(SIGTSTP, r->at_stop);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (!load(&r->pam))
		_exit(1);
	rc = r->pam.start(r->service, r->user, &conversation, &r->handle);
	if (rc == PAM_SUCCESS)
		rc = play_service(r);
	if (rc == PAM_SUCCESS)
		play_phases(r);
	else
		tell(r, AUTH, rc);
	if (r->handle)
		r->pam.end(r->handle, rc);
	_exit(0);
}

static const char *const names[N_PHASES] = {
	[AUTH] = "auth",
	[ACCOUNT] = "account",
	[CREDENTIALS] = "setcred",
	[SESSION] = "session",
	[END] = "end of session",
};

static void report(struct findings *l, const struct rehearsal *r, const struct phase_result *o)
{
	const char *name = o->phase < N_PHASES ? names[o->phase] : "?";
	char service[200], user[200];

	if (o->code == PAM_SUCCESS) {
		findings_pass(
			l, name, "%s: the stack of %s lets %s pass", name, r->service, r->user);
		return;
	}
	findings_add(l, "try", FINDING_FAULT, NULL, 0,
		"%s: the stack of %s refuses %s: %.119s (%d). See the system log, and what the stack does:",
		name, r->service, r->user, o->says, o->code);
	if (shell_quote(r->service, strlen(r->service), service, sizeof(service)) &&
		shell_quote(r->user, strlen(r->user), user, sizeof(user)))
		findings_run(l, "aws-mfa doctor --pam %s --user %s", service, user);
}

/* Reads what the child has told. Returns the number of phases that ended. */
static size_t read_results(struct findings *l, const struct rehearsal *r, int fd)
{
	struct phase_result o;
	size_t n = 0;

	while (read(fd, &o, sizeof(o)) == (ssize_t)sizeof(o)) {
		o.says[sizeof(o.says) - 1] = '\0';
		report(l, r, &o);
		n++;
	}
	return n;
}

/* ^C and ^Z reach the child, which puts the terminal in order first. We end and stop after it. */
static enum status await(pid_t child, int *status, struct error *e)
{
	do {
		while (waitpid(child, status, WUNTRACED) < 0)
			if (errno != EINTR)
				return error_system(e, "--try");
		if (WIFSTOPPED(*status))
			raise(SIGSTOP); /* NOLINT(cert-err33-c): cannot fail */
	} while (WIFSTOPPED(*status));
	return STATUS_OK;
}

/* How the child has ended, as our status. */
static enum status ended(int status, size_t phases, struct error *e)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) {
		signal(SIGINT, SIG_DFL);
		raise(SIGINT); /* NOLINT(cert-err33-c): we end */
	}
	if (WIFSIGNALED(status))
		return error_set(e, STATUS_SYSTEM,
			"--try: a module has ended the process (signal %d)", WTERMSIG(status));
	if (phases == 0)
		return error_set(e, STATUS_SYSTEM, "--try: libpam.so.0 cannot be loaded");
	return STATUS_OK;
}

/* The address of the person at this shell, so that rules about addresses fit. */
static void find_host(struct rehearsal *r)
{
	const char *connection = getenv("SSH_CONNECTION");
	size_t len = connection ? strcspn(connection, " ") : 0;

	if (len == 0 || len >= sizeof(r->host))
		snprintf(r->host, sizeof(r->host), "127.0.0.1");
	else
		snprintf(r->host, sizeof(r->host), "%.*s", (int)len, connection);
}

static void announce(const struct rehearsal *r)
{
	char text[700];

	snprintf(text, sizeof(text), "Real login: user %.100s, service %.100s%s%s.", r->user,
		r->service, is_sshd(r) ? ", after a key, from " : "", is_sshd(r) ? r->host : "");
	say(r->tty, text);
	say(r->tty,
		"It spends a code. Wrong answers count in pam_faillock, and the session is\n"
		"written to utmp. Until then ^C stops it.");
}

static enum status start(struct findings *l, struct rehearsal *r, struct error *e)
{
	enum status rc;
	pid_t child;
	int fds[2], status = 0;

	/* Not blocking: a process that a module has left may keep the other end. */
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_system(e, "--try");
	r->report = fds[1];
	announce(r);
	signal(SIGINT, SIG_IGN);
	r->at_stop = signal(SIGTSTP, SIG_IGN);
	child = fork();
	if (child == 0) {
		close(fds[0]);
		play(r);
	}
	rc = child > 0 ? await(child, &status, e) : error_system(e, "--try");
	signal(SIGTSTP, r->at_stop);
	close(fds[1]);
	if (rc == STATUS_OK)
		rc = ended(status, read_results(l, r, fds[0]), e);
	close(fds[0]);
	return rc;
}

enum status rehearse(struct findings *l, const char *service, const char *user, struct error *e)
{
	struct rehearsal r = {.service = service, .user = user};
	enum status rc;

	if (geteuid() != 0)
		return error_set(
			e, STATUS_SYSTEM, "--try: only root can try a login; run it with sudo");
	if (!getpwnam(user))
		return error_set(e, STATUS_USAGE, "--try: there is no user '%.200s' here", user);
	r.tty = prompt_open();
	if (r.tty < 0)
		return error_set(
			e, STATUS_SYSTEM, "--try: there is no terminal to ask on; run it on one");
	find_host(&r);
	rc = start(l, &r, e);
	close(r.tty);
	return rc;
}
