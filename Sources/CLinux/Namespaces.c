#define _GNU_SOURCE
#include "Namespaces.h"

#include <errno.h>
#include <sched.h>

int clinux_enter_network_namespace(int fd)
{
    return setns(fd, CLONE_NEWNET) == 0 ? 0 : errno;
}

int clinux_new_network_namespace(void)
{
    return unshare(CLONE_NEWNET) == 0 ? 0 : errno;
}
