//! A picture of the terminal: a command and what it prints there, in its colours.

/// Columns of the terminal in a picture.
const COLUMNS: usize = 110;

/// The picture as SVG. `output` may hold colours.
pub(crate) fn picture(command: &str, output: &str) -> String {
    let command = command.split("  #").next().unwrap_or(command).trim_end();
    let text = format!("\u{1b}[1m$ {command}\u{1b}[0m\n{output}");
    anstyle_svg::Term::new().render_svg(&folded(text.trim_end()))
}

/// Lines as a terminal breaks them; an escape sequence takes no column.
fn folded(text: &str) -> String {
    let mut out = String::new();
    let (mut column, mut in_escape) = (0, false);
    for c in text.chars() {
        match c {
            '\n' => column = 0,
            '\u{1b}' => in_escape = true,
            'm' if in_escape => in_escape = false,
            _ if in_escape => {}
            _ if column == COLUMNS => {
                out.push('\n');
                column = 1;
            }
            _ => column += 1,
        }
        out.push(c);
    }
    out
}

#[test]
fn colours_take_no_column() {
    let painted = format!("\u{1b}[32m{}\u{1b}[0mb", "a".repeat(COLUMNS));
    assert_eq!(folded(&painted), format!("\u{1b}[32m{}\u{1b}[0m\nb", "a".repeat(COLUMNS)));
}
