#include "clock.h"

#include "boottime.h"
#include "sts_limits.h"

/* Use time(): a signature only holds whole seconds. */
static int64_t wall_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

static time_t seconds(int64_t since_boot_ms)
{
	return (time_t)((boottime_ms() + since_boot_ms) / 1000);
}

void clock_start(struct clock *c)
{
	*c = (struct clock){.own_ms = wall_ms() - boottime_ms()};
}

void clock_hear(struct clock *c, time_t date)
{
	if (date < 0)
		return;
	c->server_ms = (int64_t)date * 1000 - boottime_ms();
	c->heard = true;
}

time_t clock_own(const struct clock *c)
{
	return seconds(c->own_ms);
}

time_t clock_signing(const struct clock *c)
{
	return clock_own(c) + c->skew;
}

time_t clock_server(const struct clock *c)
{
	return c->heard ? seconds(c->server_ms) : clock_signing(c);
}

bool clock_was_set(const struct clock *c)
{
	time_t by = time(NULL) - clock_own(c);

	return by > SKEW_TOLERATED || by < -SKEW_TOLERATED;
}
