/* peer_hold() and peer_release(): what goes out together, in which order, and what is left. */
#include "peer.h"
#include "words_pam.h"
#include "words_sts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct peer peer;
static char lines[RECORD_MAX_STS], held[64];
static int other;

static int start(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	other = pair[1];
	peer_init(&peer, &words_sts, PARENT, STS_SETTINGS, pair[0], lines);
	memset(held, 'x', sizeof(held));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	close(peer.reader.fd);
	if (other >= 0)
		close(other);
	return 0;
}

/* All that has come to the other end, or "" if nothing has. */
static const char *came(void)
{
	static char bytes[256];
	ssize_t n = recv(other, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);

	if (n < 0)
		assert_int_equal(errno, EAGAIN);
	bytes[n > 0 ? n : 0] = '\0';
	return bytes;
}

static enum record_error put(const char *word, const char *text)
{
	return peer_write(&peer, -1, word, text);
}

static void assert_wiped(size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(held[i], '\0');
}

static void test_together(void **state)
{
	(void)state;
	peer_hold(&peer, held, sizeof(held));
	assert_int_equal(put(WORD_REGION, "eu-west-1"), RECORD_OK);
	assert_int_equal(put(WORD_FIPS, NULL), RECORD_OK);
	assert_string_equal(came(), "");
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
	assert_string_equal(came(), "region eu-west-1\nfips\n");
	assert_wiped(strlen("region eu-west-1\nfips\n"));
	/* It holds no more. */
	assert_int_equal(put(WORD_SERIAL, "s"), RECORD_OK);
	assert_string_equal(came(), "serial s\n");
}

static void test_nothing_held(void **state)
{
	(void)state;
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
	peer_hold(&peer, held, sizeof(held));
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
	assert_string_equal(came(), "");
}

/* What does not fit goes out after what was held. Then records are held again. */
static void test_full(void **state)
{
	(void)state;
	peer_hold(&peer, held, 16);
	assert_int_equal(put(WORD_SERIAL, "12345"), RECORD_OK);
	assert_string_equal(came(), "");
	assert_int_equal(put(WORD_REGION, "eu-west-1"), RECORD_OK);
	assert_string_equal(came(), "serial 12345\nregion eu-west-1\n");
	assert_wiped(strlen("serial 12345\n"));
	assert_int_equal(put(WORD_FIPS, NULL), RECORD_OK);
	assert_string_equal(came(), "");
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
	assert_string_equal(came(), "fips\n");
}

static void test_held_already(void **state)
{
	char second[16];

	(void)state;
	peer_hold(&peer, held, sizeof(held));
	assert_int_equal(put(WORD_FIPS, NULL), RECORD_OK);
	peer_hold(&peer, second, sizeof(second));
	assert_int_equal(put(WORD_DUAL_STACK, NULL), RECORD_OK);
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
	assert_string_equal(came(), "fips\ndual-stack\n");
}

/* A record out of turn is not held, and takes nothing along. */
static void test_out_of_turn(void **state)
{
	(void)state;
	peer_hold(&peer, held, sizeof(held));
	assert_int_equal(put(WORD_FIPS, NULL), RECORD_OK);
	assert_int_equal(put(WORD_CODE, "123456"), RECORD_BROKEN);
	assert_int_equal(put(WORD_FIPS, NULL), RECORD_BROKEN);
	assert_int_equal(put(WORD_REGION, "a\nb"), RECORD_BROKEN);
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
	assert_string_equal(came(), "fips\n");
}

static void test_with_descriptors(void **state)
{
	struct descriptors three = {{other, other, other}, 3};

	(void)state;
	peer.words = &words_pam;
	peer.state = LOGIN_OPENING;
	peer_hold(&peer, held, sizeof(held));
	assert_int_equal(put(WORD_PROFILE, "p"), RECORD_OK);
	assert_int_equal(peer_write_with(&peer, -1, WORD_USER, "u", &three), RECORD_OK);
	/* recv() takes no descriptors along: the kernel closes them. */
	assert_string_equal(came(), "profile p\nuser u\n");
	assert_wiped(strlen("profile p\n"));
	assert_int_equal(peer_release(&peer, -1), RECORD_OK);
}

static void test_the_other_end_is_gone(void **state)
{
	(void)state;
	peer_hold(&peer, held, sizeof(held));
	assert_int_equal(put(WORD_SECRET_ACCESS_KEY, "secret"), RECORD_OK);
	close(other);
	other = -1;
	assert_int_equal(peer_release(&peer, -1), RECORD_EOF);
	assert_wiped(strlen("secret-access-key secret\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_together, start, stop),
		cmocka_unit_test_setup_teardown(test_nothing_held, start, stop),
		cmocka_unit_test_setup_teardown(test_full, start, stop),
		cmocka_unit_test_setup_teardown(test_held_already, start, stop),
		cmocka_unit_test_setup_teardown(test_out_of_turn, start, stop),
		cmocka_unit_test_setup_teardown(test_with_descriptors, start, stop),
		cmocka_unit_test_setup_teardown(test_the_other_end_is_gone, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
