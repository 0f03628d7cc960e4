#define _GNU_SOURCE
#include "CBench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

int bench_new_network_namespace(void)
{
    return unshare(CLONE_NEWNET) == 0 ? 0 : errno;
}

int bench_enter_network_namespace(int fd)
{
    return setns(fd, CLONE_NEWNET) == 0 ? 0 : errno;
}

int bench_open_to_read(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

int bench_open_to_write(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}
