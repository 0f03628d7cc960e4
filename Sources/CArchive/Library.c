#define _GNU_SOURCE
#include "CArchive.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

/// Its name since version 3.0 of 2011, which is the version of its binary interface.
static const char name[] = "libarchive.so.13";

static struct {
#define POINTER(type, name, parameters, arguments) __typeof__(archive_##name) *name;
    CARCHIVE_FUNCTIONS(POINTER)
#undef POINTER
} library;

static char failure[256];

static void load(void)
{
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
#define FIND(type, name, parameters, arguments) \
    if (handle && !failure[0] && !(library.name = (__typeof__(library.name))dlsym(handle, "archive_" #name))) \
        snprintf(failure, sizeof failure, "%s", dlerror());
    CARCHIVE_FUNCTIONS(FIND)
#undef FIND
    if (!handle)
        snprintf(failure, sizeof failure, "%s", dlerror());
}

const char *carchive_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure[0] ? failure : NULL;
}

#define FORWARD(type, name, parameters, arguments) \
    type carchive_##name parameters { return library.name arguments; }
CARCHIVE_FUNCTIONS(FORWARD)
