#include "variables.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTAINER "AWS_CONTAINER_"

const char *const variables_unset[] = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN",
	"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", CONTAINER "CREDENTIALS_RELATIVE_URI",
	CONTAINER "CREDENTIALS_FULL_URI", CONTAINER "AUTHORIZATION_TOKEN",
	CONTAINER "AUTHORIZATION_TOKEN_FILE", NULL};

void variables_of(const struct handover *h, struct variable list[static N_VARIABLES])
{
	const struct variable of[N_VARIABLES] = {
		[VARIABLE_KEY_ID] = {"AWS_ACCESS_KEY_ID", h->session.access_key_id.data},
		[VARIABLE_SECRET] = {"AWS_SECRET_ACCESS_KEY", h->session.secret_access_key.data},
		[VARIABLE_TOKEN] = {"AWS_SESSION_TOKEN", h->session.session_token.data},
		[VARIABLE_EXPIRATION] = {"AWS_CREDENTIAL_EXPIRATION", h->expiration},
		[VARIABLE_REGION] = {"AWS_REGION", h->region},
		[VARIABLE_DEFAULT_REGION] = {"AWS_DEFAULT_REGION", h->region},
		[VARIABLE_PROFILE] = {"AWS_MFA_PROFILE", h->profile},
	};

	memcpy(list, of, sizeof(of));
}

static bool is_named(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

/* Does the command get this entry of our environment? */
static bool stays(const char *entry, const struct variable list[static N_VARIABLES])
{
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (list[i].value && is_named(entry, list[i].name))
			return false;
	for (const char *const *name = variables_unset; *name; name++)
		if (is_named(entry, *name))
			return false;
	return strncmp(entry, CONTAINER, strlen(CONTAINER)) != 0;
}

char **variables_environment(const struct handover *h, struct secret *text)
{
	struct variable list[N_VARIABLES];
	size_t n = 0, size = 0;
	char **made;

	variables_of(h, list);
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (list[i].value)
			size += strlen(list[i].name) + 1 + strlen(list[i].value) + 1;
	for (char **entry = environ; *entry; entry++)
		n++;
	made = calloc(n + N_VARIABLES + 1, sizeof(*made));
	if (!made || !secret_make(text, size)) {
		free(made);
		return NULL;
	}
	n = 0;
	for (char **entry = environ; *entry; entry++)
		if (stays(*entry, list))
			made[n++] = *entry;
	for (size_t i = 0; i < N_VARIABLES; i++) {
		if (!list[i].value)
			continue;
		made[n++] = text->data + text->size;
		secret_add(text, list[i].name, strlen(list[i].name));
		secret_add(text, "=", 1);
		secret_add(text, list[i].value, strlen(list[i].value) + 1);
	}
	return made;
}
