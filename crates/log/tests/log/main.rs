//! The word `log`: publishing and reading, crashes and failing disks, the sequencer, what a
//! check finds, and verified copies.

// Marked as tests so that the lints which allow unwrapping in tests know their helper functions too.
#[cfg(test)]
mod check;
#[cfg(test)]
mod cosign;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod door;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod faulty;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod found;
#[cfg(test)]
mod guards;
#[cfg(test)]
#[cfg(all(unix, feature = "http"))]
mod http;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod mirror;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod sequencer;
#[cfg(test)]
mod support;
