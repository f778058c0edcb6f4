//! Mach-O, also several in one universal file.

use object::Endianness;
use object::macho as abi;
use object::read::macho::{
    FatArch, LoadCommandVariant, MachHeader, MachOFatFile, Section as _, Segment as _,
};

use super::{Executable, Fault, Format, Kind, OsVersion, Pieces, Segment, build_info, text};

/// More than Apple has had processors.
const MOST_PARTS: usize = 32;

pub(super) fn read_all<Fat: FatArch>(data: Pieces<'_>) -> Result<Vec<Executable>, Fault> {
    let file = MachOFatFile::<Fat>::parse(data)?;
    let parts = file.arches().iter().take(MOST_PARTS).map(|part| {
        let (offset, size) = part.file_range();
        let part = data.part(offset, size).ok_or(Fault("a part of it is not where it says"))?;
        match object::FileKind::parse(part)? {
            object::FileKind::MachO32 => read::<abi::MachHeader32<_>>(part),
            object::FileKind::MachO64 => read::<abi::MachHeader64<_>>(part),
            _ => Err(Fault("a part of it is no program")),
        }
    });
    parts.collect()
}

pub(super) fn read<Mach: MachHeader<Endian = Endianness>>(data: Pieces<'_>) -> Result<Executable, Fault> {
    let header = Mach::parse(data, 0)?;
    let endian = header.endian()?;
    let mut executable = Executable {
        format: Format::MachO,
        kind: match header.filetype(endian) {
            abi::MH_EXECUTE => Kind::Program,
            abi::MH_DYLIB | abi::MH_BUNDLE => Kind::Library,
            _ => Kind::Other,
        },
        os: Some("darwin".to_owned()),
        arch: arch(header.cputype(endian)),
        interpreter: None,
        needed: Vec::new(),
        search: Vec::new(),
        glibc: None,
        is_pie: header.flags(endian).0 & abi::MH_PIE.0 != 0,
        least_os: None,
        has_uuid: Some(false),
        build: None,
    };
    let (mut segments, mut place) = (Vec::new(), None);
    let mut commands = header.load_commands(endian, data, 0)?;
    while let Some(command) = commands.next()? {
        if let Some((segment, rest)) = Mach::Segment::from_command(command)? {
            let (offset, size) = segment.file_range(endian);
            segments.push(Segment { address: segment.vmaddr(endian).into(), offset, size });
            for section in segment.sections(endian, rest)? {
                if section.name() == b"__go_buildinfo" {
                    let size = section.size(endian).into();
                    let offset = section.offset(endian).into();
                    place = Some(Segment { address: section.addr(endian).into(), offset, size });
                }
            }
        }
        match command.variant()? {
            LoadCommandVariant::Dylib(library) => {
                executable.needed.push(text(command.string(endian, library.dylib.name)?));
            }
            LoadCommandVariant::LoadDylinker(linker) => {
                executable.interpreter = Some(text(command.string(endian, linker.name)?));
            }
            LoadCommandVariant::Uuid(_) => executable.has_uuid = Some(true),
            LoadCommandVariant::VersionMin(least) if command.cmd() == abi::LC_VERSION_MIN_MACOSX => {
                executable.least_os = Some(version(least.version.get(endian)));
            }
            LoadCommandVariant::BuildVersion(build, _) => match build.platform.get(endian) {
                abi::PLATFORM_MACOS => executable.least_os = Some(version(build.minos.get(endian))),
                _ => executable.os = None,
            },
            _ => {}
        }
    }
    executable.build = build_info(data, place, &segments);
    Ok(executable)
}

fn version(version: abi::Version) -> OsVersion {
    OsVersion::new(version.major().into(), version.minor().into(), version.update().into())
}

fn arch(processor: abi::CpuType) -> String {
    let name = match processor {
        abi::CPU_TYPE_X86_64 => "amd64",
        abi::CPU_TYPE_X86 => "386",
        abi::CPU_TYPE_ARM64 => "arm64",
        abi::CPU_TYPE_ARM => "arm",
        other => return format!("machine {}", other.0),
    };
    name.to_owned()
}
