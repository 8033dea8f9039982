/*
 * A PAM application for the cases. It makes the calls that its arguments name. It prints every
 * message of the conversation, every log line and every answer of PAM, so that a case can compare
 * them word for word.
 *
 * 	login CONFDIR SERVICE USER [OPTION...] CALL...
 * 	login words	lists the words it understands
 *
 * CALL is auth, setcred, account, open, close or chauthtok. An OPTION counts for the calls after
 * it; see take_option(). Answers are taken in order. Some answers are misbehaviour:
 * 	@null   PAM_SUCCESS and a NULL answer     @none  PAM_SUCCESS and no response at all
 * 	@fail   PAM_CONV_ERR                      @again PAM_CONV_AGAIN
 * 	@freed  PAM_CONV_ERR and a freed response @long  a megabyte of digits
 * 	@bytes  every byte there is               @wild  no code of PAM's and a wild pointer
 * 	@user=NAME  sets PAM_USER, then gives the next answer
 * 	@slow       takes 200 ms, then gives the next answer
 * 	@until=FILE waits for that file, then gives the next answer
 *
 * Its look-up of accounts ignores case, as some directories do.
 *
 * It must export its symbols (-rdynamic): see log_lines.h.
 */
#include "log_lines.h"
#include "misbehave.h"
#include "words.h"

#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWERS 16
#define DESCRIPTORS 256

static FILE *out;
bool listing;

struct person {
	pam_handle_t *pamh;
	const char *answers[ANSWERS];
	size_t n, next;
};

static char *million_digits(void)
{
	size_t n = 1U << 20;
	char *digits = malloc(n + 1);

	if (digits) {
		memset(digits, '1', n);
		digits[n] = '\0';
	}
	return digits;
}

static char *all_bytes(void)
{
	char *bytes = malloc(256);

	for (int i = 0; bytes && i < 256; i++)
		bytes[i] = (char)(i + 1);
	return bytes;
}

static const char *next_answer(struct person *person)
{
	return person->next < person->n ? person->answers[person->next++] : "@fail";
}

static int answer(struct person *person, struct pam_response **response)
{
	const char *text = next_answer(person);

	if (begins(text, "@user=")) {
		pam_set_item(person->pamh, PAM_USER, text + 6);
		text = next_answer(person);
	}
	if (is(text, "@slow")) {
		usleep(200000);
		text = next_answer(person);
	}
	if (begins(text, "@until=")) {
		while (access(text + 7, F_OK) != 0)
			usleep(10000);
		text = next_answer(person);
	}
	if (is(text, "@fail"))
		return PAM_CONV_ERR;
	if (is(text, "@again"))
		return PAM_CONV_AGAIN;
	if (is(text, "@none"))
		return PAM_SUCCESS;
	if (is(text, "@wild")) {
		*response = (struct pam_response *)(uintptr_t)16;
		return 12345;
	}
	*response = calloc(1, sizeof(**response));
	if (!*response)
		return PAM_BUF_ERR;
	if (is(text, "@freed")) {
		free(*response);
		return PAM_CONV_ERR;
	}
	if (is(text, "@null"))
		return PAM_SUCCESS;
	if (is(text, "@long"))
		(*response)->resp = million_digits();
	else
		(*response)->resp = is(text, "@bytes") ? all_bytes() : strdup(text);
	return PAM_SUCCESS;
}

static int converse(
	int n, const struct pam_message **messages, struct pam_response **response, void *data)
{
	const struct pam_message *m = messages[0];
	struct person *person = data;

	if (n != 1)
		return PAM_CONV_ERR;
	switch (m->msg_style) {
	case PAM_PROMPT_ECHO_OFF:
		fprintf(out, "hidden prompt: \"%s\"\n", m->msg);
		return answer(person, response);
	case PAM_PROMPT_ECHO_ON:
		fprintf(out, "visible prompt: \"%s\"\n", m->msg);
		return answer(person, response);
	case PAM_ERROR_MSG:
		fprintf(out, "error: %s\n", m->msg);
		break;
	case PAM_TEXT_INFO:
		fprintf(out, "info: %s\n", m->msg);
		break;
	default:
		return PAM_CONV_ERR;
	}
	*response = calloc(1, sizeof(**response));
	return PAM_SUCCESS;
}

/* Has the name of libc's function, so that the module calls this one. */
int getpwnam_r(
	const char *name, struct passwd *entry, char *buf, size_t size, struct passwd **result)
{
	int (*next)(const char *, struct passwd *, char *, size_t, struct passwd **);
	char folded[256] = "";

	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	for (size_t i = 0; name[i] && i < sizeof(folded) - 1; i++)
		folded[i] = (char)tolower((unsigned char)name[i]);
	return next(folded, entry, buf, size, result);
}

/* Replaces libpam's sleep. */
static void delay(int rc, unsigned microseconds, void *data)
{
	(void)rc, (void)data;
	if (microseconds > 0)
		fprintf(out, "delay\n");
}

static const char *name_of(int rc)
{
	static const struct {
		int rc;
		const char *name;
	} names[] = {
#define NAME(code) {code, #code}
		NAME(PAM_SUCCESS), NAME(PAM_IGNORE), NAME(PAM_AUTH_ERR), NAME(PAM_MAXTRIES),
		NAME(PAM_CRED_INSUFFICIENT), NAME(PAM_AUTHINFO_UNAVAIL), NAME(PAM_USER_UNKNOWN),
		NAME(PAM_CONV_ERR), NAME(PAM_INCOMPLETE), NAME(PAM_SERVICE_ERR),
		NAME(PAM_SYSTEM_ERR), NAME(PAM_PERM_DENIED), NAME(PAM_MODULE_UNKNOWN),
		NAME(PAM_ABORT)};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].rc == rc)
			return names[i].name;
	return "?";
}

