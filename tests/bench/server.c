/*
 * server CERT KEY ADDRESS [idle seconds] [delay ms]: a lean stand-in for STS, for measuring only.
 * It speaks TLS, checks nothing and says what AWS would say, so that its own time does not count:
 * a thread for each connection, TCP_NODELAY, one write for each answer, a long backlog. Prints
 * its port, and ends with its standard input.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 1024
#define HEAD "HTTP/1.1 %s\r\nx-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n"
#define NAMESPACE "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""

static SSL_CTX *tls;
static int idle_s, delay_ms;

static const char identity[] =
	"<GetCallerIdentityResponse " NAMESPACE "><GetCallerIdentityResult>"
	"<Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>AIDAIOSFODNN7EXAMPLE</UserId>"
	"<Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata>"
	"<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>"
	"</GetCallerIdentityResponse>";

/* A token of the length AWS's have. */
static const char session[] =
	"<GetSessionTokenResponse " NAMESPACE "><GetSessionTokenResult><Credentials>"
	"<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
	"<SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>"
	"<SessionToken>%0400d</SessionToken><Expiration>%s</Expiration></Credentials>"
	"</GetSessionTokenResult><ResponseMetadata>"
	"<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>"
	"</GetSessionTokenResponse>";

static void pause_ms(long ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Head and body in one write: two would be two packets, and Nagle's algorithm between them. */
static int answer(SSL *ssl, const char *request)
{
	char expiration[32], date[64], body[2048] = "", whole[4096];
	const char *status = "200 OK";
	time_t now = time(NULL), end = now + 12L * 3600;
	struct tm tm;
	int len;

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
	strftime(expiration, sizeof(expiration), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &tm));
	if (strstr(request, "Action=GetCallerIdentity"))
		memcpy(body, identity, sizeof(identity));
	else if (strstr(request, "Action=GetSessionToken"))
		snprintf(body, sizeof(body), session, 0, expiration);
	else
		status = "302 Found";
	len = snprintf(whole, sizeof(whole),
		HEAD "Content-Type: text/xml\r\nContent-Length: %zu\r\nDate: %s\r\n\r\n%s", status,
		strlen(body), date, body);
	if (delay_ms > 0)
		pause_ms(delay_ms);
	return SSL_write(ssl, whole, len);
}

/* The length of the request in buf, or 0 when there is more to come. */
static size_t whole_request(const char *buf, size_t len)
{
	const char *end = strstr(buf, "\r\n\r\n"), *line = strcasestr(buf, "\r\nContent-Length:");
	size_t size;

	if (!end)
		return 0;
	size = (size_t)(end + 4 - buf);
	if (line && line < end)
		size += strtoul(line + strlen("\r\nContent-Length:"), NULL, 10);
	return len >= size ? size : 0;
}

static void *serve(void *arg)
{
	int fd = (int)(long)arg, one = 1, n;
	struct timeval idle = {.tv_sec = idle_s};
	SSL *ssl = SSL_new(tls);
	char buf[16384] = "";
	size_t len = 0;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		while (len + 1 < sizeof(buf) &&
			(n = SSL_read(ssl, buf + len, (int)(sizeof(buf) - 1 - len))) > 0) {
			len += (size_t)n;
			buf[len] = '\0';
			if (whole_request(buf, len) == 0)
				continue;
			if (answer(ssl, buf) <= 0)
				break;
			len = 0;
		}
		SSL_shutdown(ssl);
	}
	SSL_free(ssl);
	close(fd);
	return NULL;
}

static void *end_with_input(void *arg)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	exit(0);
	return arg;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pthread_attr_t detached;
	pthread_t thread;

	signal(SIGPIPE, SIG_IGN);
	tls = SSL_CTX_new(TLS_server_method());
	if (argc < 4 || SSL_CTX_use_certificate_chain_file(tls, argv[1]) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, argv[2], SSL_FILETYPE_PEM) != 1 ||
		inet_pton(AF_INET, argv[3], &at.sin_addr) != 1) {
		fputs("usage: server CERT KEY ADDRESS [idle seconds] [delay ms]\n", stderr);
		return 2;
	}
	idle_s = argc > 4 ? atoi(argv[4]) : 0;
	delay_ms = argc > 5 ? atoi(argv[5]) : 0;
	if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, BACKLOG) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
		perror(argv[3]);
		return 1;
	}
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_create(&thread, &detached, end_with_input, NULL);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client >= 0 &&
			pthread_create(&thread, &detached, serve, (void *)(long)client) != 0)
			close(client);
	}
}
