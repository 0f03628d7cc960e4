#include "StopSignals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t came;
static volatile sig_atomic_t descriptor = -1;

// What there was before: a shell starts a script's background jobs with SIGINT ignored.
static struct sigaction before_interrupt, before_terminate;
static int is_caught;

static void remember(int number)
{
    (void)number;
    int before = errno;
    came = 1;
    const uint64_t one = 1;
    if (write(descriptor, &one, sizeof one) < 0) {
        // It cannot be full, and the flag is set in any case.
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    errno = before;
}

int clinux_catch_stop_signals(void)
{
    if (descriptor < 0) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0)
            return -errno;
        descriptor = fd;
    }
    // Without SA_RESTART: what waits for something else returns at once, too.
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGINT, &action, is_caught ? NULL : &before_interrupt);
    sigaction(SIGTERM, &action, is_caught ? NULL : &before_terminate);
    is_caught = 1;
    // A parent may have started us with them blocked.
    pthread_sigmask(SIG_UNBLOCK, &action.sa_mask, 0);
    return descriptor;
}

void clinux_release_stop_signals(void)
{
    if (!is_caught)
        return;
    sigaction(SIGINT, &before_interrupt, NULL);
    sigaction(SIGTERM, &before_terminate, NULL);
    is_caught = 0;
}

int clinux_stop_signal_came(void) { return came; }
