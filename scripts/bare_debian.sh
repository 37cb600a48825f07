#!/usr/bin/env bash
# Show that a fresh clone works on a bare Debian: a root made by debootstrap that holds python3 and nothing else.
#
#   sudo scripts/bare_debian.sh root demo
#   sudo scripts/bare_debian.sh user test
#
# The first word says who runs `python3 start.py`: root, or an ordinary user without any rights. The rest goes to start.py.
# Needs debootstrap and git. A network with a mirror, an index or a certificate of its own is described from outside:
#   BARE_SUITE, BARE_MIRROR   what debootstrap fetches, from where (bookworm, debootstrap's own choice)
#   BARE_BASE                 where the root is kept for the next time (/tmp/servanda-bare-SUITE)
#   BARE_BIND                 files and folders of this machine to show at the same path inside, such as /etc/pip.conf
#   PIP_*, SSL_CERT_FILE      passed on
set -eu

who=$1
shift
suite=${BARE_SUITE:-bookworm}
base=${BARE_BASE:-/tmp/servanda-bare-$suite}
checkout=$(cd "$(dirname "$0")/.." && pwd)

if [ "${BARE_INSIDE:-}" != yes ]; then # the mounts below are seen by this run only, and end with it
    BARE_INSIDE=yes exec unshare --mount --propagation private "$0" "$who" "$@"
fi

[ -x "$base/usr/bin/python3" ] || debootstrap --variant=minbase --include=python3 "$suite" "$base" ${BARE_MIRROR:-}

root=$(mktemp -d /tmp/servanda-bare.XXXXXX)
trap 'umount -R "$root" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
mount -t tmpfs -o size=6g,mode=755 servanda-bare "$root"
cp -a "$base/." "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs shm "$root/dev/shm"
for each in /etc/resolv.conf ${BARE_BIND:-}; do
    if [ -d "$each" ]; then mkdir -p "$root$each"; else mkdir -p "$root${each%/*}" && touch "$root$each"; fi
    mount --bind "$each" "$root$each"
done

case $who in
root) id=0 home=/root ;;
user) id=1000 home=/home/person && echo "person:x:1000:1000::$home:/bin/sh" >>"$root/etc/passwd" ;;
*) echo "bare_debian.sh: the first word is root or user, found '$who'" >&2 && exit 2 ;;
esac
git clone --quiet "$checkout" "$root$home/servanda"
chown -R "$id:$id" "$root$home"

passed=()
while IFS= read -r name; do passed+=("$name=${!name}"); done < <(compgen -e | grep -E '^(PIP_|SSL_CERT_FILE$|CI$)' || true)
started=$SECONDS
code=0
chroot --userspec="$id:$id" "$root" env -i HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "${passed[@]}" \
    sh -c 'cd "$HOME/servanda" && exec python3 start.py "$@"' sh "$@" || code=$?
echo "bare_debian.sh: start.py $* as $who on $suite: exit $code after $((SECONDS - started)) s," \
    "$(du -sm "$root$home/servanda/.venv" | cut -f1) MB in .venv"
exit "$code"
