//! ELF. The loader's view, the segments, decides; sections may be stripped, and only add to it.

use std::path::PathBuf;

use object::Endianness;
use object::elf as abi;
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader as _, SectionHeader as _, SectionTable};
use object::read::{ReadRef as _, StringTable};

use super::{BuildInfo, Executable, Fault, Format, Kind, OsVersion, Pieces, Segment, build_info, text};

/// More names than any program has libraries.
const MOST_NEEDED: usize = 1000;

pub(super) fn read<Elf: FileHeader<Endian = Endianness>>(data: Pieces<'_>) -> Result<Executable, Fault> {
    let header = Elf::parse(data)?;
    let endian = header.endian()?;
    let programs = header.program_headers(endian, data)?;
    let mut interpreter = None;
    let mut dynamic: &[Elf::Dyn] = &[];
    let mut segments = Vec::new();
    let mut writable = None;
    for program in programs {
        if let Some(name) = program.interpreter(endian, data)? {
            interpreter.get_or_insert_with(|| text(name));
        }
        if let Some(entries) = program.dynamic(endian, data)? {
            dynamic = entries;
        }
        if program.p_type(endian) == abi::PT_LOAD {
            let (offset, size) = program.file_range(endian);
            let segment = Segment { address: program.p_vaddr(endian).into(), offset, size };
            segments.push(segment);
            let flags = program.p_flags(endian).0;
            if flags & (abi::PF_W.0 | abi::PF_X.0) == abi::PF_W.0 {
                writable.get_or_insert(segment);
            }
        }
    }
    let entries = Entries::of::<Elf>(endian, dynamic);
    let kind = header.e_type(endian);
    let is_loadable = kind == abi::ET_DYN;
    let is_run = kind == abi::ET_EXEC || is_loadable && (interpreter.is_some() || entries.is_pie);
    // What is linked statically is mapped wherever the loader likes, too, and has no sections that are needed.
    let sections = header.sections(endian, data).ok();
    let place = sections.as_ref().and_then(|sections| section(sections, endian, b".go.buildinfo"));
    let build = build_info(data, place.or(writable), &segments);
    Ok(Executable {
        format: Format::Elf,
        kind: match () {
            () if is_run => Kind::Program,
            () if is_loadable => Kind::Library,
            () => Kind::Other,
        },
        os: os(header.e_ident().os_abi.0, interpreter.as_deref(), build.as_ref()),
        arch: arch(header.e_machine(endian), header.is_class_64(), header.is_little_endian()),
        needed: entries.names(data, &segments, &entries.needed)?,
        search: entries.search(data, &segments)?,
        glibc: sections.as_ref().and_then(|sections| needed_glibc::<Elf>(sections, endian, data)),
        is_pie: is_loadable && is_run,
        interpreter,
        least_os: None,
        has_uuid: None,
        build,
    })
}

/// What the dynamic section says.
#[derive(Default)]
struct Entries {
    needed: Vec<u64>,
    /// DT_RUNPATH and DT_RPATH.
    search: Vec<u64>,
    strings: Option<u64>,
    strings_size: u64,
    is_pie: bool,
}

impl Entries {
    fn of<Elf: FileHeader<Endian = Endianness>>(endian: Endianness, dynamic: &[Elf::Dyn]) -> Entries {
        let mut entries = Entries::default();
        for entry in dynamic {
            let value: u64 = entry.d_val(endian).into();
            match entry.d_tag(endian) {
                abi::DT_NULL => break,
                abi::DT_NEEDED if entries.needed.len() < MOST_NEEDED => entries.needed.push(value),
                abi::DT_RUNPATH | abi::DT_RPATH if entries.search.len() < 2 => entries.search.push(value),
                abi::DT_STRTAB => entries.strings = Some(value),
                abi::DT_STRSZ => entries.strings_size = value,
                abi::DT_FLAGS_1 => entries.is_pie = value & abi::DF_1_PIE.0 != 0,
                _ => {}
            }
        }
        entries
    }

    /// The directories in which the loader would look first.
    fn search(&self, data: Pieces<'_>, segments: &[Segment]) -> Result<Vec<PathBuf>, Fault> {
        let lists = self.names(data, segments, &self.search)?;
        Ok(lists.iter().flat_map(|list| list.split(':')).map(PathBuf::from).collect())
    }

