//! What the process holds in memory stays there: no core file, no reading by other processes of the same user.

/// Best effort: a system that refuses this is no reason not to work, and its files are guarded all the same.
pub(crate) fn keep_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A core handler that the limit does not bind, and ptrace(2) or /proc/PID/mem, are closed too.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn the_process_leaves_no_core() {
        super::keep_private();
        assert!(matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable)));
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
