#include "failure.h"

#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static struct failure failure(CURLcode code)
{
	return (struct failure){
		.code = code, .curl_says = "", .host = "sts.example.com", .stage = STAGE_CONNECT};
}

static void is(const struct failure *f, enum status status, const char *part)
{
	struct error e;

	if (failure_explain(f, &e) != status || !strstr(e.text, part))
		fail_msg("%d %s", e.status, e.text);
	assert_int_equal(e.status, status);
}

/* A lack of this machine's is never an outage of AWS's: under failmode=safe that lets people in. */
static void own_lack(void **state)
{
	static const int lacks[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS};
	struct failure f;

	(void)state;
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		f = failure(CURLE_COULDNT_CONNECT);
		f.socket_errno = lacks[i];
		is(&f, STATUS_SYSTEM, strerror(lacks[i]));
		assert_false(failure_may_retry(&f));
	}
	f = failure(CURLE_COULDNT_RESOLVE_HOST);
	f.no_descriptors = true;
	is(&f, STATUS_SYSTEM, "descriptors");
	f = failure(CURLE_COULDNT_RESOLVE_HOST);
	f.curl_says = "getaddrinfo() thread failed to start";
	is(&f, STATUS_SYSTEM, "no more processes or threads can be started");
	f = failure(CURLE_COULDNT_RESOLVE_HOST);
	f.no_threads = true; /* in whatever words libcurl says it */
	is(&f, STATUS_SYSTEM, "no more processes or threads can be started");
	assert_false(failure_may_retry(&f));
	f = failure(CURLE_COULDNT_CONNECT);
	f.os_errno = EADDRNOTAVAIL;
	is(&f, STATUS_UNAVAILABLE, "could not connect");
	f.no_ports = true;
	is(&f, STATUS_SYSTEM, "ports");
	f = failure(CURLE_OUT_OF_MEMORY);
	is(&f, STATUS_SYSTEM, "memory");
}

static void once_the_code_is_out(void **state)
{
	static const CURLcode codes[] = {CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING, CURLE_RECV_ERROR,
		CURLE_OPERATION_TIMEDOUT, CURLE_ABORTED_BY_CALLBACK, CURLE_OUT_OF_MEMORY,
		CURLE_SEND_ERROR, CURLE_WRITE_ERROR};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct failure f = failure(codes[i]);

		f.code_sent = true;
		f.no_descriptors = true;
		is(&f, STATUS_CODE_SPENT, "the code may be used up: try with the next one");
		assert_false(failure_may_retry(&f));
	}
}

static void outages(void **state)
{
	struct failure f = failure(CURLE_COULDNT_CONNECT);

	(void)state;
	f.os_errno = ECONNREFUSED;
	is(&f, STATUS_UNAVAILABLE, "could not connect to sts.example.com: Connection refused");
	assert_true(failure_may_retry(&f));
	f.proxy_host = "proxy:3128";
	is(&f, STATUS_UNAVAILABLE, "could not connect to the proxy proxy:3128");
	f.proxy_status = 403;
	is(&f, STATUS_UNAVAILABLE, "the proxy proxy:3128 does not connect to sts.example.com");
	f.proxy_status = 401;
	is(&f, STATUS_CONFIG, "credentials");
	f.proxy_status = 407;
	is(&f, STATUS_CONFIG, "credentials");
	assert_false(failure_may_retry(&f));
	f = failure(CURLE_PEER_FAILED_VERIFICATION);
	f.curl_says = "certificate has\x1b expired";
	is(&f, STATUS_UNAVAILABLE, "not trusted (certificate has? expired)");
	assert_false(failure_may_retry(&f));
	f = failure(CURLE_OPERATION_TIMEDOUT);
	is(&f, STATUS_UNAVAILABLE, "could not connect to sts.example.com in time");
	f.stage = STAGE_RESOLVE;
	is(&f, STATUS_UNAVAILABLE, "resolved in time");
	f.stage = STAGE_TLS;
	is(&f, STATUS_UNAVAILABLE, "the TLS handshake with sts.example.com did not end in time");
	f.proxy_host = "proxy:3128";
	is(&f, STATUS_UNAVAILABLE, "sts.example.com through the proxy proxy:3128 in time");
	f.stage = STAGE_ANSWER;
	is(&f, STATUS_UNAVAILABLE, "did not answer in time");
	f = failure(CURLE_COULDNT_CONNECT);
	f.not_loopback = true;
	is(&f, STATUS_CONFIG, "http is for this machine only");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_lack),
		cmocka_unit_test(once_the_code_is_out),
		cmocka_unit_test(outages),
	};

	return cmocka_run_group_tests_name("failure", tests, NULL, NULL);
}
