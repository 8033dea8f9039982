/*
 * PAM applications that are hard on a module, each in another way:
 *
 * 	hostile CONFDIR threads N
 * 	    user0 to userN-1 log in at once, one thread each
 * 	hostile CONFDIR rounds N
 * 	    alice logs in N times, and each login loads the module again
 * 	hostile CONFDIR recycled
 * 	    alice's helper dies at the prompt and the application reaps it; then a bystander gets
 * 	    its process id; needs a pid namespace
 * 	hostile CONFDIR bystanders
 * 	    alice logs in while the application has children
 * 	hostile CONFDIR daemon
 * 	    alice logs in with the answers from standard input, one a line; then the application
 * 	    lives until standard input ends
 */
#include "entries.h"
#include "log_lines.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS_MAX 64
#define SERVICE "test"

typedef int conversation(
	int n, const struct pam_message **messages, struct pam_response **response, void *data);

static const char *confdir;

/* Replaces libpam's sleep. */
static void no_delay(int rc, unsigned microseconds, void *data)
{
	(void)rc, (void)microseconds, (void)data;
}

static int log_in(const char *user, conversation *how, void *data)
{
	struct pam_conv conv = {.conv = how, .appdata_ptr = data};
	pam_handle_t *pamh = NULL;
	int rc = pam_start_confdir(SERVICE, user, &conv, confdir, &pamh);

	if (rc != PAM_SUCCESS)
		return rc;
	pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)no_delay);
	rc = pam_authenticate(pamh, 0);
	pam_end(pamh, rc);
	return rc;
}

static bool is_prompt(const struct pam_message *m)
{
	return m->msg_style == PAM_PROMPT_ECHO_OFF || m->msg_style == PAM_PROMPT_ECHO_ON;
}

/* data is the answer to every prompt. */
static int answer(
	int n, const struct pam_message **messages, struct pam_response **response, void *data)
{
	(void)n;
	*response = calloc(1, sizeof(**response));
	if (!*response)
		return PAM_BUF_ERR;
	if (is_prompt(messages[0]))
		(*response)->resp = strdup(data);
	return PAM_SUCCESS;
}

