//! Builds tiny Go archives in the official shape, in memory. The `go` inside is a shell script: it has no
//! ELF or Mach-O header and compiles nothing.

use std::collections::BTreeMap;

use super::raw_tar::{RawTar, gzip};

/// What is wrong with the `go` binary of an otherwise good archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It starts, complains and exits with 1.
    ExitsOne,
    /// It is not in the archive.
    Missing,
    /// It has no execute bit.
    NotExecutable,
    /// `go build` fails as a compiler does.
    CannotBuild,
    /// `go build` leaves a program that does not start.
    CannotLink,
    /// What `go build` leaves says another version.
    BuildsOther,
    /// `go vet` fails.
    CannotVet,
    /// `go build` fails for programs with C in them.
    CannotCgo,
    /// `go env GOROOT` is another directory.
    WrongGoroot,
    /// `go build` does not end.
    BuildHangs,
    /// It works where it is staged, and not once it is committed and current.
    FailsOnceCurrent,
}

impl Broken {
    /// How the script knows it.
    fn name(self) -> &'static str {
        match self {
            Broken::ExitsOne | Broken::Missing | Broken::NotExecutable => "",
            Broken::CannotBuild => "build",
            Broken::CannotLink => "link",
            Broken::BuildsOther => "other",
            Broken::CannotVet => "vet",
            Broken::CannotCgo => "cgo",
            Broken::WrongGoroot => "goroot",
            Broken::BuildHangs => "hangs",
            Broken::FailsOnceCurrent => "current",
        }
    }
}

#[derive(Clone, Debug)]
enum Node {
    Dir,
    File { mode: u32, bytes: Vec<u8> },
}

/// A recipe for one archive, linux-amd64 unless told otherwise.
#[derive(Clone, Debug)]
pub struct FakeGo {
    version: String,
    platform: String,
    reported: String,
    padding: usize,
    broken: Option<Broken>,
    extra: BTreeMap<String, Node>,
}

