//! Manual pages, from the very definitions of the commands: one file a command.

use clap::CommandFactory as _;
use clap_mangen::Man as Page;
use detente_core::json::Value;
use detente_party::{Writing, write_atomically};

use crate::args::{Arguments, Man};
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(man: &Man) -> Result<Report, Failure> {
    let mut command = Arguments::command();
    command.build();
    let mut pages = Vec::new();
    render(&command, "detente", &mut pages).map_err(|error| Failure::unavailable(&man.folder, &error))?;
    std::fs::create_dir_all(&man.folder).map_err(|error| Failure::unavailable(&man.folder, &error))?;
    let mut files: Vec<Value> = Vec::new();
    for (name, page) in &pages {
        let path = man.folder.join(format!("{name}.1"));
        write_atomically(&path, page, Writing::Public)?;
        files.push(path.display().to_string().into());
    }
    let folder = man.folder.display().to_string();
    let text = format!("written    {} pages in {folder}: man -l {folder}/detente.1", pages.len());
    Ok(Report::new("man/v1", [("folder", folder.into()), ("files", files.into())], text))
}

/// The page of a command and those of the commands below it, by file name.
fn render(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let mut page = Vec::new();
    Page::new(command.clone().display_name(name.to_owned())).title(name).render(&mut page)?;
    pages.push((name.to_owned(), page));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        render(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}
