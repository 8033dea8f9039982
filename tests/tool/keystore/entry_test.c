/* Each fault of an entry, and where its message points. No message quotes a value. */
#include "keystore/entry.h"
#include "tool/file/test_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATH "/keys/alice"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define ROLE "role_arn = arn:aws:iam::123456789012:role/Bastion\n"

#define HEAD "[aws-mfa]\n"
#define USER "user = alice\n"
#define UID "uid = 1001\n"
#define KEY_ID "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
#define KEY "aws_secret_access_key = " SECRET "\n"
#define DEVICE "aws_mfa_device = arn:aws:iam::123456789012:mfa/alice\n"
#define ACCOUNT "account = 123456789012\n"
#define GOOD HEAD USER UID KEY_ID KEY DEVICE ACCOUNT

static enum status parse(struct entry *entry, const char *text, size_t size, struct error *e)
{
	struct secret bytes = {0};

	assert_true(secret_copy(&bytes, text, size));
	return entry_parse(entry, PATH, &bytes, e);
}

static void all_that_is_required(void **state)
{
	struct entry entry;
	struct error e;

	(void)state;
	assert_int_equal(parse(&entry, GOOD, strlen(GOOD), &e), STATUS_OK);
	assert_string_equal(entry.user, "alice");
	assert_int_equal(entry.uid, 1001);
	assert_string_equal(entry.access_key_id, "AKIAIOSFODNN7EXAMPLE");
	assert_string_equal(entry.secret_access_key.data, SECRET);
	assert_string_equal(entry.device, "arn:aws:iam::123456789012:mfa/alice");
	assert_string_equal(entry.account, "123456789012");
	assert_null(entry.profile);
	assert_null(entry.role_arn);
	assert_null(entry.session_policy);
	assert_int_equal(entry.duration, 0);
	entry_free(&entry);
	assert_null(entry.user);
	assert_null(entry.secret_access_key.data);
}

static void all_that_is_possible(void **state)
{
	static const char text[] =
		"# a comment\n\n \t" GOOD "profile\t=\tops\n" ROLE "external_id=x1\n"
		"role_session_name = alice@bastion\n"
		"source_identity = alice\n"
		"session_policy = {\"Version\": \"2012-10-17\", \"a\": \"b;c#d\"}\n"
		"; the end\n"
		"duration = 2h"; /* no newline */
	struct entry entry;
	struct error e;

	(void)state;
	if (parse(&entry, text, strlen(text), &e) != STATUS_OK)
		fail_msg("%s", e.text);
	assert_string_equal(entry.profile, "ops");
	assert_string_equal(entry.role_arn, "arn:aws:iam::123456789012:role/Bastion");
	assert_string_equal(entry.external_id, "x1");
	assert_string_equal(entry.role_session_name, "alice@bastion");
	assert_string_equal(entry.source_identity, "alice");
	assert_string_equal(
		entry.session_policy, "{\"Version\": \"2012-10-17\", \"a\": \"b;c#d\"}");
	assert_int_equal(entry.duration, 7200);
	entry_free(&entry);
}

/* clang-format off */
#define CASE(text, line, what) {text, sizeof(text) - 1, line, what}
/* clang-format on */

