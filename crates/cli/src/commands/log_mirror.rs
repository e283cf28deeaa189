use detente_core::json::Value;

use super::{policy, published};
use crate::args::LogMirror;
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn run(mirror: &LogMirror, printer: &Printer) -> Result<Report, Failure> {
    let policy = mirror.policy.as_deref().map(policy::read).transpose()?;
    let mirrored = published::update(&mirror.log, &mirror.reading, &mirror.folder, policy.as_ref(), printer)?;
    let checkpoint = &mirrored.checkpoint;
    let folder = mirror.folder.display().to_string();
    let before = mirrored.before.map_or_else(|| "new".to_owned(), |before| format!("from size {before}"));
    let text = format!(
        "mirrored   {} at size {}, {before}\nroot       {}\nwritten    {} files, {} bytes\nchecked    every tile and bundle against the root that the log signed\ntrusted    {}\nnext       `detente log check {folder}` checks every entry",
        checkpoint.origin(),
        checkpoint.size(),
        checkpoint.root(),
        mirrored.files,
        mirrored.bytes,
        match policy.is_some() {
            true => "the log key that your policy names",
            false => "nothing but the log's own genesis (--policy FILE for more)",
        },
    );
    Ok(Report::new(
        "log-mirror/v1",
        [
            ("origin", checkpoint.origin().as_str().into()),
            ("size", checkpoint.size().to_string().into()),
            ("root", checkpoint.root().to_string().into()),
            ("before", mirrored.before.map_or(Value::Null, |before| before.to_string().into())),
            ("folder", folder.into()),
            ("files", mirrored.files.to_string().into()),
            ("bytes", mirrored.bytes.to_string().into()),
            ("policy_given", policy.is_some().into()),
        ],
        text,
    )
    .labelled())
}
