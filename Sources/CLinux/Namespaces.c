#define _GNU_SOURCE
#include "Namespaces.h"

#include "Capabilities.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int clinux_enter_network_namespace(int fd)
{
    return setns(fd, CLONE_NEWNET) == 0 ? 0 : errno;
}

int clinux_new_network_namespace(void)
{
    return unshare(CLONE_NEWNET) == 0 ? 0 : errno;
}

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    ssize_t written = write(fd, text, strlen(text));
    int error = written < 0 ? errno : 0;
    close(fd);
    return error;
}

int clinux_new_user_namespace(void)
{
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", getegid());
    if (unshare(CLONE_NEWUSER) != 0)
        return errno;
    // user_namespaces(7): a process without privilege may map its group only once it has given up setgroups(2).
    int error = write_file("/proc/self/setgroups", "deny");
    if (error == 0)
        error = write_file("/proc/self/uid_map", users);
    if (error == 0)
        error = write_file("/proc/self/gid_map", groups);
    // In it, programs could have all capabilities (kernel/user_namespace.c, set_cred_user_ns).
    return error != 0 ? error : clinux_bind_programs();
}

int clinux_stay_on_this_cpu(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int cpu = sched_getcpu();
    if (cpu < 0)
        return errno;
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno;
}