static const struct {
	const char *text;
	size_t size;
	size_t line; /* 0: the message names the file alone */
	const char *what;
} faults[] = {
	CASE("", 0, "user is missing"),
	CASE(HEAD UID KEY_ID KEY DEVICE ACCOUNT, 0, "user is missing"),
	CASE(HEAD USER KEY_ID KEY DEVICE ACCOUNT, 0, "uid is missing"),
	CASE(HEAD USER UID KEY DEVICE ACCOUNT, 0, "aws_access_key_id is missing"),
	CASE(HEAD USER UID KEY_ID DEVICE ACCOUNT, 0, "aws_secret_access_key is missing"),
	CASE(HEAD USER UID KEY_ID KEY ACCOUNT, 0, "aws_mfa_device is missing"),
	CASE(HEAD USER UID KEY_ID KEY DEVICE, 0, "account is missing"),
	/* What is no key of the section. */
	CASE(USER GOOD, 1, "expected [aws-mfa]"),
	CASE(GOOD HEAD, 8, "[aws-mfa] is there twice"),
	CASE(GOOD "[other]\n", 8, "no other section"),
	CASE("[DEFAULT]\n" GOOD, 1, "no other section"),
	CASE("[AWS-MFA]\n" USER, 1, "no other section"),
	CASE("[aws-mfa] x\n" USER, 1, "no other section"),
	CASE("[aws-mfa\n" USER, 1, "expected [aws-mfa]"),
	CASE(GOOD SECRET "\n", 8, "lines of KEY = VALUE"),
	CASE(GOOD SECRET "=\n", 8, "unknown key"),
	CASE(GOOD "= " SECRET "\n", 8, "lines of KEY = VALUE"),
	CASE(GOOD "role-arn = " SECRET "\n", 8, "unknown key"),
	CASE(GOOD "Profile = ops\n", 8, "unknown key"),
	CASE(GOOD "profile: ops\n", 8, "expected KEY = VALUE"),
	CASE(GOOD "profile\xc2\xa0= ops\n", 8, "expected KEY = VALUE"),
	CASE(GOOD "profile = ops # mine\n", 8, "profile: expected no comment"),
	CASE(GOOD "profile = ops ; mine\n", 8, "profile: expected no comment"),
	CASE(GOOD "profile =\n", 8, "profile: expected"),
	CASE(GOOD "profile = ops\n  more\n", 9, "lines of KEY = VALUE"),
	CASE(GOOD "profile = a\tb\n", 8, "control characters"),
	CASE(GOOD "profile = a\033b\n", 8, "control characters"),
	CASE(GOOD "profile = a\0b\n", 8, "NUL"),
	CASE(GOOD "#\0\n", 8, "NUL"),
	CASE("[aws-mfa]\r\n" USER, 1, "CR"),
	/* A key twice. */
	CASE(GOOD USER, 8, "user is in line 2 already"),
	CASE(GOOD KEY, 8, "aws_secret_access_key is in line 5 already"),
	CASE(GOOD ROLE ROLE, 9, "role_arn is in line 8 already"),
	/* Values. */
	CASE(HEAD "user = ../root\n", 2, "user: expected a name that does not begin"),
	CASE(HEAD "user = a/b\n", 2, "user: expected a name without '/'"),
	CASE(HEAD USER "uid = -1\n", 3, "uid: expected the number"),
	CASE(HEAD USER "uid = 0x10\n", 3, "uid: expected the number"),
	CASE(HEAD USER "uid = 4294967295\n", 3, "uid: expected the number"),
	CASE(HEAD USER "uid = 4294968297\n", 3, "uid: expected the number"),
	CASE(HEAD USER "uid = alice\n", 3, "uid: expected the number"),
	CASE(HEAD "aws_access_key_id = " SECRET "\n", 2, "looks like the secret"),
	CASE(HEAD "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\n", 2, "key of a session"),
	CASE(HEAD "aws_secret_access_key = AKIAIOSFODNN7EXAMPLE\n", 2, "an access key ID"),
	CASE(HEAD "aws_secret_access_key = two words\n", 2, "no blanks"),
	CASE(HEAD "aws_mfa_device = " SECRET "\n", 2, "looks like the secret"),
	CASE(HEAD "aws_mfa_device = arn:aws:iam::123456789012:u2f/a\n", 2, "passkeys"),
	CASE(HEAD "account = 12345678901\n", 2, "12 digits"),
	CASE(HEAD "account = 12345678901x\n", 2, "12 digits"),
	CASE(HEAD USER UID KEY_ID KEY DEVICE "account = 123456789013\n", 6, "another AWS account"),
	CASE(GOOD "profile = DEFAULT\n", 8, "profile: expected another name"),
	CASE(GOOD "role_arn = " SECRET "\n", 8, "role_arn: expected arn:"),
	CASE(GOOD ROLE "external_id = x\n", 9, "external_id: expected"),
	CASE(GOOD ROLE "role_session_name = a b\n", 9, "role_session_name: expected"),
	CASE(GOOD ROLE "source_identity = " SECRET "\n", 9, "source_identity: expected"),
	CASE(GOOD ROLE "session_policy = x\n", 9, "session_policy: expected a policy"),
	CASE(GOOD "duration = 14m\n", 8, "duration: expected"),
	/* What does not go together. */
	CASE(GOOD "external_id = x1\n", 8, "external_id: is good only with role_arn"),
	CASE(GOOD "role_session_name = alice\n", 8, "role_session_name: is good only"),
	CASE(GOOD "source_identity = alice\n", 8, "source_identity: is good only"),
	CASE(GOOD "session_policy = {}\n", 8, "session_policy: is good only"),
	CASE(GOOD "duration = 13h\n" ROLE, 8, "duration: a role's session lasts 43200"),
};

static void each_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct entry entry;
		struct error e = {0};
		char where[64];

		if (parse(&entry, faults[i].text, faults[i].size, &e) != STATUS_CONFIG)
			fail_msg("accepted: %s", faults[i].text);
		snprintf(where, sizeof(where), faults[i].line ? PATH ":%zu: " : PATH ": ",
			faults[i].line);
		if (strncmp(e.text, where, strlen(where)) != 0 || !strstr(e.text, faults[i].what))
			fail_msg("%s%s\nis not\n%s", where, faults[i].what, e.text);
		assert_null(strstr(e.text, SECRET));
		assert_null(entry.user);
		assert_null(entry.secret_access_key.data);
		entry_free(&entry);
	}
}

static void a_session_without_a_role_may_be_longer(void **state)
{
	struct entry entry;
	struct error e;

	(void)state;
	assert_int_equal(parse(&entry, GOOD "duration = 36h\n", sizeof(GOOD "duration = 36h"), &e),
		STATUS_OK);
	assert_int_equal(entry.duration, 129600);
	entry_free(&entry);
}

