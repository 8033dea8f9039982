/*
 * A PAM application for the cases: makes the calls it is told to, and prints every message of the
 * conversation, every log line and every answer of PAM, so that they can be compared word for
 * word.
 *
 *	login CONFDIR SERVICE USER [OPTION...] CALL...
 *
 * CALL is auth, setcred, account, open, close or chauthtok. An OPTION counts for the calls after
 * it; see the table in main(). Answers are taken in order; some are misbehaviour:
 *	@null   PAM_SUCCESS and a NULL answer     @none  PAM_SUCCESS and no response at all
 *	@fail   PAM_CONV_ERR                      @again PAM_CONV_AGAIN
 *	@freed  PAM_CONV_ERR and a freed response @long  a megabyte of digits
 *	@bytes  every byte there is               @wild  no code of PAM's and a wild pointer
 *	@user=NAME  sets PAM_USER, then gives the next answer
 *	@slow       takes 200 ms, then gives the next answer
 *	@until=FILE waits for that file, then gives the next answer
 *
 * Its accounts are those of a directory that does not tell capitals from small letters.
 *
 * It must export its symbols (-rdynamic): see log_lines.h.
 */
#include "log_lines.h"

#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWERS 16
#define DESCRIPTORS 256

static FILE *out;

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

	if (strncmp(text, "@user=", 6) == 0) {
		pam_set_item(person->pamh, PAM_USER, text + 6);
		text = next_answer(person);
	}
	if (strcmp(text, "@slow") == 0) {
		usleep(200000);
		text = next_answer(person);
	}
	if (strncmp(text, "@until=", 7) == 0) {
		while (access(text + 7, F_OK) != 0)
			usleep(10000);
		text = next_answer(person);
	}
	if (strcmp(text, "@fail") == 0)
		return PAM_CONV_ERR;
	if (strcmp(text, "@again") == 0)
		return PAM_CONV_AGAIN;
	if (strcmp(text, "@none") == 0)
		return PAM_SUCCESS;
	if (strcmp(text, "@wild") == 0) {
		*response = (struct pam_response *)(uintptr_t)16;
		return 12345;
	}
	*response = calloc(1, sizeof(**response));
	if (!*response)
		return PAM_BUF_ERR;
	if (strcmp(text, "@freed") == 0) {
		free(*response);
		return PAM_CONV_ERR;
	}
	if (strcmp(text, "@null") == 0)
		return PAM_SUCCESS;
	if (strcmp(text, "@long") == 0)
		(*response)->resp = million_digits();
	else
		(*response)->resp = strcmp(text, "@bytes") == 0 ? all_bytes() : strdup(text);
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

/* Of libc's own name, so that it is what the module calls. */
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

/* Called in place of libpam's sleep. */
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
	if (strcmp(what, "auth") == 0)
		return pam_authenticate(pamh, (int)flags);
	if (strcmp(what, "setcred") == 0)
		return pam_setcred(pamh, (int)(flags | PAM_ESTABLISH_CRED));
	if (strcmp(what, "account") == 0)
		return pam_acct_mgmt(pamh, (int)flags);
	if (strcmp(what, "open") == 0)
		return pam_open_session(pamh, (int)flags);
	if (strcmp(what, "close") == 0)
		return pam_close_session(pamh, (int)flags);
	if (strcmp(what, "chauthtok") == 0)
		return pam_chauthtok(pamh, (int)flags);
	fprintf(out, "no such call: %s\n", what);
	return -1;
}

