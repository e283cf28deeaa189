//! Scenarios of `specs/agreement.md`.

mod bodies;
mod bodies_refused;
mod contents;
mod files;
mod lines;
mod obligations;
mod policies;
mod times;

use crate::vector::Vector;

pub(super) fn vectors() -> Vec<Vector> {
    [bodies::vectors(), files::vectors(), policies::vectors(), contents::vectors(), times::vectors()].concat()
}

/// A file of two parties that every scenario changes in one place.
const HEAD: &str = "\
agreement = \"detente-agreement/v1\"
name = \"two-party-example\"
title = \"requests are answered in ten days\"
policy = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"
companion = \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"
";

const PARTIES: &str = "
[[party]]
id = \"a\"
name = \"a.example\"
log = \"1111111111111111111111111111111111111111111111111111111111111111\"
origin = \"a.example/log\"
offset = \"+08:00\"

[[party]]
id = \"b\"
name = \"b.example\"
log = \"2222222222222222222222222222222222222222222222222222222222222222\"
origin = \"b.example/log\"
";

const DEFINITIONS: &str = "
[definitions]
malicious-activity = \"an act that degrades a system or takes data from it without leave of its owner\"
";

const OBLIGATION: &str = "
[[obligation]]
id = \"O1\"
kind = \"respond-within\"
text = \"requests for assistance are answered, or refused on a listed ground, in ten days\"
source = \"this example\"
of = [\"request.assistance\"]
start = \"anchor\"
period = \"P10D\"
";

/// The example of the spec.
fn example() -> String {
    format!("{HEAD}{PARTIES}{DEFINITIONS}{OBLIGATION}")
}
