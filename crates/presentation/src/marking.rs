//! TLP 2.0 and PAP: what a reader may do with what is opened (`specs/presentation.md` "Grant").

use core::fmt;

macro_rules! marking {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal $text:literal $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $meaning] $variant,)*
        }

        impl $name {
            /// Every marking, from open to closed.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The byte in the signed grant.
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The marking of a word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|marking| marking.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

marking! {
    /// Traffic Light Protocol 2.0: who may be told.
    Tlp {
        Clear = 0 "CLEAR" "Anybody.";
        Green = 1 "GREEN" "The community.";
        Amber = 2 "AMBER" "The recipient's organisation and its clients.";
        AmberStrict = 3 "AMBER+STRICT" "The recipient's organisation.";
        Red = 4 "RED" "The recipients only.";
    }
}

marking! {
    /// Permissible Actions Protocol: what may be done with it.
    Pap {
        Clear = 0 "CLEAR" "Anything.";
        Green = 1 "GREEN" "Active actions are allowed.";
        Amber = 2 "AMBER" "Passive cross-checks only.";
        Red = 3 "RED" "Nothing that could be noticed.";
    }
}
