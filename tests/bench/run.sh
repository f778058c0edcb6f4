#!/usr/bin/env bash
# Measures gvm-rs side by side with `curl | tar`, goup-rs and /bin/true, in one run; prints ratios.
#
#     bash tests/bench/run.sh [--rounds N] [--only SECTION…] [--scratch DIR] [--mise] [--peers PATH…]
#
# It builds gvm-rs (release), a local mirror of real toolchains (target/real-mirror, from PyPI) and
# goup-rs (from the registry of cargo, into target/bench-peers; a few minutes once), then measures in interleaved
# rounds from loopback. Sections: install line memory small counts several. --scratch: a directory on
# the disk to measure. --mise: builds mise too, which takes very long. --peers: other builds of gvm-rs,
# goup or mise (told by their names) to measure beside this one. It needs 3 GB of disk, and all in all
# fifteen minutes.
#
# It asserts nothing: the targets stand beside the figures. Compare ratios of one run, not times, and
# look at min..max first: where they are wide, something else was using the machine. On ext4 without a
# journal each deletion slows the creations of the minutes after it: give --scratch another file system.
# The figures are kept in target/bench.json.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/packages.sh
. tests/packages.sh

goup_version=0.16.12
target=${CARGO_TARGET_DIR:-target}
peers=target/bench-peers

need_cargo
need_programs cc=gcc curl=curl python3=python3 pip3=python3-pip strace=strace xz=xz-utils
cargo build --release --locked
tests/real/make-mirror target/real-mirror 1.21.13 1.22.10 1.27.3
if [ ! -x "$peers/bin/goup" ]; then
  cargo install goup-rs --version "$goup_version" --locked --root "$peers" --target-dir "$peers-build" ||
    echo "bench: goup-rs cannot be built; going on without it" >&2
fi
for argument in "$@"; do
  if [ "$argument" = --mise ] && [ ! -x "$peers/bin/mise" ]; then
    cargo install mise --locked --root "$peers" --target-dir "$peers-build"
  fi
done
# An install copies the program; what the linker itself wrote lies in memory page by page, and starts more slowly.
install -D -m 755 "$target/release/gvm-rs" "$peers/bin/gvm-rs"
exec python3 tests/bench/bench.py --program "$peers/bin/gvm-rs" --bin "$peers/bin" "$@"