static void reap_all(int sig)
{
	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* What an application, or whoever started it, may have done to the process. */
static void misbehave(const char *how)
{
	struct sigaction action = {.sa_handler = SIG_IGN};
	sigset_t set;

	if (strcmp(how, "sigchld-ignored") == 0) {
		sigaction(SIGCHLD, &action, NULL);
	} else if (strcmp(how, "sigchld-reaped") == 0) {
		action.sa_handler = reap_all;
		sigaction(SIGCHLD, &action, NULL);
	} else if (strcmp(how, "signals") == 0) {
		for (int sig = 1; sig < NSIG; sig++)
			if (sig != SIGCHLD)
				sigaction(sig, &action, NULL);
		sigfillset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
	} else if (strcmp(how, "closed-descriptors") == 0) {
		for (int fd = 0; fd <= 2; fd++)
			close(fd);
	} else if (strcmp(how, "open-descriptors") == 0) {
		for (int fd = 20; fd < 99; fd++)
			if (fd != fileno(out))
				dup2(0, fd);
	} else if (strcmp(how, "limits") == 0) {
		/* Soft ones: raising the hard ones needs root. */
		static const struct {
			__rlimit_resource_t what;
			rlim_t soft;
		} low[] = {{RLIMIT_NOFILE, 20}, {RLIMIT_FSIZE, 512}, {RLIMIT_CORE, RLIM_INFINITY}};

		for (size_t i = 0; i < sizeof(low) / sizeof(low[0]); i++) {
			struct rlimit r;

			getrlimit(low[i].what, &r);
			r.rlim_cur = low[i].soft < r.rlim_max ? low[i].soft : r.rlim_max;
			setrlimit(low[i].what, &r);
		}
	} else if (strcmp(how, "tight-limits") == 0) {
		/* An administrator's: enough for the helper, which is to have no more. */
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){8 << 20, 8 << 20});
		setrlimit(RLIMIT_NPROC, &(struct rlimit){1000, 1000});
	} else if (strcmp(how, "no-descriptors") == 0) {
		struct rlimit r = {16, 16};

		setrlimit(RLIMIT_NOFILE, &r);
	} else if (strcmp(how, "no-processes") == 0) {
		struct rlimit r = {0, 0};

		setrlimit(RLIMIT_NPROC, &r);
	} else if (strcmp(how, "group") == 0) {
		if (setresgid(12346, 12345, 12345) != 0 || setresuid(12345, 12345, 12345) != 0)
			abort();
	} else if (strcmp(how, "capabilities") == 0) {
		/* Then a change of the uid takes none of root's capabilities away. */
		if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0)
			abort();
	} else if (strcmp(how, "umask") == 0) {
		umask(0);
	} else {
		abort();
	}
}

/* What the module must leave as it was. */
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

int main(int argc, char **argv)
{
	struct person person = {.n = 0};
	struct pam_conv conv = {.conv = converse, .appdata_ptr = &person};
	pam_handle_t *pamh = NULL;
	char **env;
	unsigned flags = 0;
	int fd, rc;

	if (argc < 5)
		return 2;
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
	out = fdopen(fd, "w");
	if (!out)
		return 2;
	setvbuf(out, NULL, _IOLBF, 0);
	log_lines = out;
	rc = pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh);
	if (rc != PAM_SUCCESS)
		return 2;
	person.pamh = pamh;
	/* libnss-wrapper keeps its files open from the first look-up on: not the module's doing. */
	getpwnam("");
	getgrnam("");
	pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)delay);
	for (int i = 4; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (strncmp(argv[i], "--", 2) != 0) {
			call_and_print(pamh, argv[i], flags);
			continue;
		}
		if (strcmp(argv[i], "--silent") == 0) {
			flags |= PAM_SILENT;
			continue;
		} else if (strcmp(argv[i], "--disallow-null") == 0) {
			flags |= PAM_DISALLOW_NULL_AUTHTOK;
			continue;
		} else if (strcmp(argv[i], "--no-user") == 0) {
			pam_set_item(pamh, PAM_USER, NULL);
			continue;
		} else if (strcmp(argv[i], "--no-conversation") == 0) {
			conv.conv = NULL;
			pam_set_item(pamh, PAM_CONV, &conv);
			continue;
		} else if (strcmp(argv[i], "--answer") == 0 && person.n < ANSWERS) {
			person.answers[person.n++] = value;
		} else if (strcmp(argv[i], "--rhost") == 0) {
			pam_set_item(pamh, PAM_RHOST, value);
		} else if (strcmp(argv[i], "--tty") == 0) {
			pam_set_item(pamh, PAM_TTY, value);
		} else if (strcmp(argv[i], "--ruser") == 0) {
			pam_set_item(pamh, PAM_RUSER, value);
		} else if (strcmp(argv[i], "--putenv") == 0) {
			pam_putenv(pamh, value);
		} else if (strcmp(argv[i], "--user") == 0) {
			pam_set_item(pamh, PAM_USER, value);
		} else if (strcmp(argv[i], "--misbehave") == 0) {
			misbehave(value);
		} else {
			return 2;
		}
		i++;
	}
	env = pam_getenvlist(pamh);
	for (char **e = env; e && *e; e++) {
		fprintf(out, "env %s\n", *e);
		free(*e);
	}
	free(env);
	pam_end(pamh, PAM_SUCCESS);
	return 0;
}