impl FakeGo {
    /// A Go of this version, written as in `1.22.5` or `1.23rc1`, without the `go` in front.
    pub fn new(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            platform: "linux-amd64".to_owned(),
            reported: version.to_owned(),
            padding: 200 * 1024,
            broken: None,
            extra: BTreeMap::new(),
        }
    }

    /// The platform as in the file name: `linux-arm64`, `linux-armv6l`, `darwin-arm64`.
    pub fn platform(mut self, platform: &str) -> Self {
        self.platform = platform.to_owned();
        self
    }

    /// Adds or replaces a file; the path is the one in the archive, `go/` included.
    pub fn extra_file(mut self, path: &str, mode: u32, bytes: &[u8]) -> Self {
        let bytes = bytes.to_vec();
        self.extra.insert(path.to_owned(), Node::File { mode, bytes });
        self
    }

    /// Bytes of incompressible content in `go/lib/padding.bin`; 200 KiB unless told otherwise.
    pub fn padding(mut self, bytes: usize) -> Self {
        self.padding = bytes;
        self
    }

    /// Makes `VERSION` and `go version` claim another version than the file name.
    pub fn reports_version(mut self, version: &str) -> Self {
        self.reported = version.to_owned();
        self
    }

    /// Breaks `go/bin/go`.
    pub fn broken_binary(mut self, how: Broken) -> Self {
        self.broken = Some(how);
        self
    }

    /// The version, without the `go` in front.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The platform as in the file name.
    pub fn platform_name(&self) -> &str {
        &self.platform
    }

    /// `go1.22.5.linux-amd64.tar.gz`.
    pub fn file_name(&self) -> String {
        archive_name(&self.version, &self.platform)
    }

    /// The archive as `.tar.gz`.
    pub fn build(&self) -> Vec<u8> {
        gzip(&self.tar().finish())
    }

    /// The archive before compression and without its end mark, so that more can be added.
    pub fn tar(&self) -> RawTar {
        let mut tar = RawTar::new();
        for (path, node) in self.tree() {
            let name = ascii_name(&path);
            if name != path {
                tar = tar.pax(&[("path", path.as_bytes())]);
            }
            tar = match node {
                Node::Dir => tar.dir(format!("{name}/")),
                Node::File { mode, bytes } => tar.file(name, mode, &bytes),
            };
        }
        tar
    }

    fn tree(&self) -> BTreeMap<String, Node> {
        let (os, arch) = self.port();
        let mut tree = BTreeMap::new();
        let mut file = |path: &str, mode: u32, bytes: Vec<u8>| {
            tree.insert(path.to_owned(), Node::File { mode, bytes });
        };
        file("go/VERSION", 0o644, self.version_file());
        file("go/LICENSE", 0o644, b"A license.\n".to_vec());
        file("go/bin/gofmt", 0o755, GOFMT.into());
        file("go/src/go.mod", 0o644, b"module std\n".to_vec());
        file("go/src/fmt/print.go", 0o644, b"package fmt\n".to_vec());
        file("go/test/Äfoo.go", 0o644, b"package foo\n".to_vec());
        let padding = noise(&self.version, self.padding);
        file("go/lib/padding.bin", 0o644, padding);
        let deep = "go/src/cmd/vendor/a/b/c/d/e/f/deep.go";
        file(deep, 0o644, b"package deep\n".to_vec());
        let compile = format!("go/pkg/tool/{os}_{arch}/compile");
        file(&compile, 0o755, b"#!/bin/sh\nexit 0\n".to_vec());
        if has_two_line_version(&self.reported) {
            file("go/go.env", 0o644, b"GOTOOLCHAIN=auto\n".to_vec());
        }
        if self.broken != Some(Broken::Missing) {
            let mode = match self.broken {
                Some(Broken::NotExecutable) => 0o644,
                _ => 0o755,
            };
            file("go/bin/go", mode, self.go_script());
        }
        tree.insert("go/misc/empty".to_owned(), Node::Dir);
        tree.extend(self.extra.clone());
        with_parents(tree)
    }

    /// Up to 1.20 the file has one line and no newline at its end.
    fn version_file(&self) -> Vec<u8> {
        let version = &self.reported;
        if has_two_line_version(version) {
            format!("go{version}\ntime 2024-07-02T00:00:00Z\n").into_bytes()
        } else {
            format!("go{version}").into_bytes()
        }
    }

    fn go_script(&self) -> Vec<u8> {
        if self.broken == Some(Broken::ExitsOne) {
            return b"#!/bin/sh\necho 'go: this one is broken' >&2\nexit 1\n".to_vec();
        }
        let (os, arch) = self.port();
        let broken = self.broken.map_or("", Broken::name);
        go_script(&self.reported)
            .replace("linux", os)
            .replace("amd64", arch)
            .replace("broken=", &format!("broken={broken}"))
            .into_bytes()
    }

    /// GOOS and GOARCH; only the file names say armv6l.
    fn port(&self) -> (&str, &str) {
        let (os, arch) = self.platform.split_once('-').expect("os-arch");
        (os, if arch == "armv6l" { "arm" } else { arch })
    }
}

/// The official name of an archive.
pub fn archive_name(version: &str, platform: &str) -> String {
    format!("go{version}.{platform}.tar.gz")
}

/// From 1.21 on `VERSION` has a second line and there is a `go.env`.
fn has_two_line_version(version: &str) -> bool {
    let minor = version.strip_prefix("1.").unwrap_or("21");
    let digits: String = minor.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(21_u32) >= 21
}

fn with_parents(tree: BTreeMap<String, Node>) -> BTreeMap<String, Node> {
    let mut whole = tree.clone();
    for path in tree.keys() {
        for (at, _) in path.match_indices('/') {
            whole.entry(path[..at].to_owned()).or_insert(Node::Dir);
        }
    }
    whole
}

/// What Go's own tar writer puts into the ustar field when the real name is in a PAX header.
fn ascii_name(path: &str) -> String {
    path.chars().filter(char::is_ascii).collect()
}

