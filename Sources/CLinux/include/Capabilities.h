#pragma once

#include <stdbool.h>

/// What else `clinux_keep_only_net_admin` keeps.
enum clinux_kept {
    /// CAP_CHOWN
    CLINUX_KEPT_CHOWN = 1,
    /// To make network namespaces, and send packets in them: CAP_SYS_ADMIN, CAP_NET_RAW; and for root to be root in a user namespace of its
    /// own, and so the programs that are run there: CAP_SETFCAP (kernel/user_namespace.c, `verify_root_map`).
    CLINUX_KEPT_SANDBOX = 2,
};

/// Keeps only CAP_NET_ADMIN (if the thread has it) effective and permitted, and those of `also` (`enum clinux_kept`).
/// Returns 0, or the errno.
int clinux_keep_only_net_admin(unsigned int also);

/// Whether programs that the calling thread starts get CAP_NET_ADMIN, if the thread has it (as an ambient capability). Root gives them all that
/// it may have anyway. Returns 0, or the errno.
int clinux_pass_net_admin(bool pass);
