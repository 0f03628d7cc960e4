#pragma once

/// Keeps only CAP_NET_ADMIN (of what the thread has) effective and permitted, and CAP_CHOWN when `and_chown` is not 0.
/// Returns 0, or the errno.
int clinux_keep_only_net_admin(int and_chown);
