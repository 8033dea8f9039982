# fish completion for aws-mfa. `aws-mfa completion fish` prints it.

function __aws_mfa_complete
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -l lines (printf '%s\0' $words "$current" | command aws-mfa complete fish 2>/dev/null)
	switch "$lines[1]"
		case words
			set -e lines[1]
			test (count $lines) -eq 0
			or printf '%s\n' $lines
		case files
			__fish_complete_path "$current"
		case users
			__fish_complete_users
		case 'command *'
			set -e words[1..(string replace 'command ' '' $lines[1])]
			complete -C (string join ' ' -- (string escape -- $words) "$current")
	end
end
complete -c aws-mfa -f -a '(__aws_mfa_complete)'
