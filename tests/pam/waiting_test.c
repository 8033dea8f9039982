/* How many logins may wait: a stranger who opens 1,000 locks out nobody else. */
#include "tool/file/test_folder.h"
#include "waiting.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int folder;
static char error[256];

static int set_up(void **state)
{
	if (make_folder(state) != 0)
		return -1;
	folder = open(test_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return folder < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	close(folder);
	return remove_folder(state);
}

static int take(bool local, uid_t caller, uid_t target, uint32_t random)
{
	error[0] = '\0';
	return waiting_take(folder, "waiting",
		&(struct waiting_login){local, local ? caller : 0, target}, random, error,
		sizeof(error));
}

static int take_as(uid_t caller, uid_t target, uint32_t random)
{
	return take(true, caller, target, random);
}

/* Takes n places and returns how many it got. Puts their descriptors into held. */
static size_t take_many(int *held, bool local, uid_t caller, uid_t target, size_t n)
{
	size_t got = 0;

	for (size_t i = 0; i < n; i++) {
		int fd = take(local, caller, target, (uint32_t)(i * 2654435761U));

		if (fd >= 0)
			held[got++] = fd;
	}
	return got;
}

static void give_back(const int *held, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(held[i]);
}

static void a_thousand_of_one_caller(void **state)
{
	int held[1000], of_root[100], fd;

	(void)state;
	assert_int_equal(take_many(held, true, 1001, 0, 1000), WAITING_OF_CALLER);
	assert_string_equal(error, "16 logins of this caller wait for a code already");
	/* The places are on either side of those of uid 1001 in the file. */
	for (uid_t uid = 1000; uid <= 1002; uid += 2) {
		fd = take_as(uid, 0, 7);
		assert_true(fd >= 0);
		close(fd);
	}
	assert_int_equal(take_many(of_root, true, 0, 1001, 100), 100);
	give_back(of_root, 100);
	/* ssh to the account of the stranger, to another account, and to root. */
	for (uid_t uid = 0; uid <= 1002; uid += 501) {
		fd = take(false, 0, uid, 7);
		assert_true(fd >= 0);
		close(fd);
	}
	close(held[3]);
	held[3] = take_as(1001, 0, 7);
	assert_true(held[3] >= 0);
	assert_int_equal(take_as(1001, 0, 7), -1);
	give_back(held, WAITING_OF_CALLER);
}

static void a_thousand_to_one_account(void **state)
{
	int held[1000], fd;

	(void)state;
	assert_int_equal(take_many(held, false, 0, 1001, 1000), WAITING_OF_TARGET);
	assert_string_equal(error, "64 logins to this account wait for a code already");
	fd = take(false, 0, 1002, 7);
	assert_true(fd >= 0);
	close(fd);
	fd = take_as(1001, 1001, 7);
	assert_true(fd >= 0);
	close(fd);
	give_back(held, WAITING_OF_TARGET);
}

/* The highest uid there is has places of its own. */
static void uids_of_32_bits(void **state)
{
	int held[1000], fd;

	(void)state;
	assert_int_equal(
		take_many(held, true, UINT32_MAX - 1, UINT32_MAX - 1, 20), WAITING_OF_CALLER);
	fd = take(false, 0, UINT32_MAX - 1, 7);
	assert_true(fd >= 0);
	close(fd);
	fd = take_as(UINT32_MAX - 2, 1, 7);
	assert_true(fd >= 0);
	close(fd);
	give_back(held, WAITING_OF_CALLER);
}

static void all_places_but_two(void **state)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_start = WAITING_ALL, .l_len = WAITING_OF_ALL - 2};
	int others, held[200], to_root[200];

	(void)state;
	others = openat(folder, "waiting", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(others >= 0);
	assert_int_equal(fcntl(others, F_OFD_SETLK, &lock), 0);
	assert_int_equal(take_many(held, true, 1001, 1001, 10), 2);
	assert_string_equal(error, "4000 logins wait for a code already");
	assert_int_equal(take(false, 0, 1002, 7), -1);
	/* sudo to root, root's su, and ssh to root */
	assert_int_equal(take_many(to_root, true, 1002, 0, 10), 10);
	assert_int_equal(take_many(to_root + 10, true, 0, 1002, 10), 10);
	assert_int_equal(take_many(to_root + 20, false, 0, 0, 100), WAITING_OF_ROOT - 20);
	give_back(held, 2);
	give_back(to_root, WAITING_OF_ROOT);
	close(others);
}

/* A place that is refused holds nothing: the caller's own place is free again. */
static void a_refusal_holds_nothing(void **state)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = WAITING_ALL, .l_len = WAITING_OF_ALL};
	int others, held[100];

	(void)state;
	others = openat(folder, "waiting", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(others >= 0);
	assert_int_equal(fcntl(others, F_OFD_SETLK, &lock), 0);
	assert_int_equal(take_many(held, true, 1001, 1001, 100), 0);
	close(others);
	assert_int_equal(take_many(held, true, 1001, 1001, 100), WAITING_OF_CALLER);
	give_back(held, WAITING_OF_CALLER);
}

static void refused(void)
{
	assert_int_equal(take_as(1001, 0, 7), -1);
	assert_non_null(strstr(error, "waiting"));
	unlinkat(folder, "waiting", 0);
}

static void files_of_others(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	fd = take_as(1001, 0, 7);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	assert_int_equal(fstatat(folder, "waiting", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(fchmodat(folder, "waiting", 0640, 0), 0);
	refused();
	assert_int_equal(symlinkat("/dev/null", folder, "waiting"), 0);
	refused();
	assert_int_equal(mkfifoat(folder, "waiting", 0600), 0);
	refused();
	assert_int_equal(mkdirat(folder, "waiting", 0700), 0);
	assert_int_equal(take_as(1001, 0, 7), -1);
	unlinkat(folder, "waiting", AT_REMOVEDIR);
	close(openat(folder, "b", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(linkat(folder, "b", folder, "waiting", 0), 0);
	refused();
	unlinkat(folder, "b", 0);
}

/* The next program may be root without the capability to open any file. */
static void made_with_a_umask(void **state)
{
	mode_t before = umask(0777);
	struct stat st;
	int fd = take_as(1001, 0, 7);

	(void)state;
	umask(before);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fstatat(folder, "waiting", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_thousand_of_one_caller),
		TEST(a_thousand_to_one_account),
		TEST(uids_of_32_bits),
		TEST(all_places_but_two),
		TEST(a_refusal_holds_nothing),
		TEST(files_of_others),
		TEST(made_with_a_umask),
	};

	return cmocka_run_group_tests_name("pam/waiting", tests, NULL, NULL);
}
