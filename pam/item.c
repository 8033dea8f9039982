#include "item.h"

#include <stddef.h>

const char *item_text(const pam_handle_t *pamh, int what)
{
	const void *value = NULL;

	return pam_get_item(pamh, what, &value) == PAM_SUCCESS && value ? value : "";
}
