//! What the system lets the worker do once it is set up: compute, and use the pipe that it already has.
//!
//! The engine gives scripts no way to a file or a socket. This is for the day on which the engine has a hole.

#[cfg(target_os = "linux")]
pub(super) use linux::confine;

/// Other systems have no such means that needs no rights: there the empty environment and the separate process remain.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine() -> Result<(), String> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _};
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter_all_threads};

    /// Gives up every file, every socket, and every system call that plain computing does not need.
    ///
    /// # Errors
    /// The kernel refuses the filter. Kernels without Landlock are confined by the filter alone.
    pub(in super::super) fn confine() -> Result<(), String> {
        give_up_files().map_err(|error| error.to_string())?;
        let Some(filter) = filter()? else { return Ok(()) };
        apply_filter_all_threads(&filter).map_err(|error| error.to_string())
    }

    fn give_up_files() -> Result<(), landlock::RulesetError> {
        let abi = ABI::V5;
        Ruleset::default()
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .create()?
            .restrict_self()?;
        Ok(())
    }

    /// `None` on processors that the filter cannot be written for.
    fn filter() -> Result<Option<BpfProgram>, String> {
        let Ok(processor) = std::env::consts::ARCH.try_into() else { return Ok(None) };
        let rules = NEEDED.iter().map(|call| (*call, Vec::new())).collect();
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, processor);
        let program = filter.map_err(|error| error.to_string())?;
        BpfProgram::try_from(program).map(Some).map_err(|error| error.to_string())
    }

    /// Memory, the pipe, the clock, randomness, and ending.
    const NEEDED: &[i64] = &[
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_gettimeofday,
        libc::SYS_madvise,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_nanosleep,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll,
        libc::SYS_ppoll,
        libc::SYS_read,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
        libc::SYS_write,
        libc::SYS_writev,
    ];
}
