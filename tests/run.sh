#!/usr/bin/env bash
# Runs all tests, on synthetic archives and on real Go toolchains, and then the demo.
#
#     bash tests/run.sh                        installs missing Debian packages when root, else names them
#     GVM_RS_TEST_SKIP=real bash tests/run.sh  without the real toolchains (no PyPI), and says so
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tests/packages.sh
. tests/packages.sh

# The tests talk to servers of their own on this machine, and a proxy would come between. Whatever has to
# be fetched is fetched before, with the proxy that may be needed for it.
cargo_test() {
  cargo test --locked --no-run
  env -u http_proxy -u https_proxy -u all_proxy -u no_proxy \
    -u HTTP_PROXY -u HTTPS_PROXY -u ALL_PROXY -u NO_PROXY \
    cargo test --locked --no-fail-fast
}

need_cargo
need_programs bash=bash dash=dash zsh=zsh fish=fish elvish=elvish script=bsdutils \
  systemctl=systemd mandoc=mandoc cc=gcc strip=binutils \
  curl=curl wget=wget openssl=openssl shasum=perl strace=strace shellcheck=shellcheck shfmt=shfmt python3=python3 pip3=python3-pip

if [[ ",${GVM_RS_TEST_SKIP:-}," != *,nu,* && -z ${GVM_RS_TEST_NU:-} ]] && ! timeout 120 bash tests/nushell.sh target/nushell; then
  echo "tests: nushell could not be had from npm: nothing is tried in it (GVM_RS_TEST_SKIP=nu)" >&2
  export GVM_RS_TEST_SKIP=${GVM_RS_TEST_SKIP:+$GVM_RS_TEST_SKIP,}nu
fi

case ",${GVM_RS_TEST_SKIP:-}," in
  *,real,*)
    echo "tests: GVM_RS_TEST_SKIP=real: no test on real toolchains, no demo" >&2
    cargo_test
    ;;
  *)
    tests/real/make-mirror target/real-mirror 1.21.13 1.22.10 1.26.6 1.27.3
    GVM_RS_TEST_REAL_MIRROR=$PWD/target/real-mirror cargo_test
    bash tests/demo.sh
    ;;
esac
