#include "pasted.h"

#include <string.h>

#define SECRET_LENGTH 40 /* IAM User Guide, "Access key" */

bool pasted_secret(const char *text)
{
	static const char of_base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+";
	size_t len = 0;

	for (; *text && len < SECRET_LENGTH; text += len ? len : 1)
		len = strspn(text, of_base64);
	return len >= SECRET_LENGTH;
}

const char *pasted_hide(const char *value)
{
	return pasted_secret(value) ? "(not shown: it looks like a secret)" : value;
}
