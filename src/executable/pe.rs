//! PE, the programs of Windows.

use object::LittleEndian as LE;
use object::pe as abi;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader as _};

use super::{Executable, Fault, Format, Kind, OsVersion, Pieces, Segment, build_info, text};

/// More names than any program has libraries.
const MOST_NEEDED: usize = 1000;

pub(super) fn read<Pe: ImageNtHeaders>(data: Pieces<'_>) -> Result<Executable, Fault> {
    let mut offset = abi::ImageDosHeader::parse(data)?.nt_headers_offset().into();
    let (headers, directories) = Pe::parse(data, &mut offset)?;
    let sections = headers.sections(data, offset)?;
    let (file, optional) = (headers.file_header(), headers.optional_header());
    let mut needed = Vec::new();
    if let Some(imports) = directories.import_table(data, &sections)? {
        let mut libraries = imports.descriptors()?;
        while let Some(library) = libraries.next()?.filter(|_| needed.len() < MOST_NEEDED) {
            needed.push(text(imports.name(library.name.get(LE))?));
        }
    }
    let segments: Vec<Segment> = sections
        .iter()
        .map(|section| {
            let (offset, size) = section.pe_file_range();
            let address = optional.image_base().wrapping_add(section.virtual_address.get(LE).into());
            Segment { address, offset: offset.into(), size: size.into() }
        })
        .collect();
    // Go puts it at the start of the first section with data that may be written.
    let wanted =
        abi::IMAGE_SCN_CNT_INITIALIZED_DATA.0 | abi::IMAGE_SCN_MEM_READ.0 | abi::IMAGE_SCN_MEM_WRITE.0;
    let is_data = |section: &abi::ImageSectionHeader| section.characteristics.get(LE).0 & wanted == wanted;
    let place = sections.iter().position(is_data).and_then(|at| segments.get(at).copied());
    let characteristics = file.characteristics.get(LE).0;
    Ok(Executable {
        format: Format::Pe,
        kind: match () {
            () if characteristics & abi::IMAGE_FILE_DLL.0 != 0 => Kind::Library,
            () if characteristics & abi::IMAGE_FILE_EXECUTABLE_IMAGE.0 != 0 => Kind::Program,
            () => Kind::Other,
        },
        os: Some("windows".to_owned()),
        arch: arch(file.machine.get(LE)),
        interpreter: None,
        needed,
        search: Vec::new(),
        glibc: None,
        is_pie: optional.dll_characteristics().0 & abi::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE.0 != 0,
        least_os: Some(OsVersion::new(
            optional.major_subsystem_version().into(),
            optional.minor_subsystem_version().into(),
            0,
        )),
        has_uuid: None,
        build: build_info(data, place, &segments),
    })
}

fn arch(machine: abi::Machine) -> String {
    let name = match machine {
        abi::IMAGE_FILE_MACHINE_AMD64 => "amd64",
        abi::IMAGE_FILE_MACHINE_I386 => "386",
        abi::IMAGE_FILE_MACHINE_ARM64 => "arm64",
        abi::IMAGE_FILE_MACHINE_ARMNT => "arm",
        other => return format!("machine {}", other.0),
    };
    name.to_owned()
}
