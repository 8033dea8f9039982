/* Reads its arguments as the options of a line of a stack. Prints the fault, and ends with 1. */
#include "options.h"

#include <stdio.h>

int main(int argc, const char **argv)
{
	struct options options;
	char error[512];

	if (options_parse(&options, argc - 1, argv + 1, error, sizeof(error)))
		return 0;
	puts(error);
	return 1;
}
