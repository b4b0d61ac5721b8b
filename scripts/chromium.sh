#!/bin/sh
# Installs Debian's chromium for the browser tests. Prints what it does; silent when it is already there.
set -eu

[ -x /usr/bin/chromium ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "chromium.sh: apt-get not found: install Chromium by hand as /usr/bin/chromium." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "chromium.sh: installing the Debian package chromium needs root: sudo sh scripts/chromium.sh" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing the Debian package chromium with apt-get, for the browser tests."
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium >/dev/null
/usr/bin/chromium --version
