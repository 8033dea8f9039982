#include "awake.h"

#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

/* Looks at the clock after each of n spans of ms. */
static void spend(struct awake *a, int n, int64_t ms, enum awake_span span)
{
	for (int i = 0; i < n; i++)
		awake_look(a, a->looked_ms + ms, span);
}

static struct awake begun(void)
{
	struct awake a = {0};

	awake_begin(&a, 1000000);
	return a;
}

static void a_silent_server(void **state)
{
	struct awake a = begun();

	(void)state;
	assert_true(awake_throughout(&a));
	assert_false(awake_long_enough(&a, 20000));
	spend(&a, 39, 250, SPAN_IDLE);
	assert_false(awake_long_enough(&a, 20000));
	spend(&a, 1, 250, SPAN_IDLE);
	assert_true(awake_long_enough(&a, 20000));
}

static void a_gap(void **state)
{
	static const enum awake_span spans[] = {SPAN_BUSY, SPAN_IDLE, SPAN_HELD};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct awake a = begun();

		spend(&a, 60, 250, SPAN_IDLE);
		spend(&a, 1, 350, spans[i]);
		assert_true(awake_throughout(&a));
		spend(&a, 1, 351, spans[i]);
		assert_false(awake_throughout(&a));
		spend(&a, 60, 250, SPAN_IDLE);
		assert_false(awake_long_enough(&a, 20000));
	}
}

/* In slices too short to be seen: whatever the server sends is ready after each. */
static void a_gap_too_short_to_be_seen(void **state)
{
	struct awake a = begun();

	(void)state;
	spend(&a, 14, 350, SPAN_BUSY);
	assert_true(awake_throughout(&a));
	spend(&a, 1, 350, SPAN_BUSY);
	assert_false(awake_throughout(&a));
	spend(&a, 60, 250, SPAN_IDLE);
	assert_false(awake_long_enough(&a, 20000));
}

static void a_thread_held_up(void **state)
{
	struct awake a = begun();

	(void)state;
	for (int i = 0; i < 5; i++) { /* a busy machine, now and then */
		spend(&a, 1, 250, SPAN_HELD);
		spend(&a, 1, 250, SPAN_IDLE);
	}
	assert_true(awake_throughout(&a));
	assert_int_equal(a.idle_ms, 1250);
	spend(&a, 1, 250, SPAN_HELD);
	spend(&a, 2, 1, SPAN_BUSY);
	spend(&a, 1, 250, SPAN_HELD);
	assert_false(awake_throughout(&a));
}

static void several_attempts(void **state)
{
	struct awake a = begun();

	(void)state;
	spend(&a, 20, 250, SPAN_IDLE);
	awake_begin(&a, a.looked_ms + 9000); /* between attempts nothing is lost */
	spend(&a, 20, 250, SPAN_IDLE);
	assert_true(awake_long_enough(&a, 20000));
	spend(&a, 1, 400, SPAN_BUSY);
	awake_begin(&a, a.looked_ms + 250);
	assert_true(awake_throughout(&a));
	assert_false(awake_long_enough(&a, 20000));
}

static void excuses(void **state)
{
	struct awake a = begun();
	struct error e;

	(void)state;
	error_set(&e, STATUS_UNAVAILABLE, "no answer");
	assert_int_equal(awake_excuse(&a, &e), STATUS_SYSTEM);
	assert_int_equal(e.status, STATUS_SYSTEM);
	assert_non_null(strstr(e.text, "no answer; but too little of the time was left"));
	spend(&a, 1, 400, SPAN_BUSY);
	error_set(&e, STATUS_UNAVAILABLE, "no answer");
	awake_excuse(&a, &e);
	assert_non_null(strstr(e.text, "no answer; but this program was stopped or starved"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_server),
		cmocka_unit_test(a_gap),
		cmocka_unit_test(a_gap_too_short_to_be_seen),
		cmocka_unit_test(a_thread_held_up),
		cmocka_unit_test(several_attempts),
		cmocka_unit_test(excuses),
	};

	return cmocka_run_group_tests_name("awake", tests, NULL, NULL);
}
