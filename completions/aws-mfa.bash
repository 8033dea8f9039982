# bash completion for aws-mfa. `aws-mfa completion bash` prints it.

_aws_mfa()
{
	local kind i
	mapfile -t COMPREPLY < <(printf '%s\0' "${COMP_LINE:0:COMP_POINT}" "$2" |
		command aws-mfa complete bash 2>/dev/null)
	kind=${COMPREPLY[0]-}
	COMPREPLY=("${COMPREPLY[@]:1}")
	case $kind in
	files) compopt -o default ;;
	users) mapfile -t COMPREPLY < <(compgen -u -- "$2") ;;
	command*)
		for ((i = 1; i < COMP_CWORD; i++)); do
			[[ ${COMP_WORDS[i]} == -- ]] && break
		done
		if declare -F _command_offset >/dev/null; then
			_command_offset $((i + 1))
		elif ((i + 1 == COMP_CWORD)); then
			mapfile -t COMPREPLY < <(compgen -c -- "$2")
		else
			compopt -o default
		fi ;;
	esac
}
complete -F _aws_mfa aws-mfa
