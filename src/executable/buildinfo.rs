//! What Go puts into each program it builds, as `go version -m` shows it: which Go, from which modules, how.

use crate::model::GoVersion;

/// Marks the place; what follows is aligned to 16 bytes.
const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGNMENT: usize = 16;
const HEADER: usize = 32;
/// How far the place is looked for where no section names it.
const FARTHEST: usize = 1 << 20;
/// Before Go 1.18 the texts lie elsewhere, and are no longer than this.
const LONGEST: u64 = 4 << 20;
/// What is around the text of the modules.
const SENTINEL: usize = 16;

/// How a program was built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// The Go that built it, as it calls itself: `go1.22.5`, `devel go1.24-…`.
    pub go: String,
    /// The package that it was built from.
    pub package: Option<String>,
    /// The module of that package.
    pub module: Option<Module>,
    /// Whether another module was put in the place of that one.
    pub is_replaced: bool,
    /// How many modules it is made of besides.
    pub dependencies: usize,
    /// The settings of the build: `GOOS`, `CGO_ENABLED`, `-ldflags`.
    pub settings: Vec<(String, String)>,
}

/// A module in a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Its path.
    pub path: String,
    /// Its version; `(devel)` where it was built from a directory.
    pub version: String,
    /// Its hash; only what was downloaded has one.
    pub hash: Option<String>,
}

impl BuildInfo {
    /// Reads the lines that `go version -m` shows after the first, each of which may begin with a tab.
    pub fn parse(go: &str, lines: &str) -> BuildInfo {
        let mut info = BuildInfo { go: go.to_owned(), ..BuildInfo::default() };
        let mut is_main_module = false;
        for line in lines.lines() {
            let mut fields = line.trim_start_matches('\t').split('\t');
            let (Some(kind), value) = (fields.next(), fields.next().unwrap_or_default()) else { continue };
            match kind {
                "path" => info.package = Some(value.to_owned()),
                "mod" => {
                    let version = fields.next().unwrap_or_default().to_owned();
                    let hash = fields.next().filter(|hash| !hash.is_empty()).map(str::to_owned);
                    info.module = Some(Module { path: value.to_owned(), version, hash });
                }
                "dep" => info.dependencies += 1,
                "=>" if is_main_module => info.is_replaced = true,
                "build" => info.settings.extend(setting(value)),
                _ => {}
            }
            is_main_module = kind == "mod";
        }
        info
    }

    /// The release that built it; none where it was built by something else.
    pub fn version(&self) -> Option<GoVersion> {
        // Experiments may follow: `go1.22.5 X:rangefunc`.
        self.go.split(' ').next().and_then(|go| go.parse().ok())
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        settings.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads `-ldflags="-s -w"`: where need be Go quotes as in its own source.
fn setting(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    let between = |mark: char| value.strip_prefix(mark).and_then(|value| value.strip_suffix(mark));
    let value = match (between('`'), between('"')) {
        (Some(plain), _) => plain.to_owned(),
        (_, Some(quoted)) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        _ => value.to_owned(),
    };
    Some((key.to_owned(), value))
}

/// Finds the build info in the bytes where it would be; `at` reads what is mapped to an address.
pub(super) fn find<'a>(bytes: &'a [u8], at: &dyn Fn(u64, u64) -> Option<&'a [u8]>) -> Option<BuildInfo> {
    let near = &bytes[..bytes.len().min(FARTHEST)];
    let place = (0..near.len()).step_by(ALIGNMENT).find(|place| near[*place..].starts_with(MAGIC))?;
    let blob = &bytes[place..];
    let (pointer, flags) = (*blob.get(MAGIC.len())?, *blob.get(MAGIC.len() + 1)?);
    let (go, modules) = if flags & 2 != 0 {
        let (go, rest) = prefixed(blob.get(HEADER..)?)?;
        (go, prefixed(rest).map(|(modules, _)| modules).unwrap_or_default())
    } else {
        let read = Pointers { size: pointer.into(), is_big: flags & 1 != 0 };
        let string = |slot: usize| {
            let header = read.word(blob.get(ALIGNMENT + slot * read.size..)?)?;
            let ends = at(header, 2 * read.size as u64)?;
            let (start, length) = (read.word(ends)?, read.word(ends.get(read.size..)?)?);
            (length <= LONGEST).then(|| at(start, length))?
        };
        (string(0)?, string(1).unwrap_or_default())
    };
    let go = std::str::from_utf8(go).ok().filter(|go| !go.is_empty() && go.len() < 1000)?;
    let is_framed = modules.len() > 2 * SENTINEL && modules[modules.len() - SENTINEL - 1] == b'\n';
    let lines = if is_framed { &modules[SENTINEL..modules.len() - SENTINEL] } else { b"" };
    Some(BuildInfo::parse(go, &String::from_utf8_lossy(lines)))
}

/// Splits off a text that its length precedes, seven bits a byte.
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0u64;
    for (place, byte) in bytes.iter().enumerate().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return bytes[place + 1..].split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

/// How addresses are written.
struct Pointers {
    size: usize,
    is_big: bool,
}

impl Pointers {
    fn word(&self, bytes: &[u8]) -> Option<u64> {
        let bytes = bytes.get(..self.size)?;
        let fold = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
        match (self.size, self.is_big) {
            (4 | 8, true) => Some(bytes.iter().fold(0, fold)),
            (4 | 8, false) => Some(bytes.iter().rev().fold(0, fold)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn settings_are_unquoted() {
        for (line, key, value) in [
            ("CGO_ENABLED=0", "CGO_ENABLED", "0"),
            ("-ldflags=\"-s -w -X main.x=\\\"a\\\\b\\\"\"", "-ldflags", "-s -w -X main.x=\"a\\b\""),
            ("-tags=`a \"b`", "-tags", "a \"b"),
            ("-x=", "-x", ""),
            ("-y=\"", "-y", "\""),
        ] {
            let info = BuildInfo::parse("go1.22.5", &format!("build\t{line}\n"));
            assert_eq!(info.setting(key), Some(value), "{line}");
        }
    }

    #[test]
    fn both_forms_are_read_and_neither_is_trusted() {
        let text = b"go1.22.5";
        let mut inline = [MAGIC, &[8, 2], &[0; 16], &[8], text].concat();
        inline.extend([0x80; 12]);
        let read = |bytes: &[u8]| find(bytes, &|_, _| None).map(|info| info.go);
        assert_eq!(read(&inline).as_deref(), Some("go1.22.5"));
        assert_eq!(read(&[&[0; 16], &inline[..]].concat()).as_deref(), Some("go1.22.5"));
        assert_eq!(read(&[&[0; 8], &inline[..]].concat()), None, "not aligned");
        for end in 0..HEADER + 1 + text.len() {
            assert_eq!(read(&inline[..end]), None, "{end}");
        }
        let old = [MAGIC, &[8, 0], &[0; 16]].concat();
        assert_eq!(read(&old), None);
        let old = [MAGIC, &[99, 0], &[0; 16]].concat();
        assert_eq!(read(&old), None);
    }
}
