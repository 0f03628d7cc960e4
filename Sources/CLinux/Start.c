#define _GNU_SOURCE
#include "Start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

static int count;
static char **arguments;

// glibc passes the arguments of main to whatever runs before it (call_init, elf/dl-init.c).
__attribute__((constructor)) static void keep_arguments(int argc, char **argv)
{
    count = argc;
    arguments = argv;
}

const char *clinux_argument(int position)
{
    return position >= 0 && position < count ? arguments[position] : 0;
}

int clinux_hold_standard_descriptors(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        // The lowest number that is free, which is this one. Unlike /dev/null it is there in any root, too.
        if (open("/", O_PATH) < 0)
            return -errno;
    }
    return 0;
}

void clinux_survive_file_size_limit(void)
{
    signal(SIGXFSZ, SIG_IGN);
}
