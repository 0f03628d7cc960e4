#pragma once

/// Keeps only CAP_NET_ADMIN (if the thread has it) effective and permitted, and CAP_CHOWN if `and_chown` is not 0.
/// Returns 0, or the errno.
int clinux_keep_only_net_admin(int and_chown);
