//! An empty form, with a remark above every member.

use detente_agreement::words::{ITEM_TYPES, Words};
use detente_statement::Kind;

use super::fields::{Field, Shape, content, fields, requires_content};

/// The text of a kind's form; `None` for a kind that has none.
pub(super) fn print(kind: Kind) -> Option<String> {
    let mut text = format!(
        "# {kind}. Fill in what is between the quotation marks; a line that begins with # is not read.\n\
         # `detente issue {kind} --from FILE` signs it and publishes it. Everybody who reads the log sees the members of this part.\n\
         kind = \"{kind}\"\n"
    );
    for field in fields(kind)? {
        let mark = if field.required { "" } else { "# " };
        text.push_str(&format!(
            "\n# {}: {}. {}\n{mark}{} = {}\n",
            if field.required { "required" } else { "optional" },
            field.says,
            form_of(field),
            field.name,
            empty(field),
        ));
    }
    let members = content(kind);
    if !members.is_empty() {
        let optional = !requires_content(kind);
        text.push_str(&format!(
            "\n# The content{}: the log gets a commitment to it, and nobody can guess it from that. It is written to outbox/,\n\
             # for you to hand over to the other party.\n{}[content]\n",
            if optional { ", which may be left out" } else { "" },
            if optional { "# " } else { "" }
        ));
        for (name, required, says) in members {
            let mark = if *required && !optional { "" } else { "# " };
            let word = if *required { "required" } else { "optional" };
            text.push_str(&format!("\n# {word}: {says}\n{mark}{name} = \"\"\n"));
        }
    }
    Some(text)
}

/// What a field takes, in words.
fn form_of(field: &Field) -> String {
    match field.shape {
        Shape::Contact => "1 to 1,024 bytes".to_owned(),
        Shape::Log => {
            "A log's folder, address or id, or the name of a party whose log --log names".to_owned()
        }
        Shape::Statement { own, .. } => if own {
            "Its index in your own log"
        } else {
            "Its index in the log that --log names, or LOG#INDEX, or LOGID/INDEX/STATEMENT"
        }
        .to_owned(),
        Shape::Agreement => "The file, or its digest".to_owned(),
        Shape::Instant => "A date and time as 2026-03-01T00:00:00Z".to_owned(),
        Shape::Size => "A number".to_owned(),
        Shape::ClaimedTime => "A year, month, day or date and time, as 2026-03-01".to_owned(),
        Shape::Word(list) => format!("One of {}", listed(list)),
        Shape::Words(list) => format!("At least one of {}", listed(list)),
        Shape::Evidence => {
            format!("Files as \"PATH:TYPE\", where TYPE is one of {}", listed(&ITEM_TYPES))
        }
    }
}

/// The words of a closed list, as one text.
pub(super) fn listed(list: &Words) -> String {
    list.items.iter().map(|item| item.word).collect::<Vec<_>>().join(", ")
}

const fn empty(field: &Field) -> &'static str {
    match field.shape {
        Shape::Size => "0",
        Shape::Words(_) | Shape::Evidence => "[\"\"]",
        _ => "\"\"",
    }
}
