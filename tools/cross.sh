#!/bin/sh
# Compiles the C extensions that PyPI does not have for the processors of routers: cffi, which cryptography needs, and the
# optional ones of peewee. Makes a cross environment for Python 3.11 out of Debian's packages for that processor, builds wheels
# in it, checks what they are, and imports each under QEMU where that is installed.
#
# usage: [ARCH=armv7|aarch64] tools/cross.sh          wheels: build/cross/ARCH/wheels
set -eu
cd "$(dirname "$0")/.."
arch=${ARCH:-armv7}
case $arch in
armv7) debian=armhf machine=armv7l triplet=arm-linux-gnueabihf qemu=qemu-arm-static elf=ARM ;;
aarch64) debian=arm64 machine=aarch64 triplet=aarch64-linux-gnu qemu=qemu-aarch64-static elf=AArch64 ;;
*)
    echo "ARCH is armv7 or aarch64, not $arch" >&2
    exit 2
    ;;
esac
python=${PYTHON:-python3.11}
base=$PWD/build/cross/$arch
root=$PWD/build/sysroot/$debian-devel

tools/install-compat.sh "gcc-$triplet" "libc6-dev-$debian-cross" qemu-user-static
tools/mksysroot.sh "$debian" "$root" python3.11 libpython3.11-dev libffi-dev libsqlite3-dev

rm -rf "$base"
mkdir -p "$base/bin"
# crossenv drops the arguments of a compiler, so it gets one that needs none.
printf '#!/bin/sh\nexec %s-gcc --sysroot="%s" "$@"\n' "$triplet" "$root" >"$base/bin/cc"
chmod +x "$base/bin/cc"
"$python" -m venv "$base/host"
"$base/host/bin/pip" install --quiet crossenv==1.6.2
# Debian's Python for ARM says "armv8l" of a machine of 64 bits, which no router is.
"$base/host/bin/python" -m crossenv --machine "$machine" --sysroot "$root" --cc "$base/bin/cc" --cxx "$base/bin/cc" \
    --ar "$triplet-ar" "$root/usr/bin/python3.11" "$base/env" >"$base/crossenv.log" 2>&1
# cross-pip builds with what is installed here.
"$base/env/bin/build-pip" install --quiet --upgrade setuptools==80.9.0 Cython==3.1.6

# Wheels for glibc and musl have one name: a cache would hand out one in place of the other.
"$base/env/bin/cross-pip" wheel --quiet --no-cache-dir --no-deps --no-binary cffi,peewee --require-hashes \
    --requirement tools/cross.txt --wheel-dir "$base/wheels"

mkdir "$base/site"
for wheel in "$base"/wheels/*.whl; do
    "$python" -m zipfile --extract "$wheel" "$base/site"
done
# Nothing beyond the libraries that the target's own Python stands on.
allowed='libc\.so\.6|libpthread\.so\.0|libm\.so\.6|libffi\.so\.8|libsqlite3\.so\.0|ld-linux-[a-z0-9-]*\.so\.[13]'
modules=
for module in $(find "$base/site" -name '*.so' | sort); do
    header=$("$triplet-readelf" --file-header "$module")
    if ! echo "$header" | grep --quiet "Machine: *$elf\$"; then
        echo "$module is not for $elf" >&2
        exit 1
    fi
    needed=$("$triplet-readelf" --dynamic "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    if echo "$needed" | grep --quiet --invert-match --extended-regexp "^($allowed)?\$"; then
        echo "$module needs more than the target has:" "$needed" >&2
        exit 1
    fi
    name=$(echo "${module#"$base/site/"}" | sed 's/\.cpython-.*//; s,/,.,g')
    modules="$modules $name"
    echo "$arch: $name needs $(echo "$needed" | tr '\n' ' ')"
done
case $modules in
*_cffi_backend*_sqlite_udf*) ;;
*)
    echo "not all extensions were compiled:$modules" >&2
    exit 1
    ;;
esac
for module in $modules; do
    PYTHONPATH=$base/site "$qemu" -L "$root" "$root/usr/bin/python3.11" -c "import $module"
done
