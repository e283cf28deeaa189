//! Since when an agreement is in force, and until when.

use std::collections::BTreeMap;

use detente_core::LeafIndex;

use crate::{
    AgreementDigest, AgreementTerms, Body, Duty, Force, Interval, Moment, Period, evaluate::log::Log,
};

/// When a party amended the agreement, by the digest of the new one.
type Amendments = BTreeMap<AgreementDigest, Interval>;

/// When an agreement is in force.
pub(super) struct InForce {
    pub(super) from: Interval,
    pub(super) end: Option<End>,
    /// Each party's first entry that adopts it.
    pub(super) adoptions: Vec<LeafIndex>,
}

/// When it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// `None` is minus infinity.
    pub(super) lo: Option<Moment>,
    pub(super) hi: Moment,
}

impl InForce {
    /// `None` when a party has not adopted it.
    pub(super) fn find(digest: AgreementDigest, terms: &AgreementTerms, logs: &[Log<'_>]) -> Option<Self> {
        let adoptions: Vec<_> = logs.iter().map(|log| adoption(log, digest)).collect::<Option<_>>()?;
        let own = || logs.iter().zip(&adoptions);
        let from = latest(own().map(|(log, adoption)| log.interval(*adoption)))?;
        let notice = terms.obligations.iter().find_map(|obligation| match obligation.duty {
            Duty::NoticeBeforeWithdrawal { period } => Some(period),
            _ => None,
        });
        let withdrawals = own().flat_map(|(log, adoption)| withdrawals(log, *adoption, digest, notice));
        let amended = own().map(|(log, adoption)| amendments(log, *adoption, digest)).reduce(in_both);
        let amended = amended.into_iter().flat_map(BTreeMap::into_values);
        let amended = amended
            .map(|end| End { lo: end.lo.map(Moment::At), hi: end.hi.map_or(Moment::Never, Moment::At) });
        let end = withdrawals.chain(amended).reduce(|one, another| End {
            lo: one.lo.zip(another.lo).map(|(one, another)| one.min(another)),
            hi: one.hi.min(another.hi),
        });
        Some(Self { from, end, adoptions })
    }

    /// As it is told.
    pub(super) fn announced(&self) -> Force {
        let until =
            self.end.map(|end| Interval { lo: end.lo.and_then(Moment::instant), hi: end.hi.instant() });
        Force { from: self.from, until }
    }
}

/// The largest lo and the largest hi.
fn latest(intervals: impl Iterator<Item = Interval>) -> Option<Interval> {
    intervals.reduce(Interval::later_of)
}

fn adoption(log: &Log<'_>, digest: AgreementDigest) -> Option<LeafIndex> {
    let adopts = |body: &Body| match body {
        Body::AgreementAdopt(adopted) => *adopted == digest,
        Body::AgreementAmend { new, .. } => *new == digest,
        _ => false,
    };
    log.bodies().find(|(_, body)| adopts(body)).map(|(entry, _)| entry.index)
}

/// A party's withdrawals above its adoption: never before the notice is over, nor before the time they name.
fn withdrawals(
    log: &Log<'_>,
    adoption: LeafIndex,
    digest: AgreementDigest,
    notice: Option<Period>,
) -> impl Iterator<Item = End> {
    log.bodies().filter_map(move |(entry, body)| {
        let Body::AgreementWithdraw { agreement, effective } = body else { return None };
        if *agreement != digest || entry.index < adoption {
            return None;
        }
        let said = log.interval(entry.index);
        let effective = Moment::of(effective.get());
        let (lo, hi) = match notice {
            Some(period) => (period.earliest(said), period.latest(said)),
            None => (said.lo.map(Moment::At), said.hi.map_or(Moment::Never, Moment::At)),
        };
        // Even an unknown lo is not before the time that the withdrawal itself names.
        Some(End { lo: Some(lo.map_or(effective, |lo| lo.max(effective))), hi: hi.max(effective) })
    })
}

/// By what takes its place, a party's first amendment of it above its adoption.
fn amendments(log: &Log<'_>, adoption: LeafIndex, digest: AgreementDigest) -> Amendments {
    let mut firsts = BTreeMap::new();
    for (entry, body) in log.bodies().filter(|(entry, _)| entry.index >= adoption) {
        if let Body::AgreementAmend { old, new } = body
            && *old == digest
        {
            firsts.entry(*new).or_insert_with(|| log.interval(entry.index));
        }
    }
    firsts
}

/// What both put in its place; terms that only one of them wants end nothing.
fn in_both(one: Amendments, mut another: Amendments) -> Amendments {
    let both = |(new, first): (AgreementDigest, Interval)| Some((new, first.later_of(another.remove(&new)?)));
    one.into_iter().filter_map(both).collect()
}
