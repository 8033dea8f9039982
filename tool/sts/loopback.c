#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool is_v4(const struct in_addr *addr)
{
	return ntohl(addr->s_addr) >> 24 == IN_LOOPBACKNET;
}

bool loopback_is_address(const struct sockaddr *sa)
{
	/* Copy the address: sa may have a smaller alignment. */
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, sa, sizeof(v4));
		return is_v4(&v4.sin_addr);
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, sa, sizeof(v6));
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	}
	return false;
}

bool loopback_is_host(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char literal[INET6_ADDRSTRLEN];
	size_t len = strlen(host);

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return is_v4(&v4);
	if (len < 4 || len - 2 >= sizeof(literal) || host[0] != '[')
		return false;
	memcpy(literal, host + 1, len - 2);
	literal[len - 2] = '\0';
	return inet_pton(AF_INET6, literal, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}
