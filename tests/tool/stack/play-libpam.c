/*
 * play-libpam ROOT STUB HALF FOLDER <SCENES: plays the scenes with libpam. ROOT becomes the root
 * folder, in a mount namespace of its own, so that libpam finds the files of the scene alone.
 * FOLDER is where libpam looks for modules. The status is 77 if this may not make a namespace.
 */
#include "scene.h"

#include <ctype.h>
#include <err.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_RUN 77

static void copy(const char *from, const char *root, const char *folder, const char *name)
{
	char command[2048];

	snprintf(command, sizeof(command), "mkdir -p '%s%s' && cp '%s' '%s%s/%s'", root, folder,
		from, root, folder, name);
	if (system(command) != 0)
		errx(2, "%s", command);
}

static void enter(char **argv)
{
	const char *root = argv[1];

	if (!scene_mount(root))
		err(CANNOT_RUN, "a mount namespace");
	copy(argv[2], root, "", "stub.so");
	copy(argv[3], root, "", "half.so");
	copy(argv[2], root, argv[4], "stub.so");
	copy(argv[3], root, argv[4], "half.so");
	if (chroot(root) != 0 || chdir("/") != 0)
		err(CANNOT_RUN, "chroot");
}

static int converse(int n, const struct pam_message **m, struct pam_response **r, void *data)
{
	(void)n;
	(void)m;
	(void)r;
	(void)data;
	return PAM_CONV_ERR;
}

static void play(const struct scene *s)
{
	static int (*const functions[])(pam_handle_t *, int) = {
		pam_authenticate, pam_setcred, pam_acct_mgmt, pam_open_session, pam_close_session};
	const struct pam_conv conversation = {converse, NULL};
	pam_handle_t *pamh = NULL;
	int rc = pam_start(s->service, "nobody", &conversation, &pamh);

	printf("%s %d", s->name, rc);
	for (const char *call = s->calls; rc == PAM_SUCCESS && *call; call++)
		printf(" =%d",
			functions[strchr(CALL_LETTERS, tolower(*call)) - CALL_LETTERS](
				pamh, isupper(*call) ? PAM_SILENT : 0));
	if (rc == PAM_SUCCESS)
		pam_end(pamh, rc);
	puts("");
}

/* In a process of its own: libpam may crash, or never come back. */
static void play_apart(const struct scene *s)
{
	const struct itimerval one_second = {.it_value = {.tv_sec = 1}};
	const struct rlimit stack = {1 << 20, 1 << 20}, core = {0, 0};
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child < 0)
		err(2, "fork");
	if (child == 0) {
		/* A circle of files must come to its end before the descriptors do. */
		setrlimit(RLIMIT_STACK, &stack);
		setrlimit(RLIMIT_CORE, &core);
		/* Of the processor's time, so that a busy machine changes nothing. */
		setitimer(ITIMER_PROF, &one_second, NULL);
		play(s);
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		err(2, "waitpid");
	if (WIFSIGNALED(status))
		printf("%s %s\n", s->name, WTERMSIG(status) == SIGPROF ? "hang" : "crash");
}

int main(int argc, char **argv)
{
	struct scene s;

	if (argc != 5)
		errx(2, "usage: play-libpam ROOT STUB HALF FOLDER <SCENES");
	enter(argv);
	while (scene_next(&s, "")) {
		play_apart(&s);
		scene_remove(&s, "");
	}
	return fflush(stdout) != 0;
}
