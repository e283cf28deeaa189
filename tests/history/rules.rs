//! Each rule has a cell of this history that hangs on it: the least change of what was said, or when, turns exactly that
//! cell. Were the rule another, either the cell by hand or the turned one would be wrong.

mod conduct;
mod exchange;

use crate::{
    data::{History, instant},
    hand::{AT, TOLD, Told},
    table::{difference, rows},
    world::{Inputs, World},
};

/// The rule, what is changed, and which cells it takes (`-`) and gives (`+`), by hand.
type Change = (&'static str, fn(&mut History), &'static [&'static str]);

fn later(history: &mut History, label: &str, seconds: u64) {
    history.said(label).from += seconds;
}

fn sooner(history: &mut History, label: &str, seconds: u64) {
    history.said(label).from -= seconds;
}

fn word(history: &mut History, label: &str, name: &str, value: &str) {
    history.said(label).words.insert(name.to_owned(), value.to_owned());
}

fn without(history: &mut History, label: &str, name: &str) {
    history.said(label).words.remove(name).unwrap();
}

const NOON: u64 = 43_200;

#[test]
fn each_rule_has_a_cell_that_hangs_on_it() {
    let Told { history, rows: table, .. } = &*TOLD;
    let turned = |(rule, change, expected): &Change| {
        let mut history = history.clone();
        change(&mut history);
        let world = World::build(&history);
        let inputs = Inputs::of(&world);
        let found = difference(table, &rows(&world, &inputs.audit(instant(AT))));
        (found != *expected).then(|| format!("{rule}\n    found   {found:#?}\n    by hand {expected:#?}"))
    };
    // Each is a history of its own.
    let (left, right) = (exchange::CHANGES, conduct::CHANGES);
    let all = |rules: &[Change]| rules.iter().filter_map(turned).collect::<Vec<_>>();
    let faults = std::thread::scope(|scope| {
        let other = scope.spawn(|| all(right));
        let mut faults = all(left);
        faults.extend(other.join().unwrap());
        faults
    });
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), left.len() + right.len(), faults.join("\n"));
}

/// Without times what order alone decides stays, and nobody is found at fault.
#[test]
fn a_policy_that_gives_no_times_leaves_what_order_decides() {
    let Told { history, rows: table, .. } = &*TOLD;
    for (change, verdict, state) in [
        (Box::new(|h: &mut History| h.tolerated = 1) as Box<dyn Fn(&mut History)>, "QUORUM-SPLIT", "-"),
        (Box::new(|h: &mut History| h.quorum = "none"), "INDETERMINATE", "UNWITNESSED"),
    ] {
        let mut history = history.clone();
        // An end at a time that nobody knows would leave all out of scope.
        history.unsaid("59.leave");
        change(&mut history);
        let world = World::build(&history);
        let found = rows(&world, &Inputs::of(&world).audit(instant(AT)));
        let has = |text: &str| found.iter().any(|row| row.key() == text);
        assert!(has("answer b 12.req MET investigated 12.ans"), "met by order");
        assert!(has("reply a 30.acc MET accepted 30.rep"), "met by order");
        assert!(has("ack a 23.req UNDELIVERED - -"));
        assert!(has(&format!("ack a 05.req {verdict} {state} 05.ref")));
        assert!(has(&format!("ack b 08.req {verdict} {state} -")));
        let broken: Vec<_> =
            found.iter().filter(|row| ["MISSED", "OVERDUE"].contains(&row.verdict.as_str())).collect();
        assert!(broken.is_empty() && table.iter().any(|row| row.verdict == "MISSED"), "{broken:?}");
    }
}
