//! What a program's file says of itself: ELF, Mach-O and PE, and the build info that Go puts into each. The file is
//! never run, and nothing else is looked at.
//!
//! Files may be hostile: what is read of one is bounded, in pieces and in all, and nothing in it is trusted to be there.

mod buildinfo;
mod elf;
mod macho;
mod pe;
mod pieces;

use std::io;
use std::path::{Path, PathBuf};

use object::FileKind;

use crate::disk;
use crate::model::OsVersion;
use pieces::{Held, Pieces};

pub use buildinfo::{BuildInfo, Module};

/// A file that is no program, or cannot be read as one.
#[derive(Debug, thiserror::Error)]
pub enum ExecutableError {
    /// It cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is none of the three kinds.
    #[error("`{}` is no program: neither ELF nor Mach-O nor PE{}", path.display(), if *is_script { ", but a script" } else { "" })]
    NoProgram {
        /// The file.
        path: PathBuf,
        /// Whether it begins as a script does.
        is_script: bool,
    },
    /// It begins as one, and goes on otherwise.
    #[error("`{}` is damaged or cut off: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Of Linux and most others.
    Elf,
    /// Of macOS.
    MachO,
    /// Of Windows.
    Pe,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is run.
    Program,
    /// Programs load it.
    Library,
    /// It is linked, or something else that is not run.
    Other,
}

/// One program; a universal file of macOS holds several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// The kind of file.
    pub format: Format,
    /// What the file is for.
    pub kind: Kind,
    /// The operating system, as GOOS, if that can be told.
    pub os: Option<String>,
    /// The processor, as GOARCH, or a number where Go has no name for it.
    pub arch: String,
    /// The program that has to start it, if any: the dynamic loader.
    pub interpreter: Option<String>,
    /// The libraries that it names.
    pub needed: Vec<String>,
    /// Where it has them looked for besides the usual places; only ELF can say so.
    pub search: Vec<PathBuf>,
    /// The highest version of glibc's symbols that it asks for.
    pub glibc: Option<OsVersion>,
    /// Whether it can be loaded anywhere in memory.
    pub is_pie: bool,
    /// The least version of macOS, or of Windows's subsystem, that it names.
    pub least_os: Option<OsVersion>,
    /// Whether it has an LC_UUID; only Mach-O can have one.
    pub has_uuid: Option<bool>,
    /// What Go says of it, if Go built it.
    pub build: Option<BuildInfo>,
}

impl Executable {
    /// Whether it needs no other file to run.
    pub fn is_static(&self) -> bool {
        self.interpreter.is_none() && self.needed.is_empty()
    }
}

/// Reads the programs in a file; none of them is run.
pub fn read(path: &Path) -> Result<Vec<Executable>, ExecutableError> {
    let unreadable = |source| ExecutableError::Unreadable { path: path.to_owned(), source };
    let held = Held::new(disk::open_regular(path, true).map_err(unreadable)?);
    let data = held.pieces();
    let damaged = |error: Fault| ExecutableError::Damaged { path: path.to_owned(), reason: error.0 };
    let start = data.start();
    let Ok(kind) = FileKind::parse(data) else {
        let is_script = start.starts_with(b"#!");
        let is_begun = [&b"\x7fELF"[..], b"MZ"].iter().any(|magic| start.starts_with(magic));
        return Err(match is_begun {
            true => damaged(Fault("its first bytes are those of a program, and no more of it makes sense")),
            false => ExecutableError::NoProgram { path: path.to_owned(), is_script },
        });
    };
    let one = |executable: Result<Executable, Fault>| {
        executable
            .map(|executable| vec![Executable { search: found_from(path, executable.search), ..executable }])
    };
    match kind {
        FileKind::Elf32 => one(elf::read::<object::elf::FileHeader32<_>>(data)),
        FileKind::Elf64 => one(elf::read::<object::elf::FileHeader64<_>>(data)),
        FileKind::MachO32 => one(macho::read::<object::macho::MachHeader32<_>>(data)),
        FileKind::MachO64 => one(macho::read::<object::macho::MachHeader64<_>>(data)),
        FileKind::MachOFat32 => macho::read_all::<object::macho::FatArch32>(data),
        FileKind::MachOFat64 => macho::read_all::<object::macho::FatArch64>(data),
        FileKind::Pe32 => one(pe::read::<object::pe::ImageNtHeaders32>(data)),
        FileKind::Pe64 => one(pe::read::<object::pe::ImageNtHeaders64>(data)),
        _ => return Err(ExecutableError::NoProgram { path: path.to_owned(), is_script: false }),
    }
    .map_err(damaged)
}

/// Puts the directory of a file where `$ORIGIN` stands for it.
fn found_from(path: &Path, search: Vec<PathBuf>) -> Vec<PathBuf> {
    let origin = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
    let resolved = search.into_iter().map(|place| {
        let below = ["$ORIGIN", "${ORIGIN}"].iter().find_map(|origin| place.strip_prefix(origin).ok());
        match (below, &origin) {
            (Some(below), Some(origin)) => origin.join(below),
            _ => place,
        }
    });
    resolved.filter(|place| place.is_absolute()).collect()
}

/// Returns the version of glibc that a `libc.so.6` is; `None` where it is none.
pub fn glibc_of(path: &Path) -> Option<OsVersion> {
    let held = Held::new(disk::open_regular(path, true).ok()?);
    let data = held.pieces();
    match FileKind::parse(data).ok()? {
        FileKind::Elf32 => elf::defined_glibc::<object::elf::FileHeader32<_>>(data),
        FileKind::Elf64 => elf::defined_glibc::<object::elf::FileHeader64<_>>(data),
        _ => None,
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy)]
struct Fault(&'static str);

impl From<object::Error> for Fault {
    fn from(_: object::Error) -> Fault {
        Fault("an offset or a size in it leads nowhere")
    }
}

/// A name in a file; it may be anything.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A part of the file that is mapped to an address.
#[derive(Debug, Clone, Copy)]
struct Segment {
    address: u64,
    offset: u64,
    size: u64,
}

/// Reads what Go says of a program, from the place where it would be.
fn build_info(data: Pieces<'_>, place: Option<Segment>, segments: &[Segment]) -> Option<BuildInfo> {
    let place = place?;
    let at = |address: u64, size: u64| {
        let holds =
            |segment: &&Segment| address.checked_sub(segment.address).is_some_and(|into| into < segment.size);
        let segment = segments.iter().find(holds)?;
        let into = address - segment.address;
        (size <= segment.size - into).then_some(())?;
        data.bytes(segment.offset.checked_add(into)?, size)
    };
    buildinfo::find(data.at_most(place.offset, place.size)?, &at)
}