/* A token of hardware has no account in its number. */
static void a_hardware_token(void **state)
{
	static const char text[] = HEAD USER UID KEY_ID KEY ACCOUNT "aws_mfa_device = GAHT12345678";
	struct entry entry;
	struct error e;

	(void)state;
	assert_int_equal(parse(&entry, text, strlen(text), &e), STATUS_OK);
	assert_string_equal(entry.device, "GAHT12345678");
	entry_free(&entry);
}

static void too_large(void **state)
{
	static char text[ENTRY_MAX_BYTES + 2];
	struct entry entry;
	struct error e;

	(void)state;
	memset(text, '#', sizeof(text));
	memcpy(text, GOOD, strlen(GOOD));
	assert_int_equal(parse(&entry, text, ENTRY_MAX_BYTES, &e), STATUS_OK);
	entry_free(&entry);
	assert_int_equal(parse(&entry, text, ENTRY_MAX_BYTES + 1, &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, PATH ": is larger than 16384 bytes"));
	entry_free(&entry);
}

static void names(void **state)
{
	static const char *const good[] = {
		"alice", "a", "DOMAIN\\user", "two words", "m\xc3\xbcller"};
	static const char *const bad[] = {
		"", ".", "..", ".hidden", "-n", "a/b", "/", "a\nb", "a\x7f", "caf\xc2\x9bx"};
	char text[258];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(entry_name_check(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(entry_name_check(bad[i]));
	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	assert_null(entry_name_check(text));
	text[255] = 'a';
	text[256] = '\0';
	assert_non_null(entry_name_check(text));
}

static void whose_it_is(void **state)
{
	struct entry entry;
	struct error e;

	(void)state;
	assert_int_equal(parse(&entry, GOOD, strlen(GOOD), &e), STATUS_OK);
	assert_int_equal(entry_is_of(&entry, "alice", 1001, PATH, &e), STATUS_OK);
	assert_int_equal(entry_is_of(&entry, "bob", 1001, PATH, &e), STATUS_CONFIG);
	assert_string_equal(e.text, PATH ": is the entry of another user than bob");
	assert_int_equal(entry_is_of(&entry, "alice", 1002, PATH, &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, PATH ": is of uid 1001, but alice is uid 1002 now"));
	entry_free(&entry);
}

/* --- the file --- */

static void expect_refused(const char *name, const char *what)
{
	int fd = open(in_folder(name), O_RDONLY | O_NONBLOCK);
	struct entry entry;
	struct error e = {0};

	assert_true(fd >= 0);
	assert_int_equal(entry_read(&entry, fd, in_folder(name), &e), STATUS_CONFIG);
	if (!strstr(e.text, what))
		fail_msg("%s: not in: %s", what, e.text);
	assert_int_equal(strncmp(e.text, in_folder(name), strlen(in_folder(name))), 0);
	assert_null(entry.user);
	entry_free(&entry);
	close(fd);
}

static void who_can_change_the_file(void **state)
{
	struct entry entry;
	struct error e;
	int fd;

	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to own the entry\n");
		skip();
	}
	put_text("alice", GOOD);
	fd = open(in_folder("alice"), O_RDONLY);
	assert_int_equal(entry_read(&entry, fd, "alice", &e), STATUS_OK);
	assert_string_equal(entry.user, "alice");
	entry_free(&entry);
	close(fd);

	for (mode_t bit = 1; bit <= 04000; bit <<= 1) {
		if (bit == 0200 || bit == 0400)
			continue;
		assert_int_equal(chmod(in_folder("alice"), 0600 | bit), 0);
		expect_refused("alice", "expected 0600");
	}
	assert_int_equal(chmod(in_folder("alice"), 0400), 0);
	assert_int_equal(chown(in_folder("alice"), STRANGER, 0), 0);
	expect_refused("alice", "belongs to user 12345, group 0; expected root");
	assert_int_equal(chown(in_folder("alice"), 0, STRANGER), 0);
	expect_refused("alice", "belongs to user 0, group 12345; expected root");
	assert_int_equal(chown(in_folder("alice"), 0, 0), 0);
	assert_int_equal(link(in_folder("alice"), in_folder("bob")), 0);
	expect_refused("alice", "has 2 names");
	assert_int_equal(unlink(in_folder("bob")), 0);
	assert_int_equal(truncate(in_folder("alice"), 2 << 20), 0);
	expect_refused("alice", "larger than 16384 bytes");
}

static void no_regular_file(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
	expect_refused("fifo", "is no regular file");
	assert_int_equal(mkdir(in_folder("folder"), 0700), 0);
	expect_refused("folder", "is no regular file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_required),
		cmocka_unit_test(all_that_is_possible),
		cmocka_unit_test(each_fault),
		cmocka_unit_test(a_session_without_a_role_may_be_longer),
		cmocka_unit_test(a_hardware_token),
		cmocka_unit_test(too_large),
		cmocka_unit_test(names),
		cmocka_unit_test(whose_it_is),
		FOLDER_TEST(who_can_change_the_file),
		FOLDER_TEST(no_regular_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
