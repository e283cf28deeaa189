//! The closed lists of bodies: each code with its word (`specs/agreement.md` "Bodies").

/// A closed list: what a `u8` of a body may be, the word for it, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What the list is of.
    pub name: &'static str,
    /// By increasing code.
    pub items: &'static [Word],
}

/// One item of a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// In a body.
    pub code: u8,
    /// In files, forms, reports.
    pub word: &'static str,
    /// For people, one phrase.
    pub meaning: &'static str,
}

impl Words {
    /// The item of a code.
    pub fn of_code(&self, code: u8) -> Option<&'static Word> {
        self.items.iter().find(|item| item.code == code)
    }

    /// The word of a code.
    pub fn word(&self, code: u8) -> Option<&'static str> {
        self.of_code(code).map(|item| item.word)
    }

    /// The code of a word.
    pub fn code(&self, word: &str) -> Option<u8> {
        self.items.iter().find(|item| item.word == word).map(|item| item.code)
    }

    /// Every code, increasing.
    pub fn codes(&self) -> impl Iterator<Item = u8> {
        self.items.iter().map(|item| item.code)
    }
}

macro_rules! closed_lists {
    ($($(#[$doc:meta])* $list:ident, $name:literal { $($code:literal $word:literal $meaning:literal;)* })*) => {
        $($(#[$doc])* pub const $list: Words = Words {
            name: $name,
            items: &[$(Word { code: $code, word: $word, meaning: $meaning },)*],
        };)*

        /// Every closed list.
        pub const LISTS: &[Words] = &[$($list,)*];
    };
}

closed_lists! {
    /// Of `dialogue.session`.
    FORMS, "form" {
        1 "dialogue" "a high-level dialogue";
        2 "experts" "a meeting of experts";
        3 "exercise" "an exercise";
        4 "hotline" "a call on the hotline, or a test of it";
    }
    /// Of `request.answer`.
    OUTCOMES, "outcome" {
        1 "investigated" "the matter was investigated";
        2 "preserved" "the data is preserved";
        3 "mitigated" "the activity was stopped or lessened";
        4 "provided" "what was asked for is handed over";
        5 "nothing-found" "it was looked for and nothing was found";
    }
    /// Of `request.refuse`.
    GROUNDS, "ground" {
        1 "sovereignty" "it would touch the sovereignty of the party asked";
        2 "security" "it would touch its security";
        3 "public-order" "it would touch its public order";
        4 "political-offence" "it is about a political offence";
        5 "not-competent" "the party asked has no say in the matter";
        6 "legal-hold" "its law forbids it, at least for now";
        7 "content-not-delivered" "what the request commits to was not handed over";
    }
    /// Of `request.update`.
    STATUSES, "status" {
        1 "open" "work goes on";
        2 "preserved" "the data is preserved";
        3 "released" "the data is no longer preserved";
        4 "closed" "nothing more will be done";
    }
    /// Who accuses.
    CLASSES, "class" {
        1 "government" "a government";
        2 "company" "a company";
        3 "researcher" "a researcher";
    }
    /// How an accusation is made.
    CHANNELS, "channel" {
        1 "private" "said to the accused only";
        2 "public" "said to everybody";
    }
    /// How likely it is, in the accuser's view.
    LIKELIHOODS, "likelihood" {
        0 "not-stated" "not stated";
        1 "1-5" "1 to 5 %, almost no chance";
        2 "5-20" "5 to 20 %, very unlikely";
        3 "20-45" "20 to 45 %, unlikely";
        4 "45-55" "45 to 55 %, roughly even";
        5 "55-80" "55 to 80 %, likely";
        6 "80-95" "80 to 95 %, very likely";
        7 "95-99" "95 to 99 %, almost certain";
    }
    /// How well founded that view is.
    CONFIDENCES, "confidence" {
        0 "not-stated" "not stated";
        1 "low" "a direction, with large gaps";
        2 "moderate" "clear evidence, and other explanations are possible";
        3 "high" "no other explanation is left that could hold";
    }
    /// Whether other explanations were considered.
    ALTERNATIVES, "alternatives" {
        0 "not-stated" "not stated";
        1 "no" "other explanations were not considered";
        2 "yes" "other explanations were considered";
    }
    /// What an accusation rests on.
    BASES, "basis" {
        1 "industry" "work of companies";
        2 "political" "a statement of a government";
        3 "judicial" "a court or a prosecutor";
        4 "media" "the press";
        5 "victim" "the victim's word";
        6 "attacker-claim" "somebody claims to have done it";
    }
    /// Types of evidence.
    ITEM_TYPES, "item type" {
        1 "sample" "a sample of malicious code";
        2 "network-log" "records of a network";
        3 "host-log" "records of a machine";
        4 "infrastructure" "addresses, names, accounts that were used";
        5 "document" "a document";
        6 "human-source" "what a person said";
        7 "signal" "intercepted signals";
        8 "other" "anything else";
    }
    /// Of `accusation.reply`.
    POSITIONS, "position" {
        1 "denied" "the accused denies it";
        2 "accepted" "the accused accepts it";
        3 "evidence-asked" "the accused asks for evidence";
        4 "examining" "the accused looks into it";
    }
    /// Of `accusation.withdraw`.
    REASONS, "reason" {
        1 "mistaken" "it was a mistake";
        2 "settled" "the matter is settled";
        3 "unspecified" "not stated";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_increase_and_words_are_told_apart() {
        assert_eq!(LISTS.len(), 13);
        for list in LISTS {
            let first = list.items[0].code;
            for (place, item) in list.items.iter().enumerate() {
                assert_eq!(usize::from(item.code - first), place, "{}", list.name);
                assert_eq!(list.code(item.word), Some(item.code), "{}", item.word);
                assert_eq!(list.word(item.code), Some(item.word));
                assert!(item.word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            }
            assert_eq!(first == 0, list.items[0].word == "not-stated", "{}", list.name);
            assert_eq!(list.word(list.items[list.items.len() - 1].code + 1), None);
        }
    }
}
