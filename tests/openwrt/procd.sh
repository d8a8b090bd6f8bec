#!/bin/sh
# A stand-in for OpenWrt's /etc/rc.common and procd: procd.sh INIT_SCRIPT ACTION [ARGUMENT...]
#
# ROUTER is a folder that stands for the router's root: every variable of the script that is an absolute path is put
# below it. RUNNER is what the command is run by, if anything. What is known of a service NAME is in $ROUTER/procd:
#
#   NAME.instance  its parameters, one on a line, words separated by tabs; missing if it has no instance
#   NAME.triggers  the same for triggers
#   NAME.pid, NAME.output, NAME.signals, log (of logger), owners (of chown)
#
# As procd does, it restarts an instance only if a parameter, or the content of a file that one names, has changed,
# and stops what start does not mention any more. "event TYPE VALUE" does what the triggers say.
set -u
script=$1 action=$2
shift 2
name=$(basename "$script" .init)
state=$ROUTER/procd
mkdir -p "$state"

# --- /lib/functions.sh: the syntax of UCI is the shell's

config_load() {
	section=''
	# shellcheck disable=SC1090 # a file of the test
	[ ! -e "$ROUTER/etc/config/$1" ] || . "$ROUTER/etc/config/$1"
}

config() {
	section=$2
	eval "CONFIG_$section=\$1"
}

option() { eval "CONFIG_${section}_$1=\$2"; }

config_get() { eval "$1=\${CONFIG_${2}_$3:-\${4-}}"; }

config_get_bool() {
	config_get "$@"
	eval "case \$$1 in
	1 | on | true | yes | enabled) $1=1 ;;
	0 | off | false | no | disabled) $1=0 ;;
	*) $1=\${4-} ;;
	esac"
}

# --- programs that need a router, or its users

logger() { echo "$*" >>"$state/log"; }
chown() { echo "$*" >>"$state/owners"; }

# --- procd.sh

write_words() {
	local word kind=$1
	shift
	printf '%s' "$kind"
	for word in "$@"; do printf '\t%s' "$word"; done
	echo
}

procd_open_instance() { : >"$state/$name.new"; }
procd_set_param() { write_words "$@" >>"$state/$name.new"; }
procd_append_param() { procd_set_param "$@"; }
procd_add_mdns() { write_words mdns "$@" >>"$state/$name.new"; }
procd_close_instance() { :; }
procd_add_reload_trigger() { write_words config.change reload "$@" >>"$state/$name.triggers"; }
procd_add_reload_mount_trigger() { write_words mount.add reload "$@" >>"$state/$name.triggers"; }
procd_add_restart_mount_trigger() { write_words mount.add restart "$@" >>"$state/$name.triggers"; }

procd_running() {
	local pid
	pid=$(cat "$state/$name.pid" 2>/dev/null) && [ -e "/proc/$pid" ] && ! grep -q '^[0-9]* (.*) Z' "/proc/$pid/stat"
}

procd_send_signal() {
	echo "$3" >>"$state/$name.signals"
	kill "-$3" "$(cat "$state/$name.pid")"
}

procd_kill() {
	local tries=150
	if procd_running; then
		procd_send_signal "$name" '*' TERM
		while procd_running && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
	fi
	rm -f "$state/$name.pid" "$state/$name.instance"
}

fingerprint() {
	local kind word
	[ -e "$1" ] || return 0
	grep -v '^mdns' "$1"
	while read -r kind word; do
		[ "$kind" != file ] || cat "$word"
	done <"$1"
}

quote() { printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

words_of() {
	sed -n "s/^$1	//p" "$state/$name.instance" | tr '\t' '\n'
}

# The parameters of the instance as a command for the shell.
command_line() {
	local word
	words_of limits | while read -r word; do
		case "$word" in
		nofile=*) echo "ulimit -n ${word##* };" ;;
		data=*) echo "ulimit -d $((${word##* } / 1024));" ;;
		esac
	done
	printf 'exec env -i "PATH=%s" ' "$PATH"
	words_of env | while read -r word; do quote "$word"; done
	printf '%s ' "${RUNNER-}"
	words_of command | while read -r word; do quote "$word"; done
}

run_instance() {
	sh -c "$(command_line)" >>"$state/$name.output" 2>&1 </dev/null &
	echo $! >"$state/$name.pid"
}

rc_procd() {
	local before after
	rm -f "$state/$name.new" "$state/$name.triggers"
	before=$(cat "$state/$name.fingerprint" 2>/dev/null)
	"$@"
	after=$(fingerprint "$state/$name.new")
	service_triggers
	if [ ! -e "$state/$name.new" ]; then
		procd_kill
		return
	fi
	[ "$before" = "$after" ] || procd_kill
	mv "$state/$name.new" "$state/$name.instance"
	printf '%s\n' "$after" >"$state/$name.fingerprint"
	procd_running || run_instance
}

# --- rc.common

start() {
	rc_procd start_service
	service_started
}

stop() {
	stop_service
	procd_kill
	rm -f "$state/$name.triggers"
	service_stopped
}

restart() { stop && start; }
reload() { reload_service; }
reload_service() { start; }
running() { procd_running; }
service_triggers() { :; }
service_started() { :; }
stop_service() { :; }
service_stopped() { :; }

enable() {
	mkdir -p "$ROUTER/etc/rc.d"
	[ -z "${START-}" ] || ln -sf "../init.d/$name" "$ROUTER/etc/rc.d/S$START$name"
	[ -z "${STOP-}" ] || ln -sf "../init.d/$name" "$ROUTER/etc/rc.d/K$STOP$name"
}

event() {
	local kind action values
	[ -e "$state/$name.triggers" ] || return 0
	while read -r kind action values; do
		case "$kind $values/" in "$1 $2"/*) "$action" ;; esac
	done <"$state/$name.triggers"
}

# shellcheck disable=SC1090 # what is tested
. "$script"
# shellcheck disable=SC2016 # for eval to expand
eval "$(sed -n 's|^\([A-Z_]*\)=/.*|\1="$ROUTER$\1"|p' "$script")"
"$action" "$@"