static int call(pam_handle_t *pamh, const char *what, unsigned flags)
{
	if (is(what, "auth"))
		return pam_authenticate(pamh, (int)flags);
	if (is(what, "setcred"))
		return pam_setcred(pamh, (int)(flags | PAM_ESTABLISH_CRED));
	if (is(what, "account"))
		return pam_acct_mgmt(pamh, (int)flags);
	if (is(what, "open"))
		return pam_open_session(pamh, (int)flags);
	if (is(what, "close"))
		return pam_close_session(pamh, (int)flags);
	if (is(what, "chauthtok"))
		return pam_chauthtok(pamh, (int)flags);
	if (!listing)
		fprintf(out, "no such call: %s\n", what);
	return -1;
}

/* The state of the process that the module must not change. */
struct state {
	struct sigaction actions[NSIG];
	sigset_t mask;
	bool open[DESCRIPTORS];
};

static void observe(struct state *s)
{
	memset(s, 0, sizeof(*s));
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, NULL, &s->actions[sig]);
	sigprocmask(SIG_SETMASK, NULL, &s->mask);
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		s->open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void compare(const struct state *before)
{
	struct state after;

	observe(&after);
	for (int sig = 1; sig < NSIG; sig++)
		if (after.actions[sig].sa_handler != before->actions[sig].sa_handler ||
			sigismember(&after.mask, sig) != sigismember(&before->mask, sig))
			fprintf(out, "LEFT BEHIND: signal %d changed\n", sig);
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (after.open[fd] != before->open[fd])
			fprintf(out, "LEFT BEHIND: descriptor %d\n", fd);
	if (waitpid(-1, NULL, WNOHANG) >= 0)
		fprintf(out, "LEFT BEHIND: a child\n");
}

static void call_and_print(pam_handle_t *pamh, const char *what, unsigned flags)
{
	struct state before;
	int rc;

	observe(&before);
	rc = call(pamh, what, flags);
	fprintf(out, "%s = %s\n", what, name_of(rc));
	compare(&before);
}

struct login {
	struct person person;
	struct pam_conv conv;
	unsigned flags;
};

/* Returns the number of arguments that it took, or 0 if there is no such option. */
static int take_option(struct login *l, const char *option, const char *value)
{
	static const struct {
		const char *option;
		int item;
	} items[] = {{"--rhost", PAM_RHOST}, {"--tty", PAM_TTY}, {"--ruser", PAM_RUSER},
		{"--user", PAM_USER}};
	pam_handle_t *pamh = l->person.pamh;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (is(option, items[i].option)) {
			pam_set_item(pamh, items[i].item, value);
			return 2;
		}
	if (is(option, "--silent")) {
		l->flags |= PAM_SILENT;
		return 1;
	}
	if (is(option, "--disallow-null")) {
		l->flags |= PAM_DISALLOW_NULL_AUTHTOK;
		return 1;
	}
	if (is(option, "--no-user")) {
		pam_set_item(pamh, PAM_USER, NULL);
		return 1;
	}
	if (is(option, "--no-conversation")) {
		l->conv.conv = NULL;
		pam_set_item(pamh, PAM_CONV, &l->conv);
		return 1;
	}
	if (is(option, "--answer") && l->person.n < ANSWERS)
		l->person.answers[l->person.n++] = value;
	else if (is(option, "--putenv"))
		pam_putenv(pamh, value);
	else if (is(option, "--misbehave"))
		misbehave(value, fileno(out));
	else
		return 0;
	return 2;
}

static void list_words(void)
{
	struct login l = {.flags = 0};
	struct pam_response *response = NULL;

	listing = true;
	call(NULL, "", 0);
	take_option(&l, "", "");
	misbehave("", -1);
	answer(&l.person, &response);
	if (response)
		free(response->resp);
	free(response);
}

int main(int argc, char **argv)
{
	struct login l = {.conv = {.conv = converse, .appdata_ptr = &l.person}};
	pam_handle_t *pamh = NULL;
	char **env;

	if (argc == 2 && strcmp(argv[1], "words") == 0) {
		list_words();
		return 0;
	}
	if (argc < 5)
		return 2;
	out = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100), "w");
	if (!out)
		return 2;
	setvbuf(out, NULL, _IOLBF, 0);
	log_lines = out;
	if (pam_start_confdir(argv[2], argv[3], &l.conv, argv[1], &pamh) != PAM_SUCCESS)
		return 2;
	l.person.pamh = pamh;
	/* libnss-wrapper keeps its files open after the first look-up: do it before observing. */
	getpwnam("");
	getgrnam("");
	pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)delay);
	for (int i = 4, taken = 1; i < argc; i += taken) {
		taken = 1;
		if (strncmp(argv[i], "--", 2) != 0)
			call_and_print(pamh, argv[i], l.flags);
		else
			taken = take_option(&l, argv[i], i + 1 < argc ? argv[i + 1] : "");
		if (taken == 0)
			return 2;
	}
	env = pam_getenvlist(pamh);
	for (char **e = env; e && *e; e++) {
		fprintf(out, "env %s\n", *e);
		free(*e);
	}
	free((void *)env);
	pam_end(pamh, PAM_SUCCESS);
	return 0;
}