static int count_lines(const char *path)
{
	FILE *f = fopen(path, "re");
	int n = 0, c;

	while (f && (c = getc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static bool has_children(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* --- threads ------------------------------------------------------------------------------- */

struct thread {
	pthread_t id;
	pthread_barrier_t *start;
	char user[16], code[8];
	int rc;
};

static void *one_of_many(void *data)
{
	struct thread *t = data;

	pthread_barrier_wait(t->start);
	t->rc = log_in(t->user, answer, t->code);
	return NULL;
}

static int many_threads(int n)
{
	static struct thread threads[THREADS_MAX];
	int before = count_entries("/proc/self/fd");
	pthread_barrier_t start;

	if (n < 1 || n > THREADS_MAX)
		return 2;
	pthread_barrier_init(&start, NULL, (unsigned)n);
	for (int i = 0; i < n; i++) {
		struct thread *t = &threads[i];

		t->start = &start;
		snprintf(t->user, sizeof(t->user), "user%d", i);
		snprintf(t->code, sizeof(t->code), "%06d", i);
		if (pthread_create(&t->id, NULL, one_of_many, t) != 0)
			return 2;
	}
	for (int i = 0; i < n; i++) {
		pthread_join(threads[i].id, NULL);
		printf("%s %d\n", threads[i].user, threads[i].rc);
	}
	printf("descriptors left %d\n", count_entries("/proc/self/fd") - before);
	printf("children left %d\n", has_children());
	return 0;
}

#if !__GLIBC_PREREQ(2, 33)
#define mallinfo2 mallinfo
#endif

/* --- rounds -------------------------------------------------------------------------------- */

static int count_module(struct dl_phdr_info *info, size_t size, void *data)
{
	int *n = data;

	(void)size;
	*n += strstr(info->dlpi_name, "pam_aws_mfa.so") != NULL;
	return 0;
}

static int many_rounds(int n)
{
	char code[] = "123456";
	size_t heap = 0;
	int maps = 0, fds = 0, loaded = 0, rc = PAM_SUCCESS;

	for (int i = 0; i < n && rc == PAM_SUCCESS; i++) {
		/*
		 * After a few rounds, libc and other libraries have allocated what they allocate
		 * only once.
		 */
		if (i == 20) {
			heap = (size_t)mallinfo2().uordblks;
			maps = count_lines("/proc/self/maps");
			fds = count_entries("/proc/self/fd");
		}
		rc = log_in("alice", answer, code);
	}
	heap = (size_t)mallinfo2().uordblks - heap;
	maps = count_lines("/proc/self/maps") - maps;
	dl_iterate_phdr(count_module, &loaded);
	printf("last %d\nmodule loaded %d\n", rc, loaded);
	printf("heap grown %zd\nmappings grown %d\n", (ssize_t)heap, maps);
	printf("descriptors left %d\n", count_entries("/proc/self/fd") - fds);
	printf("children left %d\n", has_children());
	return 0;
}

/* --- recycled ------------------------------------------------------------------------------ */

/* The next process of this pid namespace gets the number pid. */
static void set_next_pid(pid_t pid)
{
	FILE *f = fopen("/proc/sys/kernel/ns_last_pid", "we");

	if (!f || fprintf(f, "%d", (int)pid - 1) < 0 || fclose(f) != 0) {
		perror("ns_last_pid");
		exit(3);
	}
}

static pid_t start_bystander(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void tell_fate(const char *name, pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, WNOHANG) != 0)
		printf("%s is gone, by signal %d\n", name, WTERMSIG(status));
	else
		printf("%s lives\n", name);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The number of the process that started last in this pid namespace. */
static pid_t last_pid(void)
{
	FILE *f = fopen("/proc/sys/kernel/ns_last_pid", "re");
	int pid = 0;

	if (!f || fscanf(f, "%d", &pid) != 1 || fclose(f) != 0) {
		perror("ns_last_pid");
		exit(3);
	}
	return pid;
}

struct numbers {
	pid_t helper, bystander;
};

static int recycle(
	int n, const struct pam_message **messages, struct pam_response **response, void *data)
{
	char code[] = "123456";
	struct numbers *numbers = data;

	if (is_prompt(messages[0])) {
		/* Either the module or this loop reaps it. */
		while (waitpid(numbers->helper, NULL, 0) < 0 && kill(numbers->helper, 0) == 0)
			usleep(1000);
		set_next_pid(numbers->helper);
		numbers->bystander = start_bystander();
		printf("recycled %d\n", numbers->bystander == numbers->helper);
	}
	return answer(n, messages, response, code);
}

static int recycled(void)
{
	struct numbers numbers = {.helper = last_pid() + 1, .bystander = -1};

	printf("alice %d\n", log_in("alice", recycle, &numbers));
	tell_fate("bystander", numbers.bystander);
	return 0;
}

/* --- bystanders ---------------------------------------------------------------------------- */

static int bystanders(void)
{
	char code[] = "123456";
	pid_t living = start_bystander(), dead = fork();
	siginfo_t info;

	if (dead == 0)
		_exit(7);
	/* Waits until it is a zombie, and leaves it a zombie. */
	waitid(P_PID, (id_t)dead, &info, WEXITED | WNOWAIT);
	printf("alice %d\n", log_in("alice", answer, code));
	info = (siginfo_t){0};
	waitid(P_PID, (id_t)dead, &info, WEXITED | WNOHANG);
	printf("zombie %d\n", info.si_status);
	tell_fate("bystander", living);
	printf("children left %d\n", has_children());
	return 0;
}

/* --- daemon -------------------------------------------------------------------------------- */

/* Keeps no copy of the answer. */
static int read_answer(
	int n, const struct pam_message **messages, struct pam_response **response, void *data)
{
	char *line;
	size_t len = 0;

	(void)n, (void)data;
	*response = calloc(1, sizeof(**response));
	if (!*response)
		return PAM_BUF_ERR;
	if (!is_prompt(messages[0])) {
		printf("told: %s\n", messages[0]->msg);
		return PAM_SUCCESS;
	}
	printf("asked\n");
	line = calloc(1, 64);
	while (line && len < 63 && read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n')
		len++;
	if (line)
		line[len] = '\0';
	(*response)->resp = line;
	return PAM_SUCCESS;
}

static int be_daemon(void)
{
	char c;

	printf("alice %d\n", log_in("alice", read_answer, NULL));
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	int n = argc > 3 ? atoi(argv[3]) : 0;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	confdir = argv[1];
	log_lines = stdout;
	/* libnss-wrapper keeps its files open after the first look-up: do it before counting. */
	getpwnam("");
	getgrnam("");
	if (strcmp(what, "threads") == 0)
		return many_threads(n);
	if (strcmp(what, "rounds") == 0) {
		log_lines = NULL;
		return many_rounds(n);
	}
	if (strcmp(what, "recycled") == 0)
		return recycled();
	if (strcmp(what, "bystanders") == 0)
		return bystanders();
	if (strcmp(what, "daemon") == 0)
		return be_daemon();
	return 2;
}
