/* aws-mfa completion: prints the script that makes a shell complete our commands. */
#include "command.h"
#include "completion_scripts.h"
#include "text/log.h"

#include <stdio.h>
#include <string.h>

static enum status run(const struct command_line *line)
{
	static const struct {
		const char *shell, *script;
	} scripts[] = {
		{"bash", COMPLETION_BASH}, {"zsh", COMPLETION_ZSH}, {"fish", COMPLETION_FISH}};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (strcmp(line->operands[0], scripts[i].shell) == 0) {
			fputs(scripts[i].script, stdout);
			return STATUS_OK;
		}
	log_error("'%s': expected bash, zsh or fish", line->operands[0]);
	return STATUS_USAGE;
}

const struct command cmd_completion = {
	.name = "completion",
	.run = run,
	.summary = "print the script that completes words in your shell",
	.help = "Print the completion script for SHELL: bash, zsh or fish. The packages install it "
		"already. It completes commands, options, profiles, and the roles and devices of "
		"your files.",
	.example = "  aws-mfa completion fish | source      # in ~/.config/fish/config.fish\n"
		   "  eval \"$(aws-mfa completion bash)\"     # in ~/.bashrc\n"
		   "  eval \"$(aws-mfa completion zsh)\"      # in ~/.zshrc, after compinit",
	.operand = "SHELL",
	.values = {"bash, zsh or fish"},
	.min_operands = 1,
	.max_operands = 1,
	.prints = true,
};
