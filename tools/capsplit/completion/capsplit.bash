# bash completion for capsplit                             -*- shell-script -*-
# SPDX-License-Identifier: GPL-2.0

_capsplit()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local commands='why check who run token ns unshare enter' options
	local caps='none all cap_bpf cap_tracing cap_perfmon cap_net_admin
		cap_sys_admin cap_syslog cap_sys_ptrace cap_dac_read_search'

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W "$commands --help --version" -- "$cur"))
		return
	fi
	case ${COMP_WORDS[1]} in
	run)
		options='--caps --user --token --dev --allow-new-privs --dry-run' ;;
	check)
		options='--pid --file --user --caps --userns --assume --probe' ;;
	why)
		options='--user --caps --all --granted' ;;
	who)
		options='--dir --unit-dir' ;;
	token)
		options='--caps --cmds --maps --progs --attachs --cgroup
			--user --ancestor'
		if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then
			COMPREPLY=($(compgen -W 'create derive pin show list
				revoke' -- "$cur"))
			return
		fi ;;
	ns)
		options= ;;
	unshare)
		options='--bpf --user --map-root-user --fork' ;;
	enter)
		options='--user'
		if [[ $prev == enter || $prev == --user || $prev == -U ]] &&
		   [[ $cur != -* ]]; then
			COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")
				$(compgen -f -- "$cur"))
			return
		fi ;;
	*)
		return ;;
	esac
	case $prev in
	--dev)
		COMPREPLY=($(compgen -W 'bpf bpf-net bpf-tracing' -- "$cur"))
		return ;;
	--cmds | --maps | --progs | --attachs)
		COMPREPLY=($(compgen -W 'all none' -- "$cur"))
		return ;;
	--caps)
		# The last name of a list
		local before=
		[[ $cur == *,* ]] && before=${cur%,*},
		COMPREPLY=($(compgen -P "$before" -W "$caps" -- "${cur##*,}"))
		return ;;
	--user)
		# It takes an argument of some commands only
		if [[ ${COMP_WORDS[1]} != @(unshare|enter) ]]; then
			COMPREPLY=($(compgen -u -- "$cur"))
			return
		fi ;;
	--pid)
		COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur"))
		return ;;
	--assume)
		COMPREPLY=($(compgen -S = -W 'cap_tracing perf_event_paranoid
			kptr_restrict unprivileged_bpf_disabled' -- "$cur"))
		return ;;
	--dir | --unit-dir | --cgroup)
		COMPREPLY=($(compgen -d -- "$cur"))
		return ;;
	--file | --token | --ancestor)
		COMPREPLY=($(compgen -f -- "$cur"))
		return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$options --json --help" -- "$cur"))
		return
	fi
	case ${COMP_WORDS[1]} in
	run | why | unshare | enter)
		COMPREPLY=($(compgen -c -- "$cur")) ;;
	esac
}

complete -o default -F _capsplit capsplit
