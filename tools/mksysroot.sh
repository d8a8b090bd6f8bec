#!/bin/sh
# Unpacks Debian packages of another architecture, with all that they depend on, into a folder: to compile against, and to run
# programs from, natively or under QEMU. What is installed on this machine is not touched, and root is not needed.
#
# usage: tools/mksysroot.sh ARCH FOLDER PACKAGE...      tools/mksysroot.sh armhf build/sysroot/armhf python3.11
#
# A folder that already holds these packages is left as it is. What was downloaded is kept in build/apt.
set -eu
if [ $# -lt 3 ]; then
    sed -n 's/^# usage: /usage: /p' "$0" >&2
    exit 2
fi
arch=$1 folder=$2
shift 2
wanted="$arch $*"
[ "$(cat "$folder/.packages" 2>/dev/null || true)" != "$wanted" ] || exit 0

# apt as of a machine of that architecture on which nothing is installed. The sources are this machine's own, but for the
# security suite: mirrors are late with its other architectures, and then nothing can be installed at all.
apt=$(cd "$(dirname "$0")/.." && pwd)/build/apt/$arch
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
: >"$apt/status"
awk -v arch="$arch" 'BEGIN { RS = ""; ORS = "\n\n" }
    !/-security/ { gsub(/\n?Architectures:[^\n]*/, ""); print $0 "\nArchitectures: " arch }' \
    /etc/apt/sources.list.d/debian.sources >"$apt/debian.sources"
cat >"$apt/apt.conf" <<CONF
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::Main "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::Etc::SourceList "$apt/debian.sources";
Dir::Etc::SourceParts "/dev/null";
CONF
export APT_CONFIG="$apt/apt.conf" LC_ALL=C
apt-get --quiet=2 update
apt-get --quiet=2 --yes --download-only install "$@" >"$apt/log"
# "Inst NAME (VERSION Debian:12.1/stable [ARCH]) ..." names what belongs to it; the cache may hold more.
apt-get --simulate install "$@" |
    sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) [^[]*\[\([a-z0-9]*\)\].*/\1_\2_\3.deb/p' | sed 's/:/%3a/g' >"$apt/debs"

rm -rf "$folder" "$folder.new"
mkdir -p "$folder.new"
while read -r deb; do
    dpkg-deb --extract "$apt/cache/archives/$deb" "$folder.new"
done <"$apt/debs"
# A linker, and a program under QEMU, would follow an absolute link out of the folder.
find "$folder.new" -type l -lname '/*' | while read -r link; do
    target=$folder.new$(readlink "$link")
    ln -snf "$(realpath --canonicalize-missing --no-symlinks --relative-to="$(dirname "$link")" "$target")" "$link"
done
echo "$wanted" >"$folder.new/.packages"
mv "$folder.new" "$folder"
