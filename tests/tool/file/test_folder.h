/*
 * A folder for each test, with the functions to fill it and look into it. A failure fails the test.
 */
#ifndef AWS_MFA_TESTS_TEST_FOLDER_H
#define AWS_MFA_TESTS_TEST_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define STRANGER 12345 /* a user who does not run the tests */

/* A test of cmocka_run_group_tests() that has a folder; HOME is this folder. */
#define FOLDER_TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

extern char test_folder[PATH_MAX];

int make_folder(void **state);
int remove_folder(void **state);

/* A path in the folder; good until the call after the next. */
const char *in_folder(const char *name);

void put_file(const char *name, const char *data, size_t size);
void put_text(const char *name, const char *text);
bool file_holds(const char *name, const char *text);
void expect_text(const char *name, const char *text);
void expect_none(const char *name);

#endif
