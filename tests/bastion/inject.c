/*
 * inject PID NUMBER [ARGUMENT...]: the process PID, which waits in a system call, makes another
 * one, as if somebody had taken it over. Prints what the call returned: a number of errno is
 * negative. An argument is a number, or text, which has a '/'. Needs root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifdef __x86_64__

#define ARGUMENTS 6
#define SYSCALL 0x050f /* the instruction's two bytes */
#define ROOM 4096      /* below the stack, and below what a leaf function uses of it */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Writes into the process's memory, with the zero at the end. */
static void put(pid_t pid, unsigned long to, const char *text)
{
	char word[sizeof(long)];
	long value;

	for (size_t i = 0; i <= strlen(text); i += sizeof(word)) {
		strncpy(word, text + i, sizeof(word));
		memcpy(&value, word, sizeof(value));
		if (ptrace(PTRACE_POKEDATA, pid, to + i, value) != 0)
			fail("PTRACE_POKEDATA");
	}
}

static void await_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		fail("the process does not stop");
}

int main(int argc, char **argv)
{
	struct user_regs_struct before, regs;
	unsigned long a[ARGUMENTS] = {0};
	pid_t pid;

	if (argc < 3 || argc > 3 + ARGUMENTS)
		return 2;
	pid = atoi(argv[1]);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0)
		fail("PTRACE_SEIZE");
	await_stop(pid);
	if (ptrace(PTRACE_GETREGS, pid, 0, &before) != 0)
		fail("PTRACE_GETREGS");
	regs = before;
	regs.rip -= 2;
	if ((ptrace(PTRACE_PEEKTEXT, pid, regs.rip, 0) & 0xffff) != SYSCALL)
		fail("it is in no system call");
	for (int i = 3; i < argc; i++) {
		a[i - 3] = strtoul(argv[i], NULL, 0);
		if (!strchr(argv[i], '/'))
			continue;
		a[i - 3] = (before.rsp & ~15UL) - (unsigned long)i * ROOM;
		put(pid, a[i - 3], argv[i]);
	}
	regs.orig_rax = (unsigned long)-1; /* nothing to start again */
	regs.rax = strtoul(argv[2], NULL, 0);
	regs.rdi = a[0];
	regs.rsi = a[1];
	regs.rdx = a[2];
	regs.r10 = a[3];
	regs.r8 = a[4];
	regs.r9 = a[5];
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs) != 0 || ptrace(PTRACE_SINGLESTEP, pid, 0, 0) != 0)
		fail("PTRACE_SINGLESTEP");
	await_stop(pid);
	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) != 0 ||
		ptrace(PTRACE_SETREGS, pid, 0, &before) != 0 ||
		ptrace(PTRACE_DETACH, pid, 0, 0) != 0)
		fail("PTRACE_DETACH");
	printf("%ld\n", (long)regs.rax);
	return 0;
}

#else

int main(void)
{
	fputs("inject: only on x86-64\n", stderr);
	return 1;
}

#endif
