#include "test_folder.h"

#include "file/read.h"
#include "text/log.h"
#include "text/write_all.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

char test_folder[PATH_MAX];

const char *in_folder(const char *name)
{
	static char paths[2][PATH_MAX + 64];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", test_folder, name);
	return paths[turn];
}

void put_file(const char *name, const char *data, size_t size)
{
	int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_true(write_all(fd, data, size));
	close(fd);
}

void put_text(const char *name, const char *text)
{
	put_file(name, text, strlen(text));
}

bool file_holds(const char *name, const char *text)
{
	struct secret b;
	struct error e;
	struct stat st;
	enum file_found found;
	bool same;

	assert_int_equal(file_read(in_folder(name), &b, &st, &found, &e), STATUS_OK);
	same = b.size == strlen(text) && memcmp(b.data, text, b.size) == 0;
	secret_free(&b);
	return same;
}

void expect_text(const char *name, const char *text)
{
	assert_true(file_holds(name, text));
}

void expect_none(const char *name)
{
	assert_int_equal(access(in_folder(name), F_OK), -1);
}

int make_folder(void **state)
{
	const char *homes = getenv("HOMES"); /* from run.py */

	(void)state;
	if (!realpath(homes ? homes : "/tmp", test_folder))
		return -1;
	strncat(test_folder, "/testXXXXXX", sizeof(test_folder) - strlen(test_folder) - 1);
	if (!mkdtemp(test_folder))
		return -1;
	setenv("HOME", test_folder, 1);
	log_set_level("ERROR");
	return 0;
}

int remove_folder(void **state)
{
	char command[PATH_MAX + 32];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", test_folder);
	return system(command);
}
