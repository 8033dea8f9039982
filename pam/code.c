#include "code.h"

#include <string.h>

/*
 * Threat: sshd's PasswordAuthentication answers every hidden prompt with the login password.
 * Whatever is not a code goes nowhere: not to the helper, which the user may be tracing, and not
 * to AWS. No isdigit(): it asks the application's locale.
 */
bool code_from_answer(char code[static CODE_DIGITS + 1], const char *answer)
{
	const char *start = answer + strspn(answer, " \t\r\n\v\f");
	const char *after = start + strspn(start, "0123456789");

	code[0] = '\0';
	if (after - start != CODE_DIGITS || after[strspn(after, " \t\r\n\v\f")] != '\0')
		return false;
	memcpy(code, start, CODE_DIGITS);
	code[CODE_DIGITS] = '\0';
	return true;
}
