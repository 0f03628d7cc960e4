#pragma once

#include <stdbool.h>

/// What else `clinux_keep_only_net_admin` keeps.
enum clinux_kept {
    /// CAP_CHOWN
    CLINUX_KEPT_CHOWN = 1,
    /// To make network namespaces, and send packets in them: CAP_SYS_ADMIN, CAP_NET_RAW. Who is not root keeps CAP_DAC_READ_SEARCH, too: the names
    /// of iptables-legacy's tables, and files that load rules, are root's only.
    CLINUX_KEPT_SANDBOX = 2,
    /// For root to be root in a user namespace of its own, and so the programs that are run there: CAP_SETFCAP (kernel/user_namespace.c,
    /// `verify_root_map`).
    CLINUX_KEPT_USER_NAMESPACE = 4,
    /// To read /proc/PID/fd of any process: CAP_SYS_PTRACE (fs/proc/fd.c, `proc_fd_permission`; kernel/ptrace.c).
    CLINUX_KEPT_DESCRIPTORS = 8,
};

/// Keeps only CAP_NET_ADMIN (if the thread has it) effective and permitted, and those of `also` (`enum clinux_kept`). Programs that the
/// thread starts from then on are bound as by `clinux_bind_programs`. Returns 0, or the errno.
int clinux_keep_only_net_admin(unsigned int also);

/// From then on, programs that the calling thread starts, and threads of it, get no capabilities but CAP_NET_ADMIN and CAP_NET_RAW, which are
/// enough for programs that list, load or change a packet filter, and none that the thread itself has not (no_new_privs). Without CAP_SETPCAP,
/// which root has, only the latter. Returns 0, or the errno.
int clinux_bind_programs(void);

/// Lets the calling thread, and no other, reach files as a user and with their group only, and takes all its capabilities. Needs CAP_SETUID
/// and CAP_SETGID. Returns 0, or the errno.
int clinux_become(unsigned int user, unsigned int group);

/// Takes all capabilities of the calling thread, and of no other, as `clinux_bind_programs` does of what it starts. Returns 0, or the errno.
int clinux_renounce_capabilities(void);

/// Whether programs that the calling thread starts get CAP_NET_ADMIN, if the thread has it (as an ambient capability). Root's programs have it
/// anyway. Returns 0, or the errno.
int clinux_pass_net_admin(bool pass);
