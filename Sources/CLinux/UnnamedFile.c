#define _GNU_SOURCE
#include "UnnamedFile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/// Has a name for a moment, which a signal can make longer.
static int make_and_unlink(const char *folder)
{
    char *path;
    if (asprintf(&path, "%s/ct-inspect.XXXXXX", folder) < 0) {
        errno = ENOMEM;
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    int error = errno;
    free(path);
    errno = error;
    return fd;
}

int clinux_unnamed_file(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    // Not every file system has it.
    return fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR) ? make_and_unlink(folder) : fd;
}
