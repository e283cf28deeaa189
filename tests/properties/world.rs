//! One party with reports, two witnesses that the quorum needs and a third that no policy names, and one reader.

use detente_checkpoint::Policy;
use detente_core::Code;
use detente_disclosure::Profile;
use detente_presentation::{Reader, UnverifiedPresentation};
use detente_tests::party::{Offer, Party, Secret, Trust, Witness};
use proptest::prelude::ProptestConfig;

/// As many cases as fit into a run of all tests, or as many as `PROPTEST_CASES` asks for.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(usual))
}

/// When the earlier checkpoint was cosigned, and when the newest.
pub(crate) const TIMES: (u64, u64) = (1_700_000_000, 1_700_086_400);

pub(crate) struct World {
    pub(crate) party: Party,
    pub(crate) needed: [Witness; 2],
    pub(crate) stranger: Witness,
    pub(crate) policy: Policy,
}

impl World {
    /// A party that seals these reports, in this order, after its genesis.
    pub(crate) fn of(seed: u64, reports: &[&str]) -> Self {
        let mut party = Party::new("a", Secret::new(format!("world {seed}")));
        for report in reports {
            party.seal(report);
        }
        Self::around(party)
    }

    pub(crate) fn around(party: Party) -> Self {
        let needed = [Witness::new("w1"), Witness::new("w2")];
        let policy = Trust::in_logs(&[&party.note_key()])
            .witness(&needed[0], "first institute")
            .witness(&needed[1], "second institute")
            .lines("group both all w1 w2\nquorum both\n")
            .policy();
        Self { party, needed, stranger: Witness::new("stranger"), policy }
    }

    /// Reports that differ, so that every tree has other leaves.
    pub(crate) fn with_reports(seed: u64, count: u64) -> Self {
        let reports: Vec<String> = (0..count).map(report).collect();
        Self::of(seed, &reports.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Everybody cosigns the newest checkpoint.
    pub(crate) fn cosigners(&self, time: u64) -> Vec<(&Witness, u64)> {
        vec![(&self.needed[0], time), (&self.needed[1], time + 60), (&self.stranger, time)]
    }

    /// An offer with an earlier checkpoint of the entry's index, everything cosigned by all.
    pub(crate) fn offer(&self, index: u64, slots: &[u16]) -> Offer<'_> {
        let mut offer = Offer::new(&self.party, index, slots);
        offer.cosigners = self.cosigners(TIMES.1);
        offer.earlier = Some((index, self.cosigners(TIMES.0)));
        offer
    }

    /// All that a reader learns, or the code.
    pub(crate) fn read(&self, file: &[u8]) -> Result<String, Code> {
        let reader = Reader { policy: &self.policy, profiles: &[Profile::veris_1()], audience: None };
        let verified = UnverifiedPresentation::parse(file)
            .and_then(|file| file.verify(&reader))
            .map_err(|error| error.code())?;
        let statement = verified.statement();
        Ok(format!(
            "{:?} {} {} {} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?}",
            verified.verdict(),
            verified.origin(),
            verified.party(),
            statement.id(),
            statement.bytes(),
            (verified.log(), verified.index(), verified.size(), verified.earlier()),
            verified.signer(),
            verified.terms(),
            verified.openings().iter().map(|opened| (opened.number(), opened.value())).collect::<Vec<_>>(),
            verified.openings().iter().map(|opened| opened.is_coarse_unchecked()).collect::<Vec<_>>(),
            verified.witnessing(),
            verified.published(),
        ))
    }
}

pub(crate) fn report(number: u64) -> String {
    format!(
        r#"{{"action":{{"hacking":{{"variety":["SQLi"]}}}},"incident_id":"incident-{number}","summary":"Report number {number}.","victim":{{"country":["CH"],"industry":"541330"}}}}"#
    )
}
