//! The word `log`: publishing and reading, crashes, and what a check finds.

// Marked as tests so that the lints which allow unwrapping in tests know their helper functions too.
#[cfg(test)]
mod check;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod support;
