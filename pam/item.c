#include "item.h"

#include <stddef.h>
#include <string.h>

const char *item_text(const pam_handle_t *pamh, int what)
{
	const void *value = NULL;

	return pam_get_item(pamh, what, &value) == PAM_SUCCESS && value ? value : "";
}

bool item_is_polkit(const pam_handle_t *pamh)
{
	return strcmp(item_text(pamh, PAM_SERVICE), "polkit-1") == 0;
}