    /// The texts at these places, from where the loader would read them.
    fn names(&self, data: Pieces<'_>, segments: &[Segment], places: &[u64]) -> Result<Vec<String>, Fault> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let fault = Fault("the names of its libraries are not where it says");
        let address = self.strings.ok_or(fault)?;
        let into =
            |segment: &Segment| address.checked_sub(segment.address).filter(|into| *into < segment.size);
        let start =
            segments.iter().find_map(|segment| segment.offset.checked_add(into(segment)?)).ok_or(fault)?;
        let end = start.checked_add(self.strings_size).ok_or(fault)?.min(data.len().unwrap_or(0));
        let strings = StringTable::new(data, start, end);
        let name = |at: &u64| {
            let name = u32::try_from(*at).ok().and_then(|at| strings.get(at).ok());
            name.map(text).ok_or(fault)
        };
        places.iter().map(name).collect()
    }
}

fn section<'data, Elf: FileHeader<Endian = Endianness>>(
    sections: &SectionTable<'data, Elf, Pieces<'data>>,
    endian: Endianness,
    name: &[u8],
) -> Option<Segment> {
    let (_, section) = sections.section_by_name(endian, name)?;
    let (offset, size) = section.file_range(endian)?;
    Some(Segment { address: section.sh_addr(endian).into(), offset, size })
}

/// The highest `GLIBC_2.N` that is asked for.
fn needed_glibc<'data, Elf: FileHeader<Endian = Endianness>>(
    sections: &SectionTable<'data, Elf, Pieces<'data>>,
    endian: Endianness,
    data: Pieces<'data>,
) -> Option<OsVersion> {
    let (libraries, link) = sections.gnu_verneed(endian, data).ok()??;
    let strings = sections.strings(endian, data, link).ok()?;
    let mut highest = None;
    for library in libraries.take(MOST_NEEDED) {
        let (_, versions) = library.ok()?;
        for version in versions.take(MOST_NEEDED) {
            highest = highest.max(glibc(version.ok()?.name(endian, strings).ok()?));
        }
    }
    highest
}

/// The highest `GLIBC_2.N` that a library defines.
pub(super) fn defined_glibc<Elf: FileHeader<Endian = Endianness>>(data: Pieces<'_>) -> Option<OsVersion> {
    let header = Elf::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let sections = header.sections(endian, data).ok()?;
    let (definitions, link) = sections.gnu_verdef(endian, data).ok()??;
    let strings = sections.strings(endian, data, link).ok()?;
    let mut highest = None;
    for definition in definitions.take(MOST_NEEDED) {
        // The first name is the version's own, the others are those that it follows.
        let (_, mut names) = definition.ok()?;
        if let Some(name) = names.next().ok()? {
            highest = highest.max(glibc(name.name(endian, strings).ok()?));
        }
    }
    highest
}

/// Reads `GLIBC_2.34`; others, such as `GLIBC_PRIVATE` and `GCC_3.0`, say nothing of it.
fn glibc(name: &[u8]) -> Option<OsVersion> {
    OsVersion::leading(std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?)
}

/// Which system the file is for. Linux has an ABI number of its own that hardly any file has.
fn os(abi: u8, interpreter: Option<&str>, build: Option<&BuildInfo>) -> Option<String> {
    if let Some(os) = build.and_then(|build| build.setting("GOOS")) {
        return Some(os.to_owned());
    }
    let is_of_linux = interpreter.is_none_or(|path| path.contains("ld-linux") || path.contains("ld-musl"));
    let name = match abi {
        2 => "netbsd",
        6 => "solaris",
        9 => "freebsd",
        12 => "openbsd",
        3 => "linux",
        0 if is_of_linux || interpreter.is_some_and(|path| path.contains("/ld64.so")) => "linux",
        _ => return None,
    };
    Some(name.to_owned())
}

fn arch(machine: abi::Machine, is_64: bool, is_little: bool) -> String {
    let name = match (machine, is_64, is_little) {
        (abi::EM_X86_64, true, _) => "amd64",
        (abi::EM_386, ..) => "386",
        (abi::EM_AARCH64, true, _) => "arm64",
        (abi::EM_ARM, ..) => "arm",
        (abi::EM_RISCV, true, _) => "riscv64",
        (abi::EM_S390, true, _) => "s390x",
        (abi::EM_PPC64, _, true) => "ppc64le",
        (abi::EM_PPC64, _, false) => "ppc64",
        (abi::EM_LOONGARCH, true, _) => "loong64",
        (abi::EM_MIPS, false, true) => "mipsle",
        (abi::EM_MIPS, false, false) => "mips",
        (abi::EM_MIPS, true, true) => "mips64le",
        (abi::EM_MIPS, true, false) => "mips64",
        _ => return format!("machine {}", machine.0),
    };
    name.to_owned()
}
