/* Root's talker that gives up root: what it is then, seen from inside. */
#include "../file/test_folder.h"
#include "confine.h"
#include "emulated.h"
#include "status.h"
#include "unprivileged.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>

static bool reads(const char *name)
{
	int fd = open(in_folder(name), O_RDONLY | O_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

/* Is this line in /proc/self/status? */
static bool is_so(const char *line)
{
	static char text[8192];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, line) != NULL;
}

/* -> which of the faults are there, as bits; the name of each is printed */
static int faults_of(bool gives_up_root)
{
	const struct {
		const char *name;
		bool is;
	} faults[] = {
		{"is root", !is_so("\nUid:\t65533\t65533\t65533\t65533\n")},
		{"has root's group", !is_so("\nGid:\t65533\t65533\t65533\t65533\n")},
		{"has another group", !is_so("\nGroups:\t \n")},
		{"has capabilities",
			!is_so("\nCapInh:\t0000000000000000\n") ||
				!is_so("\nCapPrm:\t0000000000000000\n") ||
				!is_so("\nCapEff:\t0000000000000000\n") ||
				!is_so("\nCapAmb:\t0000000000000000\n")},
		{"reads an entry", reads("entry")},
		{"does not read the certificates", !reads("ca.pem")},
	};
	int found = 0;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].is && (found |= 1 << i) && gives_up_root)
			(void)dprintf(STDERR_FILENO, "the talker %s\n", faults[i].name);
	return found;
}

/* -> what a process ends with that is confined as root's talker is; 128: it could not be */
static int talker(bool gives_up_root)
{
	static const gid_t groups[] = {0, 4, 42};
	struct error e = {0};
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgroups(3, groups) != 0 ||
			prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP) != 0 ||
			confine(&e) != STATUS_OK ||
			confine_talker(test_folder, gives_up_root, &e) != STATUS_OK) {
			(void)dprintf(STDERR_FILENO, "%s\n", e.text);
			_exit(128);
		}
		_exit(faults_of(gives_up_root));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void it_is_nobody(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to give it up\n");
		skip();
	}
	skip_if_emulated("filter the calls of what it runs");
	put_text("entry", "secret");
	put_text("ca.pem", "");
	chmod(test_folder, 0755);
	chmod(in_folder("ca.pem"), 0644);
	assert_int_equal(chmod(in_folder("entry"), 0600), 0);
	assert_int_equal(talker(false), 0x1f);
	assert_int_equal(talker(true), 0);
}

/* A change of the uid makes a process dumpable where fs.suid_dumpable says so, and forgets with
 * whom it must end. */
static void it_is_hidden_and_ends_with_its_parent(void **state)
{
	struct error e;
	pid_t pid;
	int signal_of_death = 0, status;

	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to give it up\n");
		skip();
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unprivileged_become(&e) != STATUS_OK ||
			prctl(PR_GET_PDEATHSIG, &signal_of_death) != 0)
			_exit(128);
		_exit((prctl(PR_GET_DUMPABLE) != 0) | (signal_of_death != SIGKILL) << 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_nobody, make_folder, remove_folder),
		cmocka_unit_test(it_is_hidden_and_ends_with_its_parent)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