/// Bytes that do not compress, the same for the same seed.
fn noise(seed: &str, length: usize) -> Vec<u8> {
    let mut state = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| next()).collect();
    bytes.truncate(length);
    bytes
}

const GOFMT: &str = "#!/bin/sh\nexec cat \"$@\"\n";

/// The script that stands for `go`, for linux-amd64: it knows `version [-m]`, `env`, `vet`, `build -o` and `install`.
///
/// What it builds is a script too: the program of a proof, of which it knows what it has to print. What it installs
/// says, in its own text, what `version -m` is to tell of it.
pub fn go_script(version: &str) -> String {
    GO.replace("@VERSION@", version)
}

const GO: &str = r#"#!/bin/sh
broken=
self=$(readlink -f "$0")
root=${GOROOT:-${self%/bin/go}}
value() {
    case "$1" in
    GOROOT) if [ "$broken" = goroot ]; then echo /usr/lib/go; else echo "$root"; fi ;;
    GOVERSION) echo "go@VERSION@" ;;
    GOOS | GOHOSTOS) echo "linux" ;;
    GOARCH | GOHOSTARCH) echo "amd64" ;;
    GOTOOLDIR) echo "$root/pkg/tool/linux_amd64" ;;
    GOTOOLCHAIN) echo "${GOTOOLCHAIN:-auto}" ;;
    GOBIN) echo "$GOBIN" ;;
    GOPATH) echo "${GOPATH:-$HOME/go}" ;;
    *) echo ;;
    esac
}
case "$broken$0" in
current*/bin/go)
    case $0 in */versions/* | */staging/*) ;; *) echo 'go: not as the current one' >&2; exit 1 ;; esac
    ;;
esac
case "$1" in
version)
    if [ "$2" != -m ]; then
        echo "go version go@VERSION@ linux/amd64"
    elif grep -q '^#build ' "$3"; then
        sed -n "s|^#built |$3: |p; s|^#build |\t|p" "$3"
    else
        echo "$3: not a Go executable" >&2
        exit 1
    fi
    ;;
env)
    shift
    for name in "$@"; do value "$name"; done
    if [ $# -eq 0 ]; then
        for name in GOARCH GOOS GOROOT GOTOOLCHAIN GOTOOLDIR GOVERSION; do
            echo "$name='$(value "$name")'"
        done
    fi
    ;;
vet)
    if [ "$broken" = vet ]; then echo 'vet: ./vetted.go:3:1: it is not clean' >&2; exit 2; fi
    ;;
build)
    said="built with go@VERSION@"
    case "$broken${CGO_ENABLED:-1}" in
    build*) printf '# proof/plain\n./main.go:3:1: internal compiler error\n' >&2; exit 2 ;;
    hangs*) sleep 600 ;;
    other*) said="built with go1.2.3" ;;
    cgo1) echo 'cgo: C compiler and toolchain do not get on' >&2; exit 2 ;;
    esac
    if [ "${CGO_ENABLED:-1}" = 1 ]; then said="C and Go, $said"; fi
    if [ "$broken" = link ]; then said='"; exit 1; "'; fi
    printf '#!/bin/sh\necho "%s"\n' "$said" >"$3" && chmod 755 "$3"
    ;;
install)
    while [ $# -gt 1 ]; do shift; done
    package=${1%@*} version=${1#*@}
    if [ "$version" = v0.0.404 ]; then echo "go: $1: unknown revision" >&2; exit 1; fi
    bin=${GOBIN:-${GOPATH:-$HOME/go}/bin}
    mkdir -p "$bin"
    {
        printf '#!/bin/sh\necho built by @VERSION@\nexit\n#built go@VERSION@\n'
        printf '#build path\t%s\n#build mod\t%s\t%s\th1:x=\n' "$package" "$package" "$version"
    } >"$bin/${package##*/}"
    chmod 755 "$bin/${package##*/}"
    ;;
*)
    echo "fake go@VERSION@: $*"
    ;;
esac
"#;
