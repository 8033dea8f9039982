/*
 * Where STS and IAM are, for differential tests and for the endpoint tests AWS publishes with its
 *SDKs. Each line of standard input is a case, "-" where something is unset:
 *
 *	REGION ENDPOINT-URL [fips] [dual-stack] [legacy] [iam]
 *
 * The answer is a line "URL SIGNING-REGION PARTITION", or "error TEXT".
 */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

static const char *set(const char *field)
{
	return field && strcmp(field, "-") != 0 ? field : NULL;
}

int main(void)
{
	char line[8192];

	while (fgets(line, sizeof(line), stdin)) {
		const char *region = strtok(line, " \n"), *url = strtok(NULL, " \n"), *flag;
		struct endpoint_choice want = {.region = set(region), .url = set(url)};
		struct endpoint ep;
		struct error e;

		while ((flag = strtok(NULL, " \n"))) {
			want.fips = want.fips || strcmp(flag, "fips") == 0;
			want.dual_stack = want.dual_stack || strcmp(flag, "dual-stack") == 0;
			want.legacy = want.legacy || strcmp(flag, "legacy") == 0;
			if (strcmp(flag, "iam") == 0)
				want.service = SERVICE_IAM;
		}
		if (endpoint_resolve(&want, &ep, &e) == 0)
			printf("%s %s %s\n", ep.url, ep.region, ep.partition ? ep.partition : "-");
		else
			printf("error %s\n", e.text);
	}
	return 0;
}
