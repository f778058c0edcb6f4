//! `man`: the manual, a page for each command, from what `--help` says.

use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use gvm_rs::disk::{Disk, DiskError};

use crate::cli::args::{Args, Manual};
use crate::cli::config::current_directory;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// A page: the name of its file, and its text.
struct Page {
    file: String,
    text: Vec<u8>,
}

pub(crate) fn run(args: &Manual, ui: &Ui) -> Result<ExitCode, Failure> {
    let mut root = Args::command().disable_help_subcommand(true);
    root.build();
    if let Some(directory) = &args.to {
        write(&pages(&root)?, &current_directory()?.join(directory))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = &root;
    for word in &args.command {
        command = command.find_subcommand(word).ok_or_else(|| Failure::NoSuchCommand(word.clone()))?;
    }
    ui.result(String::from_utf8_lossy(&page(command)?.text));
    Ok(ExitCode::SUCCESS)
}

/// The pages of a command and all below it that are shown.
fn pages(command: &clap::Command) -> Result<Vec<Page>, Failure> {
    let mut all = vec![page(command)?];
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        all.extend(pages(below)?);
    }
    Ok(all)
}

fn page(command: &clap::Command) -> Result<Page, Failure> {
    let notes = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    // A date would make two builds of one source differ.
    let man = Man::new(command.clone().after_help(""))
        .date("")
        .source(concat!("gvm-rs ", env!("CARGO_PKG_VERSION")));
    let (mut text, file) = (Vec::new(), man.get_filename());
    let render = |text: &mut Vec<u8>| -> std::io::Result<()> {
        man.render_title(text)?;
        man.render_name_section(text)?;
        man.render_synopsis_section(text)?;
        man.render_description_section(text)?;
        man.render_options_section(text)?;
        if command.get_subcommands().any(|below| !below.is_hide_set()) {
            man.render_subcommands_section(text)?;
        }
        if notes.is_empty() { Ok(()) } else { render_notes(&notes, text) }
    };
    render(&mut text).map_err(Failure::Unwritten)?;
    Ok(Page { file, text })
}

/// Paragraphs are filled anew; the lines of a table, which are indented, stay lines in roff.
fn render_notes(notes: &str, text: &mut Vec<u8>) -> std::io::Result<()> {
    let mut roff = Roff::default();
    roff.control("SH", ["NOTES"]);
    let mut is_between = false;
    for line in notes.lines() {
        if !line.is_empty() {
            if is_between {
                roff.control("PP", []);
            }
            roff.text([roman(line)]);
        }
        is_between = line.is_empty();
    }
    roff.to_writer(text)
}

/// Each page is complete under its name, or the old one; a power cut may lose them.
fn write(pages: &[Page], directory: &Path) -> Result<(), DiskError> {
    let disk = Disk::default();
    disk.create_dir_all(directory)?;
    for Page { file, text } in pages {
        let draft = directory.join(format!(".{file}.new"));
        disk.remove_file(&draft)?;
        drop(disk.write_unsynced(&draft, text)?);
        disk.replace_unsynced(&draft, &directory.join(file))?;
    }
    Ok(())
}
