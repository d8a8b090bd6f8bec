#!/bin/sh
# Downloads are measured against nginx. Only root can install it; without it that column is left out.
set -eu
PATH=$PATH:/usr/sbin
if command -v nginx >/dev/null; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "nginx is not installed, and cannot be from here"
    exit 0
fi
# Debian's way to say that a package's service must not be started (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -qq -y --no-install-recommends nginx-light || echo "nginx could not be installed"
