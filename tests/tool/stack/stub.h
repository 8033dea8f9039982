/*
 * A PAM module that answers what its arguments say, and tells the program that it was called. With
 * HALF it lacks the functions that an application calls second.
 */
#include <security/pam_modules.h>

void scene_called(int argc, const char **argv, char letter);
int scene_answer(int argc, const char **argv, char letter);

static int answer(int flags, int argc, const char **argv, char letter)
{
	if ((unsigned)flags & PAM_SILENT)
		letter = (char)(letter - 'a' + 'A');
	scene_called(argc, argv, letter);
	return scene_answer(argc, argv, letter);
}

#define FUNCTION(name, letter)                                                                     \
	int name(pam_handle_t *pamh, int flags, int argc, const char **argv)                       \
	{                                                                                          \
		(void)pamh;                                                                        \
		return answer(flags, argc, argv, letter);                                          \
	}

FUNCTION(pam_sm_authenticate, 'a')
FUNCTION(pam_sm_acct_mgmt, 'm')
FUNCTION(pam_sm_open_session, 'o')
#ifndef HALF
FUNCTION(pam_sm_setcred, 's')
FUNCTION(pam_sm_close_session, 'c')
#endif
