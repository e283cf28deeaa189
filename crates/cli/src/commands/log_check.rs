use detente_checkpoint::{PublicationTime, Witnessing};
use detente_core::json::Value;

use super::{policy, published};
use crate::args::LogCheck;
use crate::failure::Failure;
use crate::output::{Printer, Report};
use crate::show;

pub(crate) fn run(check: &LogCheck, printer: &Printer) -> Result<Report, Failure> {
    let policy = check.policy.as_deref().map(policy::read).transpose()?;
    let checked =
        published::check(&check.log, &check.reading, check.mirror.as_deref(), policy.as_ref(), printer)??;

    let verdict = match (checked.policy_given(), checked.witnessing()) {
        (true, Witnessing::Witnessed { .. }) => "VERIFIED",
        (_, _) => "UNWITNESSED",
    };
    let mut text = format!(
        "log         {} of {}\nlog id      {}\nentries     {}, root {}\n",
        checked.origin(),
        show::harmless(checked.party()),
        checked.log(),
        checked.size(),
        checked.root()
    );
    for kind in checked.kinds() {
        text.push_str(&format!("  {:<20} {}\n", kind.kind.to_string(), kind.count));
    }
    text.push_str(&format!("checkpoints {} in the history, all of this one tree\n", checked.history_notes()));
    if let (Some(policy), Some(last)) = (&policy, checked.size().get().checked_sub(1)) {
        let index = detente_core::LeafIndex::new(last)?;
        if let PublicationTime::Known { lo, hi } = checked.pool().publication_time(index, policy)? {
            let bound = |time: Option<_>| time.map_or_else(|| "unknown".to_owned(), show::time);
            text.push_str(&format!(
                "newest      published not before {}, not after {}\n",
                bound(lo),
                bound(hi)
            ));
        }
    }
    if let Some(closed) = checked.closed() {
        text.push_str(&format!("closed      by entry {closed}\n"));
    }
    text.push_str("checked     every leaf, tile, root and signature, and the life of every key\n");
    text.push_str(match checked.policy_given() {
        true => "trusted     the log key that your policy names\n",
        false => "trusted     nothing but the log's own genesis (--policy FILE for more)\n",
    });
    text.push_str(verdict);

    let kinds: Vec<Value> = checked
        .kinds()
        .iter()
        .map(|kind| {
            Value::from([
                ("kind", kind.kind.name().into()),
                ("code", kind.kind.code().into()),
                ("count", kind.count.to_string().into()),
            ])
        })
        .collect();
    let keys: Vec<Value> = checked
        .keys()
        .iter()
        .map(|key| {
            Value::from([("key", key.digest().to_string().into()), ("role", key.role().as_str().into())])
        })
        .collect();
    Ok(Report::new(
        "log-check/v1",
        [
            ("verdict", verdict.into()),
            ("origin", checked.origin().as_str().into()),
            ("party", checked.party().into()),
            ("log", checked.log().to_string().into()),
            ("size", checked.size().to_string().into()),
            ("root", checked.root().to_string().into()),
            ("kinds", kinds.into()),
            ("keys", keys.into()),
            ("checkpoints", u32::try_from(checked.history_notes()).unwrap_or(u32::MAX).into()),
            ("policy_given", checked.policy_given().into()),
            ("closed", checked.closed().map_or(Value::Null, |index| index.to_string().into())),
        ],
        text,
    )
    .with_verdict())
}
