//! Sizes, indices and times: numbers that must not be mixed up.

use core::fmt;

use crate::CoreError;

/// The largest size, index or time, 2^63 - 1 (`specs/core.md` "Conventions").
pub const MAX_POSITION: u64 = i64::MAX as u64;

macro_rules! position_newtype {
    ($(#[$doc:meta])* $name:ident, $object:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(u64);

        impl $name {
            /// The smallest value.
            pub const ZERO: Self = Self(0);

            /// Wraps a number of at most 2^63 - 1.
            ///
            /// # Errors
            /// [`CoreError::MalformedNumber`] above that.
            pub fn new(value: u64) -> Result<Self, CoreError> {
                if value > MAX_POSITION {
                    return Err(CoreError::MalformedNumber { got: value.to_string() });
                }
                Ok(Self(value))
            }

            /// Parses the only accepted text form.
            ///
            /// # Errors
            /// [`CoreError::MalformedNumber`], see [`crate::decimal::parse`].
            pub fn parse(text: &str) -> Result<Self, CoreError> {
                crate::decimal::parse(text).map(Self)
            }

            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}", self.0)
            }
        }
    };
}

position_newtype! {
    /// A number of leaves, at most 2^63 - 1.
    TreeSize, "tree size"
}
position_newtype! {
    /// A zero-based position of a leaf, at most 2^63 - 1.
    LeafIndex, "leaf index"
}
position_newtype! {
    /// POSIX time in seconds, at most 2^63 - 1.
    UnixSeconds, "time"
}

impl UnixSeconds {
    /// The largest time, which nothing is later than.
    pub const LAST: Self = Self(MAX_POSITION);
}

impl LeafIndex {
    /// Whether a tree of that size has a leaf here.
    pub const fn is_below(self, size: TreeSize) -> bool {
        self.0 < size.0
    }
}
