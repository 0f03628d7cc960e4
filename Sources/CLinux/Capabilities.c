#include "Capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel may know more capabilities than its headers here.
static const int past_last_capability = 64;

struct capabilities {
    struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

// Those of the calling thread.
static bool get(struct capabilities *own)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    memset(own, 0, sizeof *own);
    return syscall(SYS_capget, &header, own->words) == 0;
}

static bool set(const struct capabilities *own)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    return syscall(SYS_capset, &header, own->words) == 0;
}

int clinux_bind_programs(void)
{
    for (int capability = 0; capability < past_last_capability; capability++) {
        if (capability == CAP_NET_ADMIN || capability == CAP_NET_RAW)
            continue;
        // 0: it is dropped already; EINVAL: the kernel knows no more.
        if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) <= 0)
            continue;
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            if (errno == EPERM)
                break;
            return errno;
        }
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int clinux_keep_only_net_admin(unsigned int also)
{
    // Needs a capability that is given up here.
    int error = clinux_bind_programs();
    if (error != 0)
        return error;
    struct capabilities own;
    if (!get(&own))
        return errno;
    // All of them are in the first word.
    unsigned int wanted = CAP_TO_MASK(CAP_NET_ADMIN);
    if (also & CLINUX_KEPT_CHOWN)
        wanted |= CAP_TO_MASK(CAP_CHOWN);
    if (also & CLINUX_KEPT_SANDBOX) {
        wanted |= CAP_TO_MASK(CAP_SYS_ADMIN) | CAP_TO_MASK(CAP_NET_RAW);
        if (geteuid() != 0)
            wanted |= CAP_TO_MASK(CAP_DAC_READ_SEARCH);
    }
    if (also & CLINUX_KEPT_USER_NAMESPACE)
        wanted |= CAP_TO_MASK(CAP_SETFCAP);
    if (also & CLINUX_KEPT_DESCRIPTORS)
        wanted |= CAP_TO_MASK(CAP_SYS_PTRACE);
    unsigned int kept = own.words[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted & wanted;
    memset(&own, 0, sizeof own);
    own.words[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted = kept;
    own.words[CAP_TO_INDEX(CAP_NET_ADMIN)].effective = kept;
    return set(&own) ? 0 : errno;
}

int clinux_pass_net_admin(bool pass)
{
    struct capabilities own;
    if (!get(&own))
        return errno;
    unsigned int admin = CAP_TO_MASK(CAP_NET_ADMIN);
    struct __user_cap_data_struct *first = &own.words[CAP_TO_INDEX(CAP_NET_ADMIN)];
    first->inheritable = pass ? first->inheritable | (first->permitted & admin) : first->inheritable & ~admin;
    // What is no longer inheritable is no longer ambient either (capabilities(7)).
    if (!set(&own))
        return errno;
    if (!pass)
        return 0;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) == 0 ? 0 : errno;
}

int clinux_renounce_capabilities(void)
{
    int error = clinux_bind_programs();
    if (error != 0)
        return error;
    struct capabilities none = {0};
    return set(&none) ? 0 : errno;
}

int clinux_become(unsigned int user, unsigned int group)
{
    // Not setgroups(3), which would do it to all threads.
    if (syscall(SYS_setgroups, 0, NULL) != 0)
        return errno;
    setfsgid(group);
    setfsuid(user);
    // They tell no errors, but with an invalid id they change nothing and return what there is.
    if ((unsigned int)setfsgid(-1) != group || (unsigned int)setfsuid(-1) != user)
        return EPERM;
    return clinux_renounce_capabilities();
}
